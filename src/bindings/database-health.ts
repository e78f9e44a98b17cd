import { type Database } from '../adapters/postgres/database.js';

/** Whether the database answers, for `health` of a binding. */
export async function databaseHealth(pool: Database['pool']): Promise<{ name: string; ok: boolean; detail: string }[]> {
  try {
    await pool.query('SELECT 1');
    return [{ name: 'postgres', ok: true, detail: `${pool.totalCount} connections, ${pool.waitingCount} waiting` }];
  } catch {
    return [{ name: 'postgres', ok: false, detail: 'no connection' }];
  }
}
