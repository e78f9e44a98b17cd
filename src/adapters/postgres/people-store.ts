import { type Pool, type PoolClient } from 'pg';
import { AppError, shown } from '../../core/errors.js';
import { type Identity, type IdentityLink, type SessionPart } from '../../core/privacy/identity.js';
import { type ConsentChange, type Mute, type Person, unknownPerson } from '../../core/privacy/person.js';
import { type Purpose } from '../../core/privacy/purposes.js';
import { type PeopleStore, type PersonalAct, type PersonChange } from '../../ports/people-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { inTransaction } from './transaction.js';
import { READ_ATTRIBUTES, type UserRow } from './user-store.js';

const LOAD = `
  SELECT given.id, ${READ_ATTRIBUTES('u')}, p.breadth, p.muted, p.interests_reset_at::float8 AS "resetAt",
    (SELECT json_agg(json_build_object('at', c.at, 'purposes', c.purposes) ORDER BY c.at, c.id) FROM consents c WHERE c.user_id = given.id) AS consents,
    (SELECT json_agg(json_build_object('platform', l.platform, 'externalId', l.external_id, 'userId', l.user_id, 'linkedAt', l.linked_at, 'part', l.part) ORDER BY l.id)
       FROM identity_links l WHERE l.user_id = given.id) AS links,
    (SELECT json_object_agg(k.entry, k.variant) FROM kept_arms k WHERE k.user_id = given.id) AS "keptArms"
  FROM unnest($1::text[]) AS given (id) LEFT JOIN users u ON u.id = given.id LEFT JOIN people p ON p.user_id = given.id`;

interface PersonRow extends UserRow {
  breadth: number | null;
  muted: Mute[] | null;
  resetAt: number | null;
  consents: ConsentChange[] | null;
  links: IdentityLink[] | null;
  keptArms: Record<string, string> | null;
}

/** People in PostgreSQL, a decision a row. */
export function createPostgresPeopleStore(pool: Pool): PeopleStore {
  return {
    async load(userIds) {
      const { rows } = await read<PersonRow>(pool, 'people-load', LOAD, [userIds]);
      return new Map(rows.map((row) => [row.id, personOf(row)]));
    },
    addConsent: (userId, { at, purposes }, act) =>
      inTransaction(pool, async (client) => {
        await client.query('INSERT INTO consents (user_id, at, purposes) VALUES ($1, $2, $3)', [userId, at, purposes]);
        await note(client, act, { purposes });
      }),
    change: (userId, change, act) =>
      inTransaction(pool, async (client) => {
        await changePerson(client, userId, change);
        await note(client, act, null);
      }),
    linksOf: (identities) => linksOf(pool, identities),
    link: (links, act) => linkAll(pool, links, act),
    unlink: (userId, identity, act) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query('DELETE FROM identity_links WHERE platform = $1 AND external_id = $2 AND user_id = $3', [
          identity.platform,
          identity.externalId,
          userId,
        ]);
        if (rowCount === 0) return false;
        await note(client, act, { platform: identity.platform });
        return true;
      }),
    async usersWho(granted, purpose) {
      const text = `SELECT user_id FROM (SELECT DISTINCT ON (user_id) user_id, purposes FROM consents ORDER BY user_id, at DESC, id DESC) AS last
                     WHERE ($1 = ANY(purposes)) = $2`;
      const { rows } = await read<{ user_id: string }>(pool, 'people-who', text, [purpose, granted]);
      return rows.map(({ user_id }) => user_id);
    },
  };
}

async function read<T extends object>(pool: Pool, name: string, text: string, values: unknown[]): Promise<{ rows: T[] }> {
  return pool.query<T>({ name, text, values }).catch((error: unknown) => {
    throw asUnavailable(error);
  });
}

function personOf({ id, breadth, muted, resetAt, consents, links, keptArms, ...attributes }: PersonRow): Person {
  return {
    ...unknownPerson(id),
    attributes: attributes.attributes === null ? null : { ...attributes, id, attributes: attributes.attributes },
    consents: (consents ?? []).map(({ at, purposes }) => ({ at, purposes: purposes as Purpose[] })),
    breadth: breadth ?? 0,
    muted: muted ?? [],
    interestsResetAt: resetAt,
    links: links ?? [],
    ...(keptArms && { keptArms }),
  };
}

async function changePerson(client: PoolClient, userId: string, { breadth, muted, interestsResetAt }: PersonChange): Promise<void> {
  await client.query(
    `INSERT INTO people AS p (user_id, breadth, muted, interests_reset_at) VALUES ($1, coalesce($2::float8, 0), coalesce($3::jsonb, '[]'), $4::bigint)
       ON CONFLICT (user_id) DO UPDATE SET breadth = coalesce($2, p.breadth), muted = coalesce($3::jsonb, p.muted),
         interests_reset_at = coalesce($4, p.interests_reset_at)`,
    [userId, breadth ?? null, muted === undefined ? null : JSON.stringify(muted), interestsResetAt ?? null],
  );
}

async function linksOf(pool: Pool | PoolClient, identities: readonly Identity[]): Promise<IdentityLink[]> {
  const { rows } = await pool
    .query<{ platform: string; externalId: string; userId: string; linkedAt: number; part: SessionPart | null }>({
      name: 'people-links',
      text: `SELECT l.platform, l.external_id AS "externalId", l.user_id AS "userId", l.linked_at::float8 AS "linkedAt", l.part
               FROM unnest($1::text[], $2::text[]) AS given (platform, external_id)
               JOIN identity_links l ON l.platform = given.platform AND l.external_id = given.external_id ORDER BY l.id`,
      values: [identities.map(({ platform }) => platform), identities.map(({ externalId }) => externalId)],
    })
    .catch((error: unknown) => {
      throw asUnavailable(error);
    });
  return rows;
}

/** In the order of the identities on every process, so that two who claim the same ones wait for each other. */
async function linkAll(pool: Pool, links: readonly IdentityLink[], act: PersonalAct): Promise<void> {
  const taken = await inTransaction(pool, async (client) => {
    const keyOf = ({ platform, externalId }: Identity): string => JSON.stringify([platform, externalId]);
    for (const key of links.map(keyOf).sort()) await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
    const others = (await linksOf(client, links)).filter(({ part }) => part === null);
    const conflict = links.find((link) => others.some((other) => keyOf(other) === keyOf(link) && other.userId !== link.userId));
    if (conflict) {
      await note(client, { ...act, action: `${act.action} refused` }, { platform: conflict.platform });
      return conflict;
    }
    for (const { platform, externalId, userId, linkedAt, part } of links)
      await client.query(
        `INSERT INTO identity_links (platform, external_id, user_id, linked_at, part) VALUES ($1, $2, $3, $4, $5::jsonb) ON CONFLICT DO NOTHING`,
        [platform, externalId, userId, linkedAt, part === null ? null : JSON.stringify(part)],
      );
    await note(client, act, { platforms: links.map(({ platform }) => platform) });
    return null;
  });
  if (taken)
    throw new AppError(
      'CONFLICT',
      `the identity ${shown(taken.externalId)} on ${shown(taken.platform)} belongs to another user; unlink it there first`,
    );
}

async function note(client: PoolClient, { action, actor, subject, at }: PersonalAct, after: object | null): Promise<void> {
  await noteAudit(client, { at, actor, action, subject, before: null, after });
}
