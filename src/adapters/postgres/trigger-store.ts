import { type Pool, type PoolClient } from 'pg';
import { AppError } from '../../core/errors.js';
import { coolDownMs, isOfTag, type Trigger } from '../../core/tags/triggers.js';
import { type Crossing, type Firing, type FiringDraft, type Standing, type TriggerStore } from '../../ports/trigger-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { notifyOf } from './notice-channels.js';
import { inTransaction } from './transaction.js';

const RULE = 'SELECT definition FROM triggers';
const FIRING = `
  SELECT id, definition AS trigger, NULLIF(user_id, '') AS "userId", value, at::float8 AS at, status, attempts, reason, settled_at::float8 AS "settledAt"
    FROM trigger_firings`;
const STANDING = `
  SELECT trigger_id AS "triggerId", user_id AS "userId", fired_at::float8 AS "firedAt", until::float8 AS until FROM trigger_standings`;

const CROSSING = 'SELECT trigger_id AS "triggerId", baseline, looks_back AS "looksBack" FROM trigger_crossings ORDER BY trigger_id';

/** In the place of a user where a rule is about everybody: no user has an empty id. */
const EVERYBODY = '';

/** One statement, so that of two that find the same rule to hold of one user the second waits for the first and then sees that it rests. */
const FIRE = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::float8[], $6::bigint[], $7::bigint[], $8::text[])
      AS g (id, trigger_id, user_id, definition, value, at, cool_down, status)
  ), standing AS (
    INSERT INTO trigger_standings AS s (user_id, trigger_id, fired_at, until)
    SELECT g.user_id, g.trigger_id, g.at, g.at + g.cool_down FROM given g JOIN triggers t ON t.id = g.trigger_id ORDER BY 1, 2
        ON CONFLICT (user_id, trigger_id) DO UPDATE SET fired_at = excluded.fired_at, until = excluded.until WHERE s.until <= excluded.fired_at
    RETURNING user_id, trigger_id
  )
  INSERT INTO trigger_firings (id, trigger_id, definition, user_id, value, at, status, settled_at)
  SELECT g.id, g.trigger_id, g.definition, g.user_id, g.value, g.at, g.status, CASE g.status WHEN 'APPLIED' THEN g.at END
    FROM given g JOIN standing USING (user_id, trigger_id)
  RETURNING id`;

/** Rules and firings in PostgreSQL. */
export function createPostgresTriggerStore(pool: Pool): TriggerStore {
  const select = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const { rows } = await pool.query<Row>({ text, values }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  const change = <T>(work: (client: PoolClient) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (client) => {
      const result = await work(client);
      await client.query(notifyOf('triggers'));
      return result;
    });
  return {
    async list() {
      const rows = await select<{ definition: Trigger }>(`${RULE} ORDER BY updated_at DESC, id`);
      return rows.map(({ definition }) => definition);
    },
    save: (trigger, actor, most) => change((client) => save(client, trigger, actor, most)),
    remove: (id, why) => change((client) => remove(client, id, why)),
    async fire(drafts) {
      const kept = new Set((await select<{ id: string }>(FIRE, columnsOf(drafts))).map(({ id }) => id));
      const where = `${STANDING} WHERE (user_id, trigger_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;
      const pairs = [drafts.map(({ userId }) => userId ?? EVERYBODY), drafts.map(({ trigger }) => trigger.id)];
      return { fired: drafts.filter(({ id }) => kept.has(id)).map(asFired), standings: await select<Standing>(where, pairs) };
    },
    crossings: () => select(CROSSING),
    cross: (draft, baseline) => inTransaction(pool, (client) => cross(client, draft, baseline)),
    setCrossingBack: async (id, looksBack) =>
      void (await select('UPDATE trigger_crossings SET looks_back = $2 WHERE trigger_id = $1', [id, looksBack])),
    endCrossing: async (id) => void (await select('DELETE FROM trigger_crossings WHERE trigger_id = $1', [id])),
    standingsOf: (userId, now) => select(`${STANDING} WHERE user_id = $1 AND until > $2 ORDER BY fired_at DESC, trigger_id`, [userId, now]),
    firing: async (id) => (await select<Firing>(`${FIRING} WHERE id = $1`, [id]))[0] ?? null,
    firings: (first, after) => select(`${FIRING} WHERE $2::text IS NULL OR id < $2 ORDER BY id DESC LIMIT $1`, [first, after]),
    async pending(first) {
      const rows = await select<{ id: string }>("SELECT id FROM trigger_firings WHERE status = 'PENDING' ORDER BY at, id LIMIT $1", [
        first,
      ]);
      return rows.map(({ id }) => id);
    },
    async settle(id, { status, attempts, reason, at }) {
      const text = `UPDATE trigger_firings SET status = $2, attempts = $3, reason = $4, settled_at = $5 WHERE id = $1 AND status = 'PENDING'`;
      await select(text, [id, status, attempts, reason, status === 'PENDING' ? null : at]);
    },
    async purge({ firingsBefore, now }) {
      await select('DELETE FROM trigger_firings WHERE at < $1', [firingsBefore]);
      await select('DELETE FROM trigger_standings WHERE until <= $1', [now]);
    },
  };
}

