import { type Pool, type PoolClient } from 'pg';
import { BEFORE_DAYS } from '../../core/evaluation/experiments/facts-of.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type ReportRange } from '../../ports/report-store.js';
import { cursorRows } from './chain-check.js';
import { asUnavailable } from './faults.js';
import { allowAnswers } from './query-limits.js';
import { REPORT_PARAMETERS } from './report-entries.js';

export interface ReportStoreOptions {
  pool: Pool;
  /** Epoch ms. */
  clock: () => number;
  timeZone: string;
  /** The one that money is counted in. */
  currency: string;
  /** Whether somebody who was never asked may be counted. */
  isAnalysedByDefault: boolean;
}

const USERS_A_BATCH = 500;

/** Entries are received a little before they happened by another clock, and late without bound. */
const CLOCKS_DIFFER_MS = DAY_MS;

/** Tables that were filled a moment ago have no statistics; a nested loop that looks cheap without them may take hours. */
const SESSION = `SET LOCAL enable_nestloop = off; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = '120s'`;
const ANSWER_MS = 130_000;

/** Values of the parameters of every report, in their order. */
export function parametersOf(
  { from, to }: Pick<ReportRange, 'from' | 'to'>,
  { clock, timeZone, currency, isAnalysedByDefault }: ReportStoreOptions,
): unknown[] {
  const day = (at: number): string => utcDay(Math.max(0, at));
  const values: Record<(typeof REPORT_PARAMETERS)[number], unknown> = {
    from,
    to,
    asOf: clock(),
    timeZone,
    currency,
    isAllowed: isAnalysedByDefault,
    firstDay: day(from - CLOCKS_DIFFER_MS),
    lastDay: day(to + CLOCKS_DIFFER_MS),
    historyDay: day(from - BEFORE_DAYS * DAY_MS - CLOCKS_DIFFER_MS),
    monthDay: day(to - BEFORE_DAYS * DAY_MS),
  };
  return REPORT_PARAMETERS.map((name) => values[name]);
}

/** Rows of a report in batches, all of one snapshot. */
export async function* report(pool: Pool, text: string, values: unknown[]): AsyncGenerator<unknown[][]> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  let isDone = false;
  try {
    allowAnswers(client, ANSWER_MS);
    await client.query(`BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; ${SESSION}`);
    yield* cursorRows(client, { text, values, batch: USERS_A_BATCH });
    await client.query('COMMIT');
    isDone = true;
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    await release(client, isDone);
  }
}

/** A reader who went away, or a query that failed, leaves a transaction open. */
async function release(client: PoolClient, isDone: boolean): Promise<void> {
  if (isDone) return client.release();
  await client.query('ROLLBACK').then(
    () => client.release(),
    () => client.release(true),
  );
}
