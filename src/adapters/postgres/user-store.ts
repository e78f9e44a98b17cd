import { type Pool } from 'pg';
import { type UserAttributes } from '../../core/user.js';
import { type UserChange, type UserStore } from '../../ports/user-store.js';
import { asUnavailable } from './faults.js';
import { inTransaction } from './transaction.js';

const INSERT = `INSERT INTO users (id, attributes) SELECT id, '{}' FROM unnest($1::text[]) AS given (id) ON CONFLICT DO NOTHING`;

/** In the order of ids on every process, so that none waits for another that waits for it. */
const LOCK = 'SELECT FROM users WHERE id = ANY($1) ORDER BY id FOR UPDATE';

const UPDATE = `
  UPDATE users SET
    birth_year = CASE WHEN has_birth_year THEN given.birth_year ELSE users.birth_year END,
    gender = CASE WHEN has_gender THEN given.gender ELSE users.gender END,
    region = CASE WHEN has_region THEN given.region ELSE users.region END,
    joined_at = CASE WHEN has_joined_at THEN given.joined_at ELSE users.joined_at END,
    attributes = (users.attributes || given.kept::jsonb) - ARRAY(SELECT jsonb_array_elements_text(given.cleared::jsonb))
  FROM unnest($1::text[], $2::boolean[], $3::int[], $4::boolean[], $5::text[], $6::boolean[], $7::text[], $8::boolean[], $9::bigint[], $10::text[], $11::text[])
    AS given (id, has_birth_year, birth_year, has_gender, gender, has_region, region, has_joined_at, joined_at, kept, cleared)
  WHERE users.id = given.id`;

/** Several changes of one user act as one, what a later one gives winning; in the order of ids. */
function mergeById(changes: UserChange[]): UserChange[] {
  const merged = new Map<string, UserChange>();
  for (const change of changes) {
    const before = merged.get(change.id);
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as unknown as UserChange;
    merged.set(change.id, { ...before, ...given, attributes: { ...before?.attributes, ...given.attributes } });
  }
  return [...merged.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function columnsOf(changes: UserChange[]): unknown[] {
  const named = (change: UserChange, isWanted: (value: unknown) => boolean) =>
    Object.entries(change.attributes ?? {}).filter(([, value]) => isWanted(value));
  return [
    changes.map(({ id }) => id),
    changes.map(({ birthYear }) => birthYear !== undefined),
    changes.map(({ birthYear }) => birthYear ?? null),
    changes.map(({ gender }) => gender !== undefined),
    changes.map(({ gender }) => gender ?? null),
    changes.map(({ region }) => region !== undefined),
    changes.map(({ region }) => region ?? null),
    changes.map(({ joinedAt }) => joinedAt !== undefined),
    changes.map(({ joinedAt }) => joinedAt ?? null),
    changes.map((change) => JSON.stringify(Object.fromEntries(named(change, (value) => value !== null)))),
    changes.map((change) => JSON.stringify(named(change, (value) => value === null).map(([name]) => name))),
  ];
}

/** Columns of a row of users; all null where there is none. */
export const READ_ATTRIBUTES = (table: string): string =>
  ['birth_year AS "birthYear"', 'gender', 'region', 'joined_at::float8 AS "joinedAt"', 'attributes']
    .map((column) => `${table}.${column}`)
    .join(', ');
export type UserRow = Omit<UserAttributes, 'attributes'> & { attributes: UserAttributes['attributes'] | null };

const READ = `SELECT id, ${READ_ATTRIBUTES('users')} FROM users WHERE id = $1`;

/** Attributes in one table, a row a user. A field or an attribute given as null is cleared. */
export function createPostgresUserStore(pool: Pool): UserStore {
  return {
    async upsert(users) {
      if (users.length === 0) return;
      const merged = mergeById(users);
      const ids = merged.map(({ id }) => id);
      await inTransaction(pool, async (client) => {
        await client.query({ name: 'users-insert', text: INSERT, values: [ids] });
        await client.query({ name: 'users-lock', text: LOCK, values: [ids] });
        await client.query({ name: 'users-update', text: UPDATE, values: columnsOf(merged) });
      });
    },
    async get(userId) {
      const { rows } = await pool.query<UserAttributes>({ name: 'users-read', text: READ, values: [userId] }).catch((error: unknown) => {
        throw asUnavailable(error);
      });
      return rows.length === 0 ? null : rows[0];
    },
  };
}