const statusOf = ({ action, on }: Trigger): Firing['status'] => (action === 'STRATEGY' && isOfTag(on) ? 'APPLIED' : 'PENDING');

const asFired = (draft: FiringDraft): Firing => {
  const status = statusOf(draft.trigger);
  return { ...draft, status, attempts: 0, reason: null, settledAt: status === 'PENDING' ? null : draft.at };
};

const columnsOf = (drafts: readonly FiringDraft[]): unknown[] => [
  drafts.map(({ id }) => id),
  drafts.map(({ trigger }) => trigger.id),
  drafts.map(({ userId }) => userId ?? EVERYBODY),
  drafts.map(({ trigger }) => JSON.stringify(trigger)),
  drafts.map(({ value }) => value),
  drafts.map(({ at }) => at),
  drafts.map(({ trigger }) => Math.round(coolDownMs(trigger))),
  drafts.map(({ trigger }) => statusOf(trigger)),
];

/** The row of the rule is locked, so that a change of it and a firing of it follow one another. */
async function cross(client: PoolClient, draft: FiringDraft, baseline: Crossing['baseline']): Promise<Firing | null> {
  const { trigger, at } = draft;
  const rule = await lockedRule(client, trigger.id);
  if (rule?.updatedAt !== trigger.updatedAt || !rule.enabled) return null;
  const held = await client.query('SELECT FROM trigger_crossings WHERE trigger_id = $1', [trigger.id]);
  if (held.rowCount !== 0) return null;
  const { rowCount } = await client.query(FIRE, columnsOf([draft]));
  if (rowCount === 0) return null;
  await client.query('INSERT INTO trigger_crossings (trigger_id, at, baseline) VALUES ($1, $2, $3)', [trigger.id, at, baseline]);
  return asFired(draft);
}

async function lockedRule(client: PoolClient, id: string): Promise<Trigger | null> {
  const { rows } = await client.query<{ definition: Trigger }>(`${RULE} WHERE id = $1 FOR UPDATE`, [id]);
  return rows.length === 0 ? null : rows[0].definition;
}

async function save(client: PoolClient, trigger: Trigger, actor: string, most: number): Promise<void> {
  const { id, updatedAt } = trigger;
  await client.query('LOCK TABLE triggers IN SHARE ROW EXCLUSIVE MODE');
  const before = await lockedRule(client, id);
  const { rows } = await client.query<{ others: number }>('SELECT count(*)::int AS others FROM triggers WHERE id <> $1', [id]);
  if (rows[0].others >= most) throw new AppError('CONFLICT', `there are ${most} triggers already, as many as there may be`);
  await client.query(
    `INSERT INTO triggers (id, definition, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at`,
    [id, trigger, updatedAt],
  );
  await client.query('UPDATE trigger_standings SET until = fired_at + $2 WHERE trigger_id = $1', [id, Math.round(coolDownMs(trigger))]);
  await client.query('DELETE FROM trigger_crossings WHERE trigger_id = $1', [id]);
  await noteAudit(client, { subject: id, actor, action: 'saveTrigger', at: updatedAt, before, after: trigger });
}

async function remove(client: PoolClient, id: string, why: { actor: string; reason: string; at: number }): Promise<Trigger | null> {
  const before = await lockedRule(client, id);
  if (before === null) return null;
  await client.query('DELETE FROM triggers WHERE id = $1', [id]);
  await noteAudit(client, { subject: id, actor: why.actor, action: 'removeTrigger', at: why.at, before, after: { reason: why.reason } });
  return before;
}
