import { type Database, openDatabase } from '../../src/adapters/postgres/database.js';
import { keptLog, type KeptLog } from './kept-log.js';
import { createTestDatabase } from './postgres.js';

export interface OpenTestDatabase extends Database {
  url: string;
  log: KeptLog;
}

/** An empty database of the caller's own with all tables; `close` removes it. */
export async function openTestDatabase(): Promise<OpenTestDatabase> {
  const { url, drop } = await createTestDatabase();
  const log = keptLog();
  const database = await openDatabase({ url, poolSize: 6, log });
  const close = async () => {
    await database.close();
    await drop();
  };
  return { ...database, url, log, close };
}
