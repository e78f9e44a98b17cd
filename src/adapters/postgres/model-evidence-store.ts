import { type Pool } from 'pg';
import { type EvidenceDay, type ModelEvidenceStore } from '../../ports/model-evidence-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { inTransaction } from './transaction.js';

const PUT = `
  INSERT INTO model_evidence_days (version, day, evidence) VALUES ($1, $2, $3::jsonb)
  ON CONFLICT (version, day) DO UPDATE SET evidence = excluded.evidence RETURNING (xmax = 0) AS added`;
const LATEST = `
  SELECT version, to_char(day, 'YYYY-MM-DD') AS day, evidence FROM model_evidence_days
   WHERE version = $1 AND ($3::date IS NULL OR day <= $3) ORDER BY model_evidence_days.day DESC LIMIT $2`;
const BASELINE = `
  SELECT evidence->'baseline' AS baseline FROM model_evidence_days
   WHERE version = $1 AND jsonb_typeof(evidence->'baseline') = 'object' ORDER BY day LIMIT 1`;
const AUTHOR = 'imago';

/** Evidence on models in PostgreSQL. */
export function createPostgresModelEvidenceStore(pool: Pool): ModelEvidenceStore {
  const read = async <T extends object>(text: string, values: unknown[]): Promise<T[]> => {
    const { rows } = await pool.query<T>(text, values).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  return {
    put: ({ version, day, ...evidence }) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ added: boolean }>(PUT, [version, day, JSON.stringify(evidence)]);
        if (!rows[0].added || evidence.alarms.length === 0) return;
        const after = { day, alarms: evidence.alarms };
        await noteAudit(client, {
          at: Date.parse(day) + 86_400_000,
          actor: AUTHOR,
          action: 'modelAlarm',
          subject: version,
          before: null,
          after,
        });
      }),
    latest: async (version, count, until) =>
      (
        await read<{ version: string; day: string; evidence: Omit<EvidenceDay, 'version' | 'day'> }>(LATEST, [
          version,
          count,
          until ?? null,
        ])
      ).map(({ version: own, day, evidence }) => ({ version: own, day, ...evidence })),
    baseline: async (version) => (await read<{ baseline: Record<string, number[]> }>(BASELINE, [version]))[0]?.baseline ?? null,
  };
}
