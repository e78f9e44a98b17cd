import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { AppError } from '../../core/errors.js';
import { type Log } from '../../ports/log.js';
import { LOCK_SPACE, LOCKS } from './locks.js';

/** Whoever comes after a statement that waits for a table waits behind it, so it gives up soon and comes again. */
const LOCK_TIMEOUT = '250ms';
const AGAIN_MS = 500;
const TURN_MS = 100;
const PATIENCE_MS = 10 * 60_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Bring the tables up to date. Of several processes that start at once one does the work and the others wait for it; when nothing is to be done it
 * costs one short query and takes no lock.
 *
 * @throws AppError UNAVAILABLE when somebody keeps a table for ten minutes; what is done by then stays done
 */
export async function migrate(dataSource: DataSource, log: Log): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await isUpToDate(dataSource, runner))) await runAlone(dataSource, runner, log);
  } finally {
    await runner.release();
  }
}

async function isUpToDate({ migrations }: DataSource, runner: QueryRunner): Promise<boolean> {
  const [{ present }] = (await runner.query(`SELECT to_regclass('migrations') IS NOT NULL AS present`)) as [{ present: boolean }];
  if (!present) return false;
  const done = new Set(((await runner.query('SELECT name FROM migrations')) as { name: string }[]).map(({ name }) => name));
  return migrations.every((migration) => done.has(migration.name ?? migration.constructor.name));
}

/** Lock and migrations share one connection, so that a death in the middle frees the lock, and a pool of one is enough. */
async function runAlone(dataSource: DataSource, runner: QueryRunner, log: Log): Promise<void> {
  const [before] = (await runner.query(
    `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`,
  )) as [{ statement: string; lock: string }];
  await runner.query('SET statement_timeout = 0'); // building an index may take long
  await takeTurn(runner);
  try {
    await runPatiently(dataSource, runner, log);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1, $2)', [LOCK_SPACE, LOCKS.migrations]);
    await runner.query(`SELECT set_config('statement_timeout', $1, FALSE), set_config('lock_timeout', $2, FALSE)`, [
      before.statement,
      before.lock,
    ]);
  }
}

/** Asks again and again: an index that is made beside others waits for every statement under way, also for one that waits for this lock. */
async function takeTurn(runner: QueryRunner): Promise<void> {
  const take = async (): Promise<boolean> => {
    const [{ taken }] = (await runner.query('SELECT pg_try_advisory_lock($1, $2) AS taken', [LOCK_SPACE, LOCKS.migrations])) as [
      { taken: boolean },
    ];
    return taken;
  };
  while (!(await take())) await pause(TURN_MS);
}

/** Each migration is a transaction of its own, so that one which did not get its locks is begun again and those before it are not. */
async function runPatiently(dataSource: DataSource, runner: QueryRunner, log: Log): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    await runner.query(`SELECT set_config('lock_timeout', $1, FALSE)`, [LOCK_TIMEOUT]);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    try {
      await executor.executePendingMigrations();
      return;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() >= until) throw keptTooLong(error);
    }
    if (tries === 1) log.warn({}, 'a migration waits for a table that others use; it comes again until it gets it');
    await pause(AGAIN_MS);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const isLocked = (fault: unknown): boolean =>
  (fault as { driverError?: { code?: string } } | null)?.driverError?.code === LOCK_NOT_AVAILABLE;

function keptTooLong(cause: unknown): AppError {
  const minutes = PATIENCE_MS / 60_000;
  const error = new AppError(
    'UNAVAILABLE',
    `a migration did not get its table within ${minutes} minutes; pg_locks tells who keeps it`,
    [],
    1,
  );
  error.cause = cause;
  return error;
}
