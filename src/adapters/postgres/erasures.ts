import { type Pool, type PoolClient } from 'pg';
import { type Erasures, type HeldRecords } from '../../ports/people-store.js';
import { asUnavailable } from './faults.js';
import { cursorRows } from './chain-check.js';
import { LOCK_SPACE, LOCKS } from './locks.js';
import { inTransaction } from './transaction.js';

/** What stands before the commitment in a seal, plus one, as substring counts. */
const AFTER_SALT = 17;

/** Each empties what points to a person ($1: ids) and leaves what the hash chain covers. */
const WIPES: { what: HeldRecords['what']; text: string }[] = [
  {
    what: 'events',
    text: `UPDATE events SET id = NULL, user_id = NULL, session_id = NULL, order_id = NULL, query = NULL, share_id = NULL, device_hash = NULL,
             seal = substring(seal FROM ${AFTER_SALT}) WHERE user_id = ANY($1)`,
  },
  {
    what: 'mentions',
    text: `UPDATE events SET target_user_id = NULL, target_seal = substring(target_seal FROM ${AFTER_SALT}) WHERE target_user_id = ANY($1)`,
  },
  {
    what: 'mentions',
    text: `UPDATE events SET referrer_user_id = NULL, referrer_seal = substring(referrer_seal FROM ${AFTER_SALT}) WHERE referrer_user_id = ANY($1)`,
  },
  {
    what: 'mentions',
    text: `UPDATE exposure_pages SET
             mention_seals = (SELECT array_agg(CASE WHEN m = ANY($1) THEN substring(s FROM ${AFTER_SALT}) ELSE s END ORDER BY i) FROM unnest(mentions, mention_seals) WITH ORDINALITY AS u(m, s, i)),
             mentions = (SELECT array_agg(CASE WHEN m = ANY($1) THEN NULL ELSE m END ORDER BY i) FROM unnest(mentions) WITH ORDINALITY AS u(m, i))
           WHERE mentions && $1`,
  },
  // Counted; emptied below.
  { what: 'exposures', text: 'SELECT FROM all_exposures WHERE user_id = ANY($1)' },
  { what: 'attributes', text: 'DELETE FROM users WHERE id = ANY($1)' },
  { what: 'consents', text: 'DELETE FROM consents WHERE user_id = ANY($1)' },
  { what: 'controls', text: 'DELETE FROM people WHERE user_id = ANY($1)' },
  { what: 'identities', text: 'DELETE FROM identity_links WHERE user_id = ANY($1)' },
  { what: 'state', text: 'DELETE FROM user_states WHERE user_id = ANY($1)' },
  { what: 'firings', text: 'DELETE FROM trigger_firings WHERE user_id = ANY($1)' },
];

/** Parts of what is counted elsewhere, or that live for minutes. */
const SILENT_WIPES = [
  `UPDATE exposure_pages SET user_id = NULL, session_id = NULL, page_id = NULL, seal = substring(seal FROM ${AFTER_SALT}) WHERE user_id = ANY($1)`,
  'UPDATE exposure_items SET user_id = NULL WHERE user_id = ANY($1)',
  'UPDATE exposures SET user_id = NULL WHERE user_id = ANY($1)',
  'DELETE FROM exposure_products WHERE user_id = ANY($1)',
  'DELETE FROM cocoon_days WHERE user_id = ANY($1)',
  'DELETE FROM trigger_standings WHERE user_id = ANY($1)',
  'DELETE FROM kept_arms WHERE user_id = ANY($1)',
  'DELETE FROM request_claims WHERE EXISTS (SELECT FROM unnest($1::text[]) AS u(id) WHERE position(to_json(u.id)::text IN answer) > 0)',
];

const HELD: Record<HeldRecords['what'], string> = {
  events: 'SELECT count(*), min(extract(epoch FROM occurred_at) * 1000) FROM events WHERE user_id = ANY($1)',
  exposures: 'SELECT count(*), min(extract(epoch FROM served_at) * 1000) FROM all_exposures WHERE user_id = ANY($1)',
  attributes: 'SELECT count(*), NULL FROM users WHERE id = ANY($1)',
  consents: 'SELECT count(*), min(at) FROM consents WHERE user_id = ANY($1)',
  controls: 'SELECT count(*), NULL FROM people WHERE user_id = ANY($1)',
  identities: 'SELECT count(*), min(linked_at) FROM identity_links WHERE user_id = ANY($1)',
  state: 'SELECT count(*), NULL FROM user_states WHERE user_id = ANY($1)',
  firings: 'SELECT count(*), min(at) FROM trigger_firings WHERE user_id = ANY($1)',
  mentions: `SELECT (SELECT count(*) FROM events WHERE target_user_id = ANY($1) OR referrer_user_id = ANY($1))
                  + (SELECT count(*) FROM exposure_pages WHERE mentions && $1), NULL`,
};

