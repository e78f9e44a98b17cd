import { type Pool } from 'pg';
import { type ReplayReport } from '../../core/evaluation/replay/replay.js';
import { type ReplayStore, type StoredReplay } from '../../ports/replay-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { inTransaction } from './transaction.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const READ = `
  SELECT id, input AS "order", status, error, report, actor, extract(epoch FROM created_at)::float8 * 1000 AS "createdAt",
         extract(epoch FROM finished_at)::float8 * 1000 AS "finishedAt"
    FROM replays WHERE id = $1`;
const INSERT = `
  INSERT INTO replays (id, status, input, actor, model_name, model_version, created_at)
  VALUES ($1, 'WAITING', $2, $3, $4, $5, to_timestamp($6::float8 / 1000))`;
const FINISH = `
  UPDATE replays SET status = $2, report = $3, error = $4, finished_at = to_timestamp($5::float8 / 1000) WHERE id = $1 AND finished_at IS NULL`;
const LAST = `
  SELECT report FROM replays WHERE model_name = $1 AND model_version = $2 AND status = 'DONE' ORDER BY created_at DESC LIMIT 1`;

/** Replays in PostgreSQL. */
export function createPostgresReplayStore(pool: Pool): ReplayStore {
  const query = async <T extends object>(text: string, values: unknown[]): Promise<T[]> => {
    const { rows } = await pool.query<T>(text, values).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  return {
    create: ({ id, order, actor, createdAt }) =>
      inTransaction(pool, async (client) => {
        await client.query(INSERT, [id, order, actor, order.version === null ? null : order.name, order.version, createdAt]);
        await noteAudit(client, { at: createdAt, actor, action: 'startReplay', subject: id, before: null, after: order });
      }),
    async get(id) {
      const [replay] = UUID.test(id) ? await query<StoredReplay>(READ, [id]) : [];
      return replay ?? null;
    },
    async begin(id) {
      await query(`UPDATE replays SET status = 'RUNNING' WHERE id = $1 AND finished_at IS NULL`, [id]);
    },
    async finish(id, outcome, at) {
      const [report, error] = 'report' in outcome ? [outcome.report, null] : [null, outcome.error];
      await query(FINISH, [id, report ? 'DONE' : 'FAILED', report, error, at]);
    },
    async open(first) {
      const rows = await query<{ id: string }>('SELECT id FROM replays WHERE finished_at IS NULL ORDER BY created_at LIMIT $1', [first]);
      return rows.map(({ id }) => id);
    },
    async lastOf(name, version) {
      const [last] = await query<{ report: ReplayReport }>(LAST, [name, version]);
      return last?.report ?? null;
    },
  };
}
