import { type Pool, type PoolClient } from 'pg';
import { CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { byChain, type ChainHead, headsDigest, headsStart, type HourHeads } from '../../core/exposures/chain-heads.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type ChainHeads } from '../../ports/chain-heads.js';
import { daysToCheck, EXPOSURE_TABLES } from './chain-check.js';
import { asUnavailable } from './faults.js';
import { inTransaction } from './transaction.js';

const HOURS_A_BATCH = 200;
/** Writes under way are committed under a time of receipt that is at most so old. */
const GROWING_MS = DAY_MS;

const GROWING = `
  SELECT kind, to_char(day, 'YYYY-MM-DD') AS day, id AS writer, last_seq::float8 AS seq, encode(last_hash, 'hex') AS hash
    FROM writers WHERE day >= $1 AND last_seq > 0`;

const ADD = `
  WITH added AS (
    INSERT INTO chain_head_hours (hour, at, previous, digest) VALUES ($1, $2, decode($3, 'hex'), decode($4, 'hex')) RETURNING hour)
  INSERT INTO chain_heads (hour, kind, day, writer, seq, hash)
  SELECT added.hour, h.kind, h.day, h.writer, h.seq, decode(h.hash, 'hex')
    FROM added, unnest($5::text[], $6::date[], $7::int[], $8::bigint[], $9::text[]) AS h(kind, day, writer, seq, hash)`;

const HOURS = `
  SELECT extract(epoch FROM hour)::float8 * 1000 AS hour, extract(epoch FROM at)::float8 * 1000 AS at,
         encode(previous, 'hex') AS previous, encode(digest, 'hex') AS digest,
         (SELECT coalesce(json_agg(json_build_object('kind', kind, 'day', to_char(day, 'YYYY-MM-DD'), 'writer', writer, 'seq', seq,
                   'hash', encode(hash, 'hex')) ORDER BY kind, day, writer), '[]') FROM chain_heads c WHERE c.hour = h.hour) AS heads
    FROM chain_head_hours h WHERE hour >= $1 AND hour < $2 ORDER BY h.hour LIMIT $3`;

/** Published ends of chains in PostgreSQL. */
export function createPostgresChainHeads(pool: Pool): ChainHeads {
  return {
    publish: (hour, at) => inTransaction(pool, (client) => publish(client, hour, at)),
    published: (range) => published(pool, range),
    days: (kind) => daysToCheck(pool, kind, kind === 'events' ? ['events'] : EXPOSURE_TABLES),
  };
}

/** One at a time: two processes would both follow the same hour. */
async function publish(client: PoolClient, hour: number, at: number): Promise<HourHeads | null> {
  await client.query('LOCK TABLE chain_head_hours IN SHARE ROW EXCLUSIVE MODE');
  const bytes = new CanonicalBytes();
  const { rows: last } = await client.query<{ hour: number; digest: string }>(
    `SELECT extract(epoch FROM hour)::float8 * 1000 AS hour, encode(digest, 'hex') AS digest FROM chain_head_hours ORDER BY chain_head_hours.hour DESC LIMIT 1`,
  );
  if (last.length > 0 && last[0].hour >= hour) return null;
  const { rows } = await client.query<ChainHead>(GROWING, [utcDay(hour - GROWING_MS)]);
  const unsigned = { hour, at, previous: last[0]?.digest ?? headsStart(bytes), heads: rows.sort(byChain) };
  const published = { ...unsigned, digest: headsDigest(bytes, unsigned) };
  const columns = (['kind', 'day', 'writer', 'seq', 'hash'] as const).map((name) => rows.map((head) => head[name]));
  await client.query(ADD, [new Date(hour), new Date(at), published.previous, published.digest, ...columns]);
  return published;
}

async function* published(pool: Pool, { from, to }: { from: number; to: number }): AsyncGenerator<HourHeads[]> {
  for (let after = from; ;) {
    const { rows } = await pool.query<HourHeads>(HOURS, [new Date(after), new Date(to), HOURS_A_BATCH]).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    if (rows.length > 0) yield rows;
    if (rows.length < HOURS_A_BATCH) return;
    after = rows[rows.length - 1].hour + 1;
  }
}
