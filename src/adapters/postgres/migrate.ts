import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { LOCK_SPACE, LOCKS } from './locks.js';

/**
 * Bring the tables up to date. Of several processes that start at once one does the work and the others wait for it; when nothing is to be done it
 * costs one short query and takes no lock.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await isUpToDate(runner))) await runAlone(dataSource, runner);
  } finally {
    await runner.release();
  }
}

async function isUpToDate(runner: QueryRunner): Promise<boolean> {
  const [{ present }] = (await runner.query(`SELECT to_regclass('migrations') IS NOT NULL AS present`)) as [{ present: boolean }];
  if (!present) return false;
  const done = new Set(((await runner.query('SELECT name FROM migrations')) as { name: string }[]).map(({ name }) => name));
  return MIGRATIONS.every(({ name }) => done.has(name));
}

/** Lock and migrations share one connection, so that a death in the middle frees the lock, and a pool of one is enough. */
async function runAlone(dataSource: DataSource, runner: QueryRunner): Promise<void> {
  const [{ timeout }] = (await runner.query(`SELECT current_setting('statement_timeout') AS timeout`)) as [{ timeout: string }];
  await runner.query('SET statement_timeout = 0'); // waiting for another process, or building an index, may take long
  await runner.query('SELECT pg_advisory_lock($1, $2)', [LOCK_SPACE, LOCKS.migrations]);
  try {
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    await executor.executePendingMigrations();
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1, $2)', [LOCK_SPACE, LOCKS.migrations]);
    await runner.query(`SELECT set_config('statement_timeout', $1, FALSE)`, [timeout]);
  }
}
