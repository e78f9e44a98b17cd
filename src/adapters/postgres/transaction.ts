import { type Pool, type PoolClient } from 'pg';
import { asUnavailable } from './faults.js';

/**
 * Run `work` in one transaction and commit what it did, or nothing when it throws. Its error is passed on, a lost connection as `UNAVAILABLE`; whether
 * a commit that was under way when the connection broke took place is then unknown, so that what is done here has to be safe to repeat.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    const seen = asUnavailable(error);
    // Where no answer came, none comes to this either.
    if (seen !== error) client.release(true);
    else
      await client.query('ROLLBACK').then(
        () => client.release(),
        () => client.release(true),
      );
    throw seen;
  }
}
