import { type Pool, type PoolClient } from 'pg';
import { AppError } from '../../core/errors.js';
import { type Log } from '../../ports/log.js';
import { asUnavailable } from './faults.js';
import { LOCK_SPACE, LOCKS } from './locks.js';

const RETRY_MS = 1_000;

/** Held until released. */
export interface ProcessLock {
  release(): void;
}

async function tryLock(pool: Pool): Promise<PoolClient | null> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [
      LOCK_SPACE,
      LOCKS.singleProcess,
    ]);
    if (rows[0].held) return client;
    client.release();
    return null;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Make this the only process on its database, for the binding that keeps user state in process memory. The lock lives with one connection lent from the
 * pool; when that is lost it is taken again, for as long as that takes.
 *
 * @throws AppError CONFLICT when another process has the lock
 */
export async function acquireSingleProcessLock(pool: Pool, log?: Log): Promise<ProcessLock> {
  let client: PoolClient | null = null;
  let timer: NodeJS.Timeout | undefined;
  let released = false;
  let failedTries = 0;

  const hold = (held: PoolClient) => {
    client = held;
    failedTries = 0;
    held.once('end', () => {
      if (released) return;
      client = null;
      held.release(true);
      log?.warn({}, 'the connection that holds the single-process lock was lost; taking the lock again');
      retryLater();
    });
  };
  const retryLater = () => {
    timer = setTimeout(() => void retry(), RETRY_MS).unref();
  };
  const retry = async () => {
    const again = await tryLock(pool).catch(() => null);
    if (again !== null) return released ? again.release(true) : hold(again);
    if (released) return;
    if (failedTries++ === 0) log?.error({}, 'the single-process lock is not held: the database is away or another process uses it');
    retryLater();
  };

  const first = await tryLock(pool).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  if (first === null) {
    throw new AppError(
      'CONFLICT',
      'another Imago process already uses this database; without REDIS_URL there can be only one: stop it, or set REDIS_URL on all',
    );
  }
  hold(first);
  return {
    release: () => {
      released = true;
      clearTimeout(timer);
      client?.release(true); // ending the session frees the lock
    },
  };
}
