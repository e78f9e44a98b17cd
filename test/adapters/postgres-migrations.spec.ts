import { readFileSync } from 'node:fs';
import { Pool, type PoolClient } from 'pg';
import { AbstractLogger, DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { makeBigIndex } from '../../migrations/big-index.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { notExpanding } from '../support/expanding.js';
import { keptLog } from '../support/kept-log.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

/** A migration that takes something away names the version since which no process uses it. */
type Marked = MigrationInterface & { safeSince?: string };

const numbersOf = (version: string): number => version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Unheard extends AbstractLogger {
  protected writeLog(): void {}
}

async function openSource(url: string, migrations: (new () => MigrationInterface)[]): Promise<DataSource> {
  return new DataSource({ type: 'postgres', url, migrations, installExtensions: false, logger: new Unheard() }).initialize();
}

/** Run migrations one after the other and note what each says to the database. */
async function statementsOf(source: DataSource): Promise<{ migration: Marked; statements: string[] }[]> {
  const runner = source.createQueryRunner();
  const done: { migration: Marked; statements: string[] }[] = [];
  for (const migration of source.migrations) {
    const statements: string[] = [];
    const noting = new Proxy(runner, {
      get: (target, key) =>
        key === 'query'
          ? (sql: string, values?: unknown[]): Promise<unknown> => (statements.push(sql), target.query(sql, values))
          : (Reflect.get(target, key) as unknown),
    });
    await migration.up(noting);
    done.push({ migration, statements });
  }
  await runner.release();
  return done;
}

describe('migrations', () => {
  it('only add, or say since which version nobody uses what they take away', async () => {
    const { url, drop } = await createTestDatabase();
    const source = await openSource(url, MIGRATIONS);
    const faults = (await statementsOf(source)).flatMap(({ migration, statements }) => {
      const { safeSince } = migration;
      if (safeSince !== undefined && /^\d+\.\d+\.\d+$/.test(safeSince) && numbersOf(safeSince) < numbersOf(version)) return [];
      return notExpanding(statements).map((fault) => `${migration.constructor.name}: ${fault}`);
    });
    await source.destroy();
    await drop();
    expect(faults).toEqual([]);
  });

  it.each([
    'ALTER TABLE events DROP COLUMN weight',
    'ALTER TABLE events ADD note text, DROP COLUMN weight',
    'ALTER TABLE "events" RENAME weight TO mass',
    'ALTER TABLE events RENAME TO happenings',
    'ALTER TABLE events ALTER COLUMN weight TYPE numeric(8, 2)',
    'ALTER TABLE events ALTER weight SET NOT NULL',
    'ALTER TABLE events ADD weight integer NOT NULL',
    'ALTER TABLE events ADD COLUMN IF NOT EXISTS weight float8 DEFAULT random()',
    'ALTER TABLE events ADD weight integer GENERATED ALWAYS AS (1) STORED',
    'ALTER TABLE events ADD weight integer CHECK (weight > 0)',
    'ALTER TABLE events ADD CONSTRAINT heavy CHECK (weight > 0)',
    'CREATE INDEX ON events (weight)',
    'CREATE INDEX heavy ON events (weight)',
    'CREATE UNIQUE INDEX heavy ON events (weight)',
    'CREATE UNIQUE INDEX CONCURRENTLY heavy ON events (weight)',
    'DROP TABLE events',
    'DROP INDEX heavy',
    'UPDATE events SET weight = 1',
    'DELETE FROM events',
    'TRUNCATE events',
    'CREATE TABLE others (id int); /* ; */ ALTER TABLE events DROP weight',
    `SELECT ';'; DROP TABLE events`,
    'DO $$ BEGIN NULL; END $$',
  ])('%s is found', (sql) => expect(notExpanding([sql])).toHaveLength(1));

  it.each([
    'CREATE TABLE others (id int PRIMARY KEY, of text NOT NULL); CREATE UNIQUE INDEX others_of ON others (of); ALTER TABLE others ALTER of SET NOT NULL',
    `ALTER TABLE events ADD weight integer, ADD COLUMN mass numeric(8, 2) NOT NULL DEFAULT 0, ADD note text DEFAULT 'x; DROP TABLE y'`,
    'ALTER TABLE events ALTER bytes SET STORAGE EXTERNAL',
    'CREATE INDEX CONCURRENTLY heavy ON events (weight)',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; DROP TABLE x $$; COMMENT ON TABLE events IS $$DROP$$',
  ])('%s is let by', (sql) => expect(notExpanding([sql])).toEqual([]));
});

class Heavier1900000000000 implements MigrationInterface {
  name = 'Heavier1900000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE events ADD heavier integer NOT NULL DEFAULT 7');
  }
  async down(): Promise<void> {}
}

