import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log } from '../../../ports/log.js';
import { SUPERUSER, prepareCluster } from './cluster.js';
import { lockFolder, type DataLock } from './lock.js';
import { LogFile } from './log-file.js';
import { choosePlace } from './place.js';
import { Server } from './server.js';

export interface EmbeddedPostgres {
  /** Connection string of the superuser; it stays the same until `stop`, also when the server had to be restarted. */
  url: string;
  /** Version of the server, as in 18.4. */
  version: string;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. Calling it again waits for the first. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of ours, made when missing; the data is in `postgres` below it and outlives the process. */
  dataDir: string;
  log: Log;
}

async function startLocked(folder: string, lock: DataLock, log: Log): Promise<EmbeddedPostgres> {
  const place = await choosePlace(folder, log);
  const password = await prepareCluster(place);
  const logFile = new LogFile(join(folder, 'postgres.log'));
  const server = new Server(place, logFile, log);
  const endWithProcess = () => server.stopWithoutWaiting();
  process.once('exit', endWithProcess);
  const finish = async () => {
    await server.stop();
    process.off('exit', endWithProcess);
    await logFile.close();
    await lock.release();
  };
  await server.start().catch(async (error: unknown) => {
    await finish();
    throw error;
  });
  log.info({ version: place.version, port: server.port, data: place.cluster }, 'embedded PostgreSQL is ready');
  let stopped: Promise<void> | undefined;
  const url = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${server.port}/postgres`;
  return { url, version: place.version, stop: () => (stopped ??= finish()) };
}

/**
 * Start the PostgreSQL that comes with the npm packages, on a free port of 127.0.0.1. What a killed process has left behind
 * (its lock, its server, a half-made cluster) is taken over or cleared. The server is restarted when it dies.
 *
 * @throws Error  in one line: no binaries for this platform, a data folder in use, or one of another major version
 */
export async function startEmbeddedPostgres({ dataDir, log }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(dataDir, { recursive: true });
  const folder = await realpath(dataDir);
  const lock = await lockFolder(folder);
  try {
    return await startLocked(folder, lock, log);
  } catch (error) {
    await lock.release();
    throw error;
  }
}
