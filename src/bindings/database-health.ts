import { type Database } from '../adapters/postgres/database.js';
import { type DependencyHealth } from '../ports/dependency-health.js';

/** Whether the database answers, for `health` of a binding. */
export async function databaseHealth(pool: Database['pool']): Promise<DependencyHealth[]> {
  try {
    await pool.query('SELECT 1');
    const connections = { open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    return [{ name: 'postgres', ok: true, detail: `${connections.open} connections, ${connections.waiting} waiting`, connections }];
  } catch {
    return [{ name: 'postgres', ok: false, detail: 'no connection' }];
  }
}
