import { type Pool, type PoolClient } from 'pg';
import { AppError } from '../../core/errors.js';
import { type Alert, type AlertCall, type AlertDraft, type AlertStore, type KeptAlertRule } from '../../ports/alert-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { inTransaction } from './transaction.js';

const ALERT = `
  SELECT id, definition AS rule, value, detail, baseline, looks_back AS "looksBack", opened_at::float8 AS "openedAt", closed_at::float8 AS "closedAt",
         note, acknowledged_by AS "acknowledgedBy", acknowledged_at::float8 AS "acknowledgedAt"
    FROM alerts`;

const OPEN = `
  INSERT INTO alerts (id, rule_id, definition, value, detail, baseline, opened_at)
  SELECT $1, r.id, r.definition, $3, $4, $5, $6
    FROM alert_rules r WHERE r.id = $2::jsonb ->> 'id' AND r.definition = $2 AND (r.definition -> 'enabled')::boolean
     FOR SHARE OF r
      ON CONFLICT (rule_id) WHERE closed_at IS NULL DO NOTHING`;

/** Rules and alerts in PostgreSQL. */
export function createPostgresAlertStore(pool: Pool): AlertStore {
  const select = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const { rows } = await pool.query<Row>({ text, values }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  return {
    async rules() {
      const rows = await select<{ definition: KeptAlertRule }>('SELECT definition FROM alert_rules ORDER BY id');
      return rows.map(({ definition }) => definition);
    },
    saveRule: (rule, actor, most) => inTransaction(pool, (client) => saveRule(client, rule, actor, most)),
    alerts: ({ open, first }) =>
      select(`${ALERT} WHERE $2::boolean IS NULL OR (closed_at IS NULL) = $2 ORDER BY opened_at DESC, id DESC LIMIT $1`, [first, open]),
    open: (draft, call) => inTransaction(pool, (client) => open(client, draft, call)),
    setLooksBack: async (id, looksBack) => void (await select('UPDATE alerts SET looks_back = $2 WHERE id = $1', [id, looksBack])),
    close: (id, at, call) => inTransaction(pool, (client) => close(client, { id, at, call })),
    acknowledge: (id, by) => inTransaction(pool, (client) => acknowledge(client, id, by)),
    async pendingCall(id) {
      return (await select<AlertCall>(`SELECT id, body FROM alert_calls WHERE id = $1 AND status = 'PENDING'`, [id]))[0] ?? null;
    },
    async pendingCalls(first) {
      const rows = await select<{ id: string }>(`SELECT id FROM alert_calls WHERE status = 'PENDING' ORDER BY id LIMIT $1`, [first]);
      return rows.map(({ id }) => id);
    },
    async settleCall(id, { status, attempts, reason, at }) {
      const text = `UPDATE alert_calls SET status = $2, attempts = $3, reason = $4, settled_at = $5 WHERE id = $1 AND status = 'PENDING'`;
      await select(text, [id, status, attempts, reason, status === 'PENDING' ? null : at]);
    },
    purge: async (closedBefore) => void (await select('DELETE FROM alerts WHERE closed_at < $1', [closedBefore])),
  };
}

async function saveRule(client: PoolClient, rule: KeptAlertRule, actor: string, most: number): Promise<void> {
  const { id, updatedAt } = rule;
  await client.query('LOCK TABLE alert_rules IN SHARE ROW EXCLUSIVE MODE');
  const { rows } = await client.query<{ id: string; definition: KeptAlertRule }>('SELECT id, definition FROM alert_rules');
  const before = rows.find((row) => row.id === id)?.definition ?? null;
  if (!before && rows.length >= most) throw new AppError('CONFLICT', `there are ${most} alert rules already, as many as there may be`);
  await client.query(
    `INSERT INTO alert_rules (id, definition, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at`,
    [id, rule, updatedAt],
  );
  await noteAudit(client, { at: updatedAt, actor, action: 'saveAlertRule', subject: id, before, after: rule });
}

async function keepCall(client: PoolClient, alertId: string, call: AlertCall | null): Promise<void> {
  if (call) await client.query('INSERT INTO alert_calls (id, alert_id, body) VALUES ($1, $2, $3)', [call.id, alertId, call.body]);
}

async function open(
  client: PoolClient,
  { id, rule, value, detail, baseline, openedAt }: AlertDraft,
  call: AlertCall | null,
): Promise<boolean> {
  const { rowCount } = await client.query(OPEN, [id, JSON.stringify(rule), value, detail, baseline, openedAt]);
  if (rowCount === 0) return false;
  await keepCall(client, id, call);
  return true;
}

async function close(client: PoolClient, { id, at, call }: { id: string; at: number; call: AlertCall | null }): Promise<boolean> {
  const { rowCount } = await client.query('UPDATE alerts SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL', [id, at]);
  if (rowCount === 0) return false;
  await keepCall(client, id, call);
  return true;
}

async function acknowledge(client: PoolClient, id: string, by: { actor: string; note: string | null; at: number }): Promise<Alert | null> {
  const [before] = (await client.query<Alert>(`${ALERT} WHERE id = $1 FOR UPDATE`, [id])).rows;
  if (!before) return null;
  const text = 'UPDATE alerts SET acknowledged_by = $2, acknowledged_at = $3, note = coalesce($4, note) WHERE id = $1';
  await client.query(text, [id, by.actor, by.at, by.note]);
  const subject = { ...before, acknowledgedBy: by.actor, acknowledgedAt: by.at, note: by.note ?? before.note };
  const was = before.acknowledgedBy === null ? null : { acknowledgedBy: before.acknowledgedBy, note: before.note };
  const after = { rule: before.rule.id, note: subject.note };
  await noteAudit(client, { at: by.at, actor: by.actor, action: 'acknowledgeAlert', subject: id, before: was, after });
  return subject;
}
