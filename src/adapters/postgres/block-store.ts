import { type Pool, type PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type BlockTarget } from '../../core/candidates/blocks.js';
import { AppError } from '../../core/errors.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type Block, type BlockStore } from '../../ports/block-store.js';
import { type AuditNote, noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { notifyOf } from './notice-channels.js';
import { inTransaction } from './transaction.js';

const BLOCK = `
  SELECT id, target, value, level, reason, legal_basis AS "legalBasis", by, at::float8 AS at, until::float8 AS until, lifted_at::float8 AS "liftedAt",
      exposures_before::float8 AS "exposuresBefore", users_before::float8 AS "usersBefore"
    FROM blocks`;
const IN_FORCE = 'lifted_at IS NULL AND (until IS NULL OR until > $1)';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAYS_BEFORE = 30;

const named = (kind: number): string => `SELECT no FROM names WHERE kind = ${kind} AND name = $1`;
/** Which items a block is about, given its value. */
const ITEMS: Record<BlockTarget, string> = {
  itemId: 'SELECT no FROM items WHERE id = $1',
  creatorId: `SELECT no FROM items WHERE creator_no = (${named(2)})`,
  brand: `SELECT no FROM items WHERE brand_no = (${named(1)})`,
  category: `SELECT no FROM items WHERE (${named(0)}) = ANY (category_nos)`,
  titleContains: 'SELECT no FROM items WHERE strpos(lower(normalize(title, NFKC)), lower(normalize($1, NFKC))) > 0',
};

/** Blocks in PostgreSQL. What they cover is counted after they are in force, since counting may take a while. */
export function createPostgresBlockStore(pool: Pool): BlockStore {
  const select = async (where: string, values: unknown[]): Promise<Block[]> => {
    const { rows } = await pool.query<Block>(`${BLOCK} ${where}`, values).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  return {
    inForce: (now) => select(`WHERE ${IN_FORCE}`, [now]),
    list: ({ active, now, first }) => select(`WHERE ($3 OR (${IN_FORCE})) ORDER BY at DESC, id DESC LIMIT $2`, [now, first, !active]),
    async add(order, { actor, at, most }) {
      const block: Block = { ...order, id: uuidv7(), by: actor, at, liftedAt: null, exposuresBefore: 0, usersBefore: 0 };
      await inTransaction(pool, (client) => insert(client, block, most));
      return { ...block, ...(await countBefore(pool, block)) };
    },
    lift: (id, by) => (UUID.test(id) ? inTransaction(pool, (client) => lift(client, id, by)) : Promise.resolve(null)),
  };
}

async function note(client: PoolClient, about: AuditNote): Promise<void> {
  await noteAudit(client, about);
  await client.query(notifyOf('blocks'));
}

async function insert(client: PoolClient, block: Block, most: number): Promise<void> {
  const { id, target, value, level, reason, legalBasis, by, at, until } = block;
  await client.query('LOCK TABLE blocks IN SHARE ROW EXCLUSIVE MODE');
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM blocks WHERE ${IN_FORCE}`, [at]);
  if (rows[0].n >= most) throw new AppError('CONFLICT', `there are ${most} blocks in force, as many as there may be`);
  await client.query(
    'INSERT INTO blocks (id, target, value, level, reason, legal_basis, by, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [id, target, value, level, reason, legalBasis, by, at, until],
  );
  const after = { [target]: value, level, reason, legalBasis, until };
  await note(client, { subject: id, actor: by, action: 'block', at, before: null, after });
}

async function lift(client: PoolClient, id: string, by: { actor: string; at: number; reason: string }): Promise<Block | null> {
  const { rows } = await client.query<Block>(`${BLOCK} WHERE id = $1 FOR UPDATE`, [id]);
  if (rows.length === 0 || rows[0].liftedAt !== null) return rows[0] ?? null;
  const { target, value, level } = rows[0];
  await client.query('UPDATE blocks SET lifted_at = $2 WHERE id = $1', [id, by.at]);
  const [before, after] = [
    { [target]: value, level },
    { liftedAt: by.at, reason: by.reason },
  ];
  await note(client, { subject: id, actor: by.actor, action: 'unblock', at: by.at, before, after });
  return { ...rows[0], liftedAt: by.at };
}

async function countBefore(pool: Pool, { id, target, value, at }: Block): Promise<Pick<Block, 'exposuresBefore' | 'usersBefore'>> {
  const since = at - DAYS_BEFORE * DAY_MS;
  const count = `
    WITH counted AS (
      SELECT count(*) AS exposures, count(DISTINCT user_id) AS users FROM all_exposures
       WHERE received_day >= $2 AND served_at >= to_timestamp($3::float8 / 1000) AND item_no IN (${ITEMS[target]})
    )
    UPDATE blocks SET exposures_before = exposures, users_before = users FROM counted WHERE id = $4
    RETURNING exposures_before::float8 AS "exposuresBefore", users_before::float8 AS "usersBefore"`;
  const { rows } = await pool
    .query<Pick<Block, 'exposuresBefore' | 'usersBefore'>>(count, [value, utcDay(since), since, id])
    .catch((error: unknown) => {
      throw asUnavailable(error);
    });
  return rows[0];
}