/** Everything of a person as JSON; what only the machine reads is left out. */
const RECORDS: Partial<Record<HeldRecords['what'], string>> = {
  events: `SELECT to_jsonb(e) - ARRAY['seal', 'target_seal', 'referrer_seal', 'hash', 'writer', 'seq', 'received_day', 'item_no'] FROM events e
            WHERE user_id = ANY($1) ORDER BY received_at, writer, seq`,
  exposures: `SELECT to_jsonb(e) - ARRAY['writer', 'seq', 'received_day', 'item_no', 'sources'] FROM all_exposures e WHERE user_id = ANY($1) ORDER BY served_at, position`,
  attributes: 'SELECT to_jsonb(u) FROM users u WHERE id = ANY($1)',
  consents: `SELECT to_jsonb(c) - 'id' FROM consents c WHERE user_id = ANY($1) ORDER BY at, id`,
  controls: 'SELECT to_jsonb(p) FROM people p WHERE user_id = ANY($1)',
  identities: `SELECT to_jsonb(l) - 'id' FROM identity_links l WHERE user_id = ANY($1) ORDER BY id`,
  firings: 'SELECT to_jsonb(f) FROM trigger_firings f WHERE user_id = ANY($1) ORDER BY id',
};
const BATCH = 500;

/** Erasure over all tables that name people. */
export function createPostgresErasures(pool: Pool): Erasures {
  const query = <T extends object>(text: string, values: unknown[]) =>
    pool.query<T>({ text, values }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  return {
    async all() {
      const { rows } = await query<{ key: string; at: number }>(
        `SELECT encode(key, 'hex') AS key, erased_at::float8 AS at FROM erasures`,
        [],
      );
      return new Map(rows.map(({ key, at }) => [key, at]));
    },
    async mark(key, at) {
      await query("INSERT INTO erasures (key, erased_at) VALUES (decode($1, 'hex'), $2) ON CONFLICT (key) DO UPDATE SET erased_at = $2", [
        key,
        at,
      ]);
    },
    wipe: (userIds) => inTransaction(pool, (client) => wipe(client, userIds)),
    async keepReceipt(key, receipt) {
      await query(`UPDATE erasures SET receipt = $2::jsonb WHERE key = decode($1, 'hex')`, [key, JSON.stringify(receipt)]);
    },
    held: async (userIds) =>
      Promise.all(
        (Object.keys(HELD) as HeldRecords['what'][]).map(async (what) => {
          const { rows } = await pool.query<[string, number | null]>({ text: HELD[what], values: [userIds], rowMode: 'array' });
          const [records, oldest] = rows[0];
          return { what, records: Number(records), oldest: oldest === null ? null : Number(oldest) };
        }),
      ),
    records: (userIds) => records(pool, userIds),
  };
}

async function wipe(client: PoolClient, userIds: readonly string[]): Promise<{ removed: HeldRecords[]; followers: string[] }> {
  // Every process wipes what was on its way there; two at once would wait for each other's rows.
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.erasure]);
  const { rows } = await client.query<{ user_id: string }>(
    'SELECT DISTINCT user_id FROM events WHERE target_user_id = ANY($1) AND user_id IS NOT NULL', [userIds]); // prettier-ignore
  const followers = rows.map(({ user_id }) => user_id);
  const counts = new Map<HeldRecords['what'], number>();
  for (const { what, text } of WIPES) {
    const { rowCount } = await client.query(text, [userIds]);
    counts.set(what, (counts.get(what) ?? 0) + (rowCount ?? 0));
  }
  for (const text of SILENT_WIPES) await client.query(text, [userIds]);
  // States of followers name the erased as a tie; they are rebuilt from the ledger, which no longer does.
  await client.query('DELETE FROM user_states WHERE user_id = ANY($1)', [followers]);
  const removed = [...counts].filter(([, records]) => records > 0).map(([what, records]) => ({ what, records, oldest: null }));
  return { removed, followers };
}

async function* records(pool: Pool, userIds: readonly string[]): AsyncGenerator<{ what: HeldRecords['what']; record: object }[]> {
  const client = await pool.connect();
  let whole = false;
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    for (const [what, text] of Object.entries(RECORDS) as [HeldRecords['what'], string][])
      for await (const rows of cursorRows(client, { text, values: [userIds], batch: BATCH }))
        yield rows.map(([record]) => ({ what, record: record as object }));
    await client.query('COMMIT');
    whole = true;
  } finally {
    // A reader who went away leaves the cursor open: the connection is given up with it.
    client.release(!whole);
  }
}
