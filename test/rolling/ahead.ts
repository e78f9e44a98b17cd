import { AbstractLogger, DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { makeBigIndex } from '../../migrations/big-index.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { migrate } from '../../src/adapters/postgres/migrate.js';
import { type Log } from '../../src/ports/log.js';

type Made = new () => MigrationInterface;

const FIRST = 1_900_000_000_000;
const TABLES = `
  SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname NOT IN ('migrations', 'typeorm_metadata') ORDER BY 1`;

class Unheard extends AbstractLogger {
  protected writeLog(): void {}
}

const made = (nth: number, up: (runner: QueryRunner) => Promise<unknown>, transaction?: boolean): Made =>
  class implements MigrationInterface {
    name = `Ahead${FIRST + nth}`;
    transaction = transaction;
    async up(runner: QueryRunner): Promise<void> {
      await up(runner);
    }
    async down(): Promise<void> {}
  };

const columnOf = (table: string, nth: number): Made =>
  made(nth, (runner) => runner.query(`ALTER TABLE ${table} ADD ahead text NOT NULL DEFAULT 'of the version to come'`));

/** Bring a database one made-up version ahead: a column more in every table, a table, and an index of two large ones. How long it took, in ms. */
export async function migrateAhead(url: string, log: Log): Promise<number> {
  const open = (migrations: Made[]): Promise<DataSource> =>
    new DataSource({ type: 'postgres', url, migrations, installExtensions: false, logger: new Unheard() }).initialize();
  const now = await open(MIGRATIONS);
  const tables = await now.query<{ name: string }[]>(TABLES);
  await now.destroy();
  const columns = tables.map(({ name }, nth) => columnOf(name, nth));
  const rest = [
    made(800, (runner) => runner.query('CREATE TABLE ahead (id bigint PRIMARY KEY, note text NOT NULL)')),
    made(801, (runner) => makeBigIndex(runner, { name: 'events_ahead', table: 'events', on: '(occurred_at)' }), false),
    made(802, (runner) => makeBigIndex(runner, { name: 'items_ahead', table: 'items', on: '(ahead)' }), false),
  ];
  const ahead = await open([...MIGRATIONS, ...columns, ...rest]);
  const from = performance.now();
  try {
    await migrate(ahead, log);
    return performance.now() - from;
  } finally {
    await ahead.destroy();
  }
}
