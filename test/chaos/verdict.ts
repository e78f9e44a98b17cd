import { Pool } from 'pg';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { type LoadClient } from './load-client.js';

/** What a client was promised against what is kept. */
export interface Verdict {
  acknowledged: number;
  exposures: number;
  /** Acknowledged events, and exposures that were answered, that are not kept. */
  lost: number;
  /** Events and exposures that are kept more than once. */
  doubled: number;
  /** Events that are kept and were never sent. */
  invented: number;
  /** First entries of chains that are not whole. */
  broken: string[];
}

/** Hold what a client kept against the tables themselves. */
export async function judge(databaseUrl: string, { sent, acknowledged, exposures }: LoadClient): Promise<Verdict> {
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  try {
    const countsOf = async (text: string): Promise<Map<string, number>> => {
      const { rows } = await pool.query<[string, string]>({ text, rowMode: 'array' });
      return new Map(rows.map(([id, n]) => [id, Number(n)]));
    };
    const events = await countsOf(`SELECT id, count(*) FROM events WHERE type = 'CLICK' GROUP BY id`);
    const shown = await countsOf(`SELECT feed_id || '.' || position, count(*) FROM all_exposures GROUP BY 1`);
    const deps = { pool, clock: () => Date.now(), retentionDays: 400 };
    const faults = [await createPostgresLedger(deps).verify(), await createPostgresExposureLog(deps).verify()];
    const missing = (ids: ReadonlySet<string>, kept: Map<string, number>): number => [...ids].filter((id) => !kept.has(id)).length;
    const twice = (kept: Map<string, number>): number => [...kept.values()].filter((n) => n > 1).length;
    return {
      acknowledged: acknowledged.ids.size,
      exposures: exposures.ids.size,
      lost: missing(acknowledged.ids, events) + missing(exposures.ids, shown),
      doubled: twice(events) + twice(shown),
      invented: [...events.keys()].filter((id) => !sent.has(id)).length,
      broken: faults.flatMap((fault) => (fault ? [JSON.stringify(fault)] : [])),
    };
  } finally {
    await pool.end();
  }
}
