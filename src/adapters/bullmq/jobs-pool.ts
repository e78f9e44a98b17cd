import { DEFAULT_SCHEMA } from 'bullmq';
import { type ClientBase, Pool } from 'pg';
import { type Log } from '../../ports/log.js';

/** First key of the advisory locks of running jobs ("imjb" in ASCII); the second is the hash of the name. */
const LOCK_SPACE = 0x696d6a62;

const SESSION = `SET search_path = ${DEFAULT_SCHEMA}; SET timezone = 'UTC'; SET synchronous_commit = ON; SET statement_timeout = '30s'`;

/** Queues beside the one of the jobs. */
const QUEUES = 1;

/** Jobs and each queue take one connection for LISTEN, a running job one for its lock; two are left for statements. */
const connectionsFor = (concurrency: number): number => 1 + QUEUES + concurrency + 2;

/** The pool waits for what this returns. */
function prepareSession(client: ClientBase): unknown {
  client.on('error', () => undefined); // the pool listens only while a client is idle
  return client.query(SESSION);
}

/**
 * The pool for BullMQ. It is ours rather than made by BullMQ, which would let a connection that is lost between two statements end the process.
 *
 * @param concurrency jobs that run at a time
 */
export function createJobsPool(connectionString: string, concurrency: number, log: Log): Pool {
  const pool = new Pool({
    connectionString,
    max: connectionsFor(concurrency),
    application_name: 'imago jobs',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    onConnect: prepareSession,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle connection of the job queue was lost'));
  return pool;
}

/**
 * Run a handler unless one of its name runs already, on any process of this database.
 *
 * @returns whether it ran
 */
export async function runAlone(pool: Pool, name: string, handler: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  const { rows } = await client
    .query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS held', [LOCK_SPACE, name])
    .catch((error: unknown) => {
      client.release(true);
      throw error;
    });
  if (!rows[0].held) {
    client.release();
    return false;
  }
  try {
    await handler();
    return true;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE, name]).then(
      () => client.release(),
      () => client.release(true), // ending the session unlocks as well
    );
  }
}
