import { setImmediate as nextTurn } from 'node:timers/promises';
import { isWhole, type WholePool } from '../../core/exposures/remake-page.js';
import { type ServedPage } from '../../core/evaluation/replay/replay.js';
import { exposureId } from '../../core/exposures/exposure.js';
import { type LabelledOutcome } from '../../core/exposures/labels.js';
import { purposesAt } from '../../core/privacy/person.js';
import { type Purpose } from '../../core/privacy/purposes.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type ExportedPool, type ExportRange, type ExposureExports } from '../../ports/exposure-exports.js';
import { type People } from '../people/people.js';

export interface PoolPorts {
  exposureExports: Pick<ExposureExports, 'pools'>;
  people: Pick<People, 'many'>;
  purposes: ReadonlySet<Purpose>;
}

const NEEDED: readonly Purpose[] = ['ANALYTICS', 'MODEL_TRAINING'];
/** The loop of the process is given back after so long at most, beside the work on one page. */
const TURN_MS = 5;

/** Pages whose pool holds all that they were made by, of users who agreed, then and now, that they are analysed and learned from. */
export async function* wholePools(range: ExportRange, { exposureExports, people, purposes }: PoolPorts): AsyncGenerator<ServedPage> {
  for await (const batch of exposureExports.pools(range)) {
    const persons = await people.many(batch.flatMap(({ page: { userId } }) => (userId === null ? [] : [userId])));
    for (const entry of batch) {
      const { userId, servedAt, assignments } = entry.page;
      if (userId === null || assignments.some(({ forced }) => forced)) continue;
      const { consents } = persons.get(userId)!;
      const agreed = [servedAt, Infinity].map((at) => purposesAt({ consents }, at, purposes));
      if (!agreed.every((had) => NEEDED.every((purpose) => had.has(purpose)))) continue;
      if (isWhole(entry.pool)) yield servedPage(entry, entry.pool);
    }
  }
}

/** The same from the latest day back, until there are enough of them. */
export async function* latestPools(range: ExportRange, most: number, ports: PoolPorts): AsyncGenerator<ServedPage> {
  let given = 0;
  for (let end = range.to; end > range.from && given < most;) {
    const start = Math.max(range.from, Date.parse(utcDay(end - 1)));
    for await (const page of wholePools({ ...range, from: start, to: end }, ports)) {
      yield page;
      if (++given >= most) return;
    }
    end = Math.min(start, end - 1);
    if (end - range.from > 400 * DAY_MS) return; // nothing is kept as long
  }
}

function servedPage({ page, outcomes }: ExportedPool, pool: WholePool): ServedPage {
  const byPosition = new Map<number, LabelledOutcome[]>();
  for (const { position } of page.placed) {
    const id = exposureId(page.feedId, position);
    const own = outcomes.filter((outcome) => outcome.exposureId === id);
    if (own.length > 0) byPosition.set(position, own);
  }
  return { page, pool, outcomes: byPosition };
}

/** Gives the loop of the process back now and then. */
export function createPause(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await nextTurn();
    since = performance.now();
  };
}

/** What a piece of work comes to, its pauses given to whatever else waits. */
export async function unhurried<T>(work: Generator<void, T>): Promise<T> {
  const pause = createPause();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await pause();
  }
}
