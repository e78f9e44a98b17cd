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

const TRY = { alone: 'pg_try_advisory_lock', together: 'pg_try_advisory_lock_shared' } as const;
type Manner = keyof typeof TRY;

async function tryLock(pool: Pool, manner: Manner): Promise<PoolClient | null> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ held: boolean }>(`SELECT ${TRY[manner]}($1, $2) AS held`, [LOCK_SPACE, LOCKS.singleProcess]);
    if (rows[0].held) return client;
    client.release();
    return null;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Make this the only process on its database, for the binding that keeps user state in process memory; or, `together`, one of several that all keep it
 * elsewhere. The lock lives with one connection lent from the
 * pool; when that is lost it is taken again, for as long as that takes.
 *
 * @throws AppError CONFLICT when another process has the lock in the other manner, or alone
 */
export async function acquireSingleProcessLock(pool: Pool, log?: Log, manner: Manner = 'alone'): Promise<ProcessLock> {
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
    const again = await tryLock(pool, manner).catch(() => null);
    if (again !== null) return released ? again.release(true) : hold(again);
    if (released) return;
    if (failedTries++ === 0) log?.error({}, 'the single-process lock is not held: the database is away or another process uses it');
    retryLater();
  };

  const first = await tryLock(pool, manner).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  if (first === null) {
    throw new AppError(
      'CONFLICT',
      manner === 'alone'
        ? 'another Imago process already uses this database; without REDIS_URL there can be only one: stop it, or set REDIS_URL on all'
        : 'an Imago process without REDIS_URL uses this database, which has to be the only one: stop it, or set REDIS_URL on it too',
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
