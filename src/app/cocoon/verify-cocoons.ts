import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { type CocoonMeasure } from '../../core/diversification/cocoon/cocoon-index.js';
import { emptyCursor } from '../../core/tags/cursor.js';
import { reluctanceOf } from '../../core/diversification/cocoon/controller.js';
import { type WideningControl } from '../../core/tags/cocoon/cocoon-state.js';
import { emptyState, type UserState } from '../../core/tags/state.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type CocoonLedger } from '../../ports/cocoon-ledger.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type Ledger } from '../../ports/ledger.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type App } from '../app.js';
import { foldHistory, SHOWN_DAYS } from '../load-states.js';
import { foldOptionsOf } from '../people/fold-options.js';
import { type People } from '../people/people.js';
import { type ShopIndex } from '../shop-index.js';
import { type CocoonInForce } from './cocoon-in-force.js';
import { type ShownCardsOf } from './shown-cards.js';

const MOST_USERS = 100_000;
const USUAL_USERS = 1_000;

export interface VerifyCocoonsPorts {
  cocoonLedger: CocoonLedger;
  cocoon: CocoonInForce;
  ledger: Ledger;
  exposureLog: ExposureLog;
  states: LiveStates;
  people: People;
  index: ShopIndex;
  shownCardsOf: ShownCardsOf;
  pseudonym: (userId: string) => string;
  timeZone: string;
  currency: string;
  clock: () => number;
}

/** Work out the indices of users who were served today, or on a given day, from the logs alone, and put them beside those in use. */
export function createVerifyCocoons(ports: VerifyCocoonsPorts): App['verifyCocoons'] {
  const { cocoonLedger, cocoon, states, pseudonym, clock } = ports;
  return (parameters) => {
    const { day, limit } = readParameters(parameters, utcDay(clock()));
    return (async function* () {
      await cocoon.keep();
      for (const userId of await cocoonLedger.usersOf(day, limit)) {
        const [live, folded] = [await states.read(userId), await recompute(userId, ports)];
        const [served, recomputed] = [await cocoon.measure(live), await cocoon.measure(folded)];
        const parts = (Object.keys(served) as (keyof CocoonMeasure)[]).map((part) => Math.abs(served[part] - recomputed[part]));
        const difference = Math.max(...parts, ...loopDifferences(live, folded, clock()));
        yield `${JSON.stringify({ user: pseudonym(userId), index: served.index, recomputed: recomputed.index, difference })}\n`;
      }
    })();
  };
}

/** How far what the loop remembers differs: its steps, what it cost, and how it was answered. */
function loopDifferences({ cocoon: live }: UserState, { cocoon: folded }: UserState, now: number): number[] {
  const control = (Object.keys(live.control) as (keyof WideningControl)[]).map((name) =>
    Math.abs(live.control[name] - folded.control[name]),
  );
  return [...control, Math.abs(reluctanceOf(live, now) - reluctanceOf(folded, now))];
}

async function recompute(userId: string, ports: VerifyCocoonsPorts): Promise<UserState> {
  const { ledger, exposureLog, people, clock } = ports;
  const state = emptyState();
  const [events, pages, person] = await Promise.all([
    ledger.eventsOfUser(userId, emptyCursor()),
    exposureLog.pagesOfUser(userId, emptyCursor(), clock() - SHOWN_DAYS * DAY_MS),
    people.get(userId),
  ]);
  await foldHistory(state, { events, pages }, { ...ports, optionsAt: foldOptionsOf(person, people, ports) });
  return state;
}

function readParameters({ day, limit }: Record<string, unknown>, today: string): { day: string; limit: number } {
  const faults: Fault[] = [];
  const fault = (path: string, message: string): void => void faults.push({ path, code: 'INVALID_VALUE', message: `${path} ${message}` });
  const asked = day ?? today;
  if (typeof asked !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(asked) || Number.isNaN(Date.parse(asked)))
    fault('day', `is ${shown(day)}; it must be a day as 2026-01-31`);
  const users = limit === undefined ? USUAL_USERS : Number(limit);
  if (!Number.isInteger(users) || users < 1 || users > MOST_USERS)
    fault('limit', `is ${shown(limit)}; it must be a whole number from 1 to ${MOST_USERS}`);
  refuseFaults(faults);
  return { day: asked as string, limit: users };
}
