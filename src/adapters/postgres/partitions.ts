import { type Pool, type PoolClient } from 'pg';
import { DAY_MS, utcDay } from '../../core/time.js';
import { asUnavailable } from './faults.js';
import { LOCK_SPACE, LOCKS } from './locks.js';
import { allowAnswers, LONG_ANSWER_MS } from './query-limits.js';
import { inTransaction } from './transaction.js';

/** Tables partitioned by UTC day of receipt. */
export const DAILY_TABLES = ['events', 'exposure_pages', 'exposure_items', 'exposures', 'exposure_products', 'exposure_pools'] as const;
export type DailyTable = (typeof DAILY_TABLES)[number];

const DAYS_AHEAD = 2;
/** A partition waits no longer than this for a reader of the table, since writers then wait behind it. */
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0`;

async function takeTime(client: PoolClient): Promise<void> {
  allowAnswers(client, LONG_ANSWER_MS);
  await client.query(LOCK_TIMEOUT);
}

/** The largest there is: a row stays whole where it can. Compressed, or cut into pieces in another table, it takes the server longer to keep. */
const ROW_BYTES = 8160;

const partitionOf = (table: DailyTable, day: string): string => `${table}_${day.replaceAll('-', '')}`;
const dayAfter = (day: string): string => utcDay(Date.parse(day) + DAY_MS);

/**
 * Make the partitions of today and the next two days where they are missing. Entries that came meanwhile wait in the default partition and move over.
 * With nothing to do it costs one query and takes no lock.
 *
 * @param now epoch ms
 * @throws when the database is away (UNAVAILABLE) or a reader keeps a table for two seconds; trying again later is safe
 */
export async function ensurePartitions(pool: Pool, now: number): Promise<void> {
  const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => utcDay(now + ahead * DAY_MS));
  const wanted = days.flatMap((day) => DAILY_TABLES.map((table) => ({ table, day })));
  const missing = await missingOf(pool, wanted).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  for (const partition of missing) await inTransaction(pool, (client) => addPartition(client, partition));
}

interface Partition {
  table: DailyTable;
  day: string;
}

/** Asked of the catalogue itself: `to_regclass` may remember that there was nothing, from before another process was faster. */
async function missingOf(client: Pool | PoolClient, partitions: Partition[]): Promise<Partition[]> {
  const names = partitions.map(({ table, day }) => partitionOf(table, day));
  const { rows } = await client.query<{ name: string }>(
    'SELECT relname::text AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relname = ANY($1)',
    [names],
  );
  const present = new Set(rows.map(({ name }) => name));
  return partitions.filter((_, i) => !present.has(names[i]));
}

/**
 * The table is made apart and then attached, which holds up neither readers nor writers of other partitions. The default partition is locked for as
 * long as that takes, so that nothing can arrive in it that belongs to the new one.
 */
async function addPartition(client: PoolClient, partition: Partition): Promise<void> {
  const { table, day } = partition;
  const name = partitionOf(table, day);
  await takeTime(client);
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.partitions]);
  if ((await missingOf(client, [partition])).length === 0) return;
  await client.query(`
    CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE) WITH (toast_tuple_target = ${ROW_BYTES});
    LOCK TABLE ${table}_default IN ACCESS EXCLUSIVE MODE;
    WITH moved AS (DELETE FROM ${table}_default WHERE received_day = '${day}' RETURNING *) INSERT INTO ${name} SELECT * FROM moved;
    ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${day}') TO ('${dayAfter(day)}')`);
}

/**
 * Drop whole days of events and exposures that are older than the retention, with their chains, and let their ids be used again. Each day goes in a
 * transaction of its own.
 *
 * @param now epoch ms
 * @param retentionDays an entry is kept at least this long
 */
export async function dropOldPartitions(pool: Pool, now: number, retentionDays: number): Promise<void> {
  const firstKept = utcDay(now - retentionDays * DAY_MS);
  const days = new Set((await Promise.all(DAILY_TABLES.map((table) => daysOf(pool, table)))).flat());
  for (const day of [...days].filter((day) => day < firstKept).sort()) await inTransaction(pool, (client) => dropDay(client, day));
  await inTransaction(pool, async (client) => {
    await takeTime(client);
    await client.query('DELETE FROM writers WHERE day < $1', [firstKept]);
    await client.query('DELETE FROM event_ids WHERE received_day < $1', [firstKept]);
  });
}

async function dropDay(client: PoolClient, day: string): Promise<void> {
  await takeTime(client);
  for (const table of DAILY_TABLES) {
    await client.query(`DROP TABLE IF EXISTS ${partitionOf(table, day)}`);
    await client.query(`DELETE FROM ${table}_default WHERE received_day = $1`, [day]);
  }
  await client.query('DELETE FROM writers WHERE day = $1', [day]);
}

/** Days that a table has a partition for, or entries of in its default partition; in order. */
export async function daysOf(pool: Pool, table: DailyTable): Promise<string[]> {
  const { rows } = await pool
    .query<{ day: string }>(
      `SELECT to_char(to_date(right(relname::text, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day
         FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = $1::regclass AND relname <> $1 || '_default'
       UNION SELECT to_char(received_day, 'YYYY-MM-DD') FROM ${table}_default ORDER BY day`,
      [table],
    )
    .catch((error: unknown) => {
      throw asUnavailable(error);
    });
  return rows.map(({ day }) => day);
}
