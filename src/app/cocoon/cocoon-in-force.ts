import { type CocoonMeasure, measureCocoon, NO_COCOON } from '../../core/diversification/cocoon/cocoon-index.js';
import { cocoonNow, type CocoonNow } from '../../core/diversification/cocoon/cocoon-now.js';
import { isControlled } from '../../core/diversification/cocoon/controller.js';
import { type Person } from '../../core/privacy/person.js';
import { collisionOf } from '../../core/tags/cocoon/spread.js';
import { type UserState } from '../../core/tags/state.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type CocoonDay } from '../../ports/cocoon-ledger.js';
import { type LiveStates } from '../../ports/live-states.js';
import { coalesced } from '../coalesced.js';
import { type People } from '../people/people.js';
import { type BaselineInForce, type BaselinePorts, createBaseline } from './baseline-in-force.js';

const ROWS_A_WRITE = 200;
/** More users waiting than this are written without waiting for the next time. */
const MOST_WAITING = 20_000;
const COMPARED_DAYS = 30;
/** A user who was not served on the day itself is compared with his last day before it. */
const SEARCHED_DAYS = 7;

export interface CocoonPorts extends BaselinePorts {
  states: LiveStates;
  people: Pick<People, 'many' | 'purposesOf'>;
}

/** The index as this process measures it, and the rows of the ledger that it writes. */
export interface CocoonInForce {
  /** Against what is usual now. */
  measure(state: UserState): Promise<CocoonMeasure>;
  /** The same with what of it decides on a user's next page. */
  ofPage(state: UserState, who: Pick<Person, 'userId' | 'breadth'>): Promise<CocoonNow>;
  /** Change against about thirty days ago; null where nothing is known of then. */
  trend(userId: string, index: number): Promise<number | null>;
  /** A user was served: his row of today is written soon. */
  note(userId: string): void;
  /** Write the rows that wait. */
  keep(): Promise<void>;
  /** Give a day that is over its last rows, and today what it is measured against. */
  closeDay(): Promise<void>;
}

export function createCocoon(ports: CocoonPorts): CocoonInForce {
  const { cocoonLedger, clock } = ports;
  const baseline = createBaseline(ports);
  const measure = async (state: UserState): Promise<CocoonMeasure> => {
    if (state.cocoon.categories.weight === 0) return { ...NO_COCOON };
    const { baseline: usual, groupOf } = await baseline.now();
    return measureCocoon(state.cocoon, usual, groupOf);
  };
  const write = async (userIds: readonly string[], day: string): Promise<void> => {
    const persons = await ports.people.many(userIds);
    const allowed = userIds.filter((userId) => mayKeep(ports.people.purposesOf(persons.get(userId)!, Infinity)));
    const rows = await Promise.all(allowed.map((userId) => rowOf({ userId, day }, ports.states, { baseline, measure })));
    await cocoonLedger.put(rows.filter(({ confidence }) => confidence > 0));
  };
  const rows = createRows(write, ports);
  return {
    measure,
    async ofPage(state, { userId, breadth }) {
      return cocoonNow(state.cocoon, await baseline.now(), { breadth, isControlled: isControlled(userId) });
    },
    ...rows,
    async trend(userId, index) {
      const then = clock() - COMPARED_DAYS * DAY_MS;
      const before = await cocoonLedger.lastOf(userId, { from: utcDay(then - SEARCHED_DAYS * DAY_MS), to: utcDay(then) });
      return before && index - before.index;
    },
    async closeDay() {
      await rows.keep();
      if (await cocoonLedger.baseline(utcDay(clock()))) return;
      const yesterday = utcDay(clock() - DAY_MS);
      const missing = await cocoonLedger.missing(yesterday, MOST_WAITING);
      for (let i = 0; i < missing.length; i += ROWS_A_WRITE) await write(missing.slice(i, i + ROWS_A_WRITE), yesterday);
      if (await cocoonLedger.meanCollisions(yesterday)) await baseline.fix();
    },
  };
}

/** The index is of a user's behaviour, and the ledger is for reports. */
const mayKeep = (purposes: ReadonlySet<string>): boolean => purposes.has('PERSONALISATION') && purposes.has('ANALYTICS');

async function rowOf(
  whose: Pick<CocoonDay, 'userId' | 'day'>,
  states: LiveStates,
  { baseline, measure }: { baseline: BaselineInForce; measure: CocoonInForce['measure'] },
): Promise<CocoonDay> {
  const state = await states.read(whose.userId);
  const { groupOf } = await baseline.now();
  const { categories, makers } = state.cocoon;
  const collisions = { categoryCollision: collisionOf(categories, groupOf), makerCollision: collisionOf(makers) };
  return { ...(await measure(state)), ...whose, ...collisions };
}

/** Users who were served, until the row of their day is written. */
function createRows(
  write: (userIds: readonly string[], day: string) => Promise<void>,
  { clock, log }: Pick<CocoonPorts, 'clock' | 'log'>,
): Pick<CocoonInForce, 'note' | 'keep'> {
  const waiting = new Map<string, string>();
  const keep = coalesced(async () => {
    const taken = [...waiting];
    for (const day of new Set(taken.map(([, of]) => of))) {
      const userIds = taken.flatMap(([userId, of]) => (of === day ? [userId] : []));
      for (let i = 0; i < userIds.length; i += ROWS_A_WRITE) {
        const some = userIds.slice(i, i + ROWS_A_WRITE);
        for (const userId of some) if (waiting.get(userId) === day) waiting.delete(userId);
        await write(some, day).catch((error: unknown) => {
          for (const userId of some) if (!waiting.has(userId)) waiting.set(userId, day);
          throw error;
        });
      }
    }
  });
  return {
    keep,
    note(userId) {
      waiting.set(userId, utcDay(clock()));
      if (waiting.size > MOST_WAITING)
        void keep().catch((error: unknown) => log.warn({ err: error }, 'indices of users could not be kept; they are tried again'));
    },
  };
}