describe('a migration beside others', () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    const source = await openSource(database.url, MIGRATIONS);
    await migrate(source, keptLog());
    await source.destroy();
    pool = new Pool({ connectionString: database.url, max: 4 });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('lets those by who come after it while it waits for a table, and gets it in the end', async () => {
    const reader: PoolClient = await pool.connect();
    await reader.query('BEGIN; SELECT count(*) FROM events');
    const source = await openSource(database.url, [...MIGRATIONS, Heavier1900000000000]);
    const log = keptLog();
    let done = false;
    const migrating = migrate(source, log).then(() => (done = true));
    const waits: number[] = [];
    for (const until = performance.now() + 2_000; performance.now() < until; await pause(20)) {
      const from = performance.now();
      await pool.query('SELECT 1 FROM events LIMIT 1');
      waits.push(performance.now() - from);
    }
    expect(done).toBe(false);
    // A try keeps others waiting for 250 ms; the rest is for a busy machine.
    expect(Math.max(...waits)).toBeLessThan(1_000);
    await reader.query('COMMIT');
    reader.release();
    await migrating;
    expect((await pool.query('SELECT heavier FROM events')).fields.map(({ name }) => name)).toEqual(['heavier']);
    expect(log.lines).toEqual([expect.stringContaining('comes again until it gets it')]);
    expect(await source.query(`SELECT current_setting('lock_timeout') AS lock`)).toEqual([{ lock: '0' }]);
    await source.destroy();
  });
});

describe('makeBigIndex', () => {
  let database: OpenTestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await database.pool.query(`
      CREATE TABLE days (day date NOT NULL, n int) PARTITION BY RANGE (day);
      CREATE TABLE days_20300101 PARTITION OF days FOR VALUES FROM ('2030-01-01') TO ('2030-01-02');
      CREATE TABLE days_default PARTITION OF days DEFAULT;
      CREATE TABLE plain (n int);
      INSERT INTO days SELECT '2030-01-01', n FROM generate_series(1, 100) n;
      INSERT INTO plain VALUES (1), (1)`);
  });
  afterAll(() => database.close());

  const make = async (name: string, table: string): Promise<void> => {
    const runner = database.dataSource.createQueryRunner();
    await makeBigIndex(runner, { name, table, on: '(n) WHERE n > 0' }).finally(() => runner.release());
  };
  const valid = async (): Promise<Record<string, boolean>> => {
    const { rows } = await database.pool.query<{ name: string; valid: boolean }>(
      `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid::regclass::text ~ '^(days|plain)' ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ name, valid: is }) => [name, is]));
  };

  it('makes one of every partition, of those that come later too, and nothing more the second time', async () => {
    await make('days_n', 'days');
    const made = { days_n: true, days_n_20300101: true, days_n_default: true };
    expect(await valid()).toEqual(made);
    await database.pool.query(`CREATE TABLE days_20300102 PARTITION OF days FOR VALUES FROM ('2030-01-02') TO ('2030-01-03')`);
    await make('days_n', 'days');
    expect(await valid()).toEqual({ ...made, days_20300102_n_idx: true });
  });

  it('goes on where it was cut off', async () => {
    await database.pool.query('DROP INDEX days_n');
    await database.pool.query('CREATE INDEX days_n ON ONLY days (n) WHERE n > 0');
    // A unique index that cannot be is left behind invalid, as one that was cut off is.
    await expect(database.pool.query('CREATE UNIQUE INDEX CONCURRENTLY plain_n ON plain (n)')).rejects.toThrow();
    expect(await valid()).toEqual({ days_n: false, plain_n: false });
    await make('days_n', 'days');
    await make('plain_n', 'plain');
    expect(Object.values(await valid())).toEqual([true, true, true, true, true]);
  });
});
