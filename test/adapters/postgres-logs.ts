import { type Pool } from 'pg';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { createTestDatabase } from '../support/postgres.js';

export interface OpenTestDatabase {
  url: string;
  pool: Pool;
  close(): Promise<void>;
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A migrated database of its own. */
export async function openTestDatabase(poolSize = 10): Promise<OpenTestDatabase> {
  const { url, drop } = await createTestDatabase();
  const database = await openDatabase({ url, poolSize, log });
  const close = async (): Promise<void> => {
    await database.close();
    await drop();
  };
  return { url, pool: database.pool, close };
}

/** How to change a value of each type that our tables have, however little. */
const CHANGES: Record<string, (column: string) => string> = {
  date: (column) => `${column} + 1`,
  'timestamp with time zone': (column) => `${column} + interval '1 ms'`,
  integer: (column) => `coalesce(${column}, 0) + 1000`,
  bigint: (column) => `${column} + 1000`,
  'double precision': (column) => `coalesce(${column}, 0) + 0.5`,
  boolean: (column) => `not ${column}`,
  text: (column) => `coalesce(${column}, '') || 'x'`,
  json: (column) => `('[' || coalesce(${column}::text, '0') || ', 1]')::json`,
  bytea: (column) => `case when length(${column}) > 0 then set_byte(${column}, 0, (get_byte(${column}, 0) + 1) % 256) else '\\x01' end`,
  uuid: () => 'gen_random_uuid()',
  ARRAY: (column) => `case when ${column} is null then '{null}' else ${column}[2:] end`,
  'USER-DEFINED': (column) => `(case when ${column} = enum_first(${column}) then enum_last(${column}) else enum_first(${column}) end)`,
};

/** Do something to the rows of a table behind the back of whoever owns it, look, and put them back. */
export async function tampered(pool: Pool, table: string, change: string, look: () => Promise<void>): Promise<void> {
  await pool.query(`CREATE TABLE saved AS SELECT * FROM ${table}`);
  await pool.query(change);
  await look();
  await pool.query(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM saved; DROP TABLE saved`);
}

/** Change one column after the other, each by itself, in the rows that a condition picks. */
export async function withEachColumnChanged(
  pool: Pool,
  table: string,
  where: string,
  look: (column: string) => Promise<void>,
): Promise<void> {
  const { rows } = await pool.query<{ name: string; type: string }>(
    'SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
    [table],
  );
  expect(rows.length).toBeGreaterThan(5);
  for (const { name, type } of rows)
    await tampered(pool, table, `UPDATE ${table} SET ${name} = ${CHANGES[type](name)} WHERE ${where}`, () => look(name));
}

/** A statement that adds a copy of the row that a condition picks, with some columns changed. */
export const insertCopy = (table: string, where: string, changed: object): string =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(t, '${JSON.stringify(changed)}')).* FROM ${table} t WHERE ${where}`;

/** Wait until a session of the database waits for a lock, and end it. */
export async function killWhoWaits(pool: Pool): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount! > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A pool of which one commit, the next, loses its answer: it takes place, and the connection breaks before anybody hears of it. */
export function losingOneAnswer(pool: Pool, isCommit: (text: string) => boolean): Pool {
  let lost = false;
  const losing =
    (query: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]): Promise<unknown> => {
      const [first] = args as [string | { text: string }, ...unknown[]];
      const result = await query(...args);
      if (lost || !isCommit(typeof first === 'string' ? first : first.text)) return result;
      lost = true;
      throw new Error('Connection terminated unexpectedly');
    };
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'query') return losing(target.query.bind(target));
      if (name !== 'connect') return Reflect.get(target, name) as unknown;
      return async () => {
        const client = await target.connect();
        return new Proxy(client, {
          get: (real, key) => (key === 'query' ? losing(real.query.bind(real)) : (Reflect.get(real, key) as unknown)),
        });
      };
    },
  });
}
