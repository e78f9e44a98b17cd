import { type ClientBase, Pool } from 'pg';
import { AbstractLogger, DataSource } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { type Log } from '../../ports/log.js';
import { ENTITIES } from './entities.js';
import { asUnavailable } from './faults.js';
import { migrate } from './migrate.js';
import { limitAnswers } from './query-limits.js';

export { asUnavailable } from './faults.js';
export { acquireSingleProcessLock } from './single-process-lock.js';

/** An open database with its tables up to date. */
export interface Database {
  /** The one pool of the process; `dataSource` draws from it too. */
  pool: Pool;
  dataSource: DataSource;
  /** Waits for clients that are lent out. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Opening a connection costs as much as twenty pages; traffic that comes and goes keeps what it opened. */
const IDLE_MS = 10 * 60_000;

/** A job that needs longer says `SET LOCAL statement_timeout` in its transaction, and `allowAnswers`. */
const SESSION = `SET timezone = 'UTC'; SET synchronous_commit = ON; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'`;

/**
 * Connect and migrate. TypeORM's pool is shared rather than a second one opened: settings need it a few times an hour, and the number of connections
 * stays one setting.
 *
 * @param poolSize most connections at a time; waiting for one longer than five seconds is `UNAVAILABLE`
 * @throws AppError UNAVAILABLE when there is no connection to be had
 */
export async function openDatabase({ url, poolSize, log }: { url: string; poolSize: number; log: Log }): Promise<Database> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    poolSize,
    applicationName: 'imago',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    logger: new Unheard(),
    poolErrorHandler: (error: Error) => log.warn({ error: error.message }, 'an idle database connection was lost'),
    extra: { keepAlive: true, idleTimeoutMillis: IDLE_MS, onConnect: prepareSession },
  });
  try {
    await dataSource.initialize();
    await migrate(dataSource, log);
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw asUnavailable(error);
  }
  const pool = poolOf(dataSource);
  limitAnswers(pool);
  return { pool, dataSource, close: () => dataSource.destroy() };
}

/** Connections to a database that is up to date already, made when they are needed. */
export function openPool({ url, poolSize, log }: { url: string; poolSize: number; log: Log }): Pool {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'imago',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    onConnect: prepareSession,
  });
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle database connection was lost'));
  limitAnswers(pool);
  return pool;
}

/** What fails is thrown and told in our own log. */
class Unheard extends AbstractLogger {
  protected writeLog(): void {}
}

/** The pool waits for what this returns. */
function prepareSession(client: ClientBase): unknown {
  // The pool listens only while a client is idle; without this a connection lost between two statements would end the process.
  client.on('error', () => undefined);
  return client.query(SESSION);
}

/** The pg pool that TypeORM's driver made; its own types do not name it. */
const poolOf = ({ driver }: DataSource): Pool => (driver as unknown as { master: Pool }).master;
