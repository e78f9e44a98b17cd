import { Client, Pool } from 'pg';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';

/** Tables of a database of which some row holds a text, in whatever column, as text or as bytes. */
export async function tablesHolding(databaseUrl: string, text: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`,
    );
    const holding: string[] = [];
    for (const { name } of rows) {
      const found = await client.query(`SELECT FROM ${name} AS t WHERE t::text LIKE $1 OR t::text LIKE $2 LIMIT 1`, [
        `%${text}%`,
        `%${Buffer.from(text).toString('hex')}%`,
      ]);
      if (found.rowCount! > 0) holding.push(name);
    }
    return holding;
  } finally {
    await client.end();
  }
}

/** The first fault of each hash chain: that of events, that of exposures; null where a chain is whole. */
export async function chainFaults(databaseUrl: string): Promise<unknown[]> {
  const pool = new Pool({ connectionString: databaseUrl });
  try {
    const options = { pool, clock: () => Date.now(), retentionDays: 400 };
    return [await createPostgresLedger(options).verify(), await createPostgresExposureLog(options).verify()];
  } finally {
    await pool.end();
  }
}
