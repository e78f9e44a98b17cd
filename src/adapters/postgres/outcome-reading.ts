import { type Pool } from 'pg';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type ExportedOutcome } from '../../ports/exposure-exports.js';
import { epochMs } from './ledger-rows.js';

/** Up to when, and since when, outcomes are read. */
interface OutcomeRange {
  /** The day on which the first of the exposures was received. */
  firstDay: string;
  /** Epoch ms: received before. */
  asOf: number;
}

type OutcomeRow = ExportedOutcome & { userId: string | null; receivedAt: number; writer: number; seq: number };

const COLUMNS = `
  e.exposure_id AS "exposureId", e.type, ${epochMs('e.occurred_at')} AS "occurredAt", e.item_id AS "itemId", e.order_id AS "orderId", e.quantity,
  e.user_id AS "userId", ${epochMs('e.received_at')} AS "receivedAt", e.writer, e.seq::float8 AS seq`;

const DIRECT = `
  SELECT ${COLUMNS} FROM events e
   WHERE e.exposure_id = ANY($1) AND e.attribution = 'ATTRIBUTED' AND e.received_day BETWEEN $2 AND $3 AND e.received_at < $4`;

/** A refund may name no exposure, or the latest one of its item rather than the one that the purchase came from; its order tells. */
const REFUNDS = `
  SELECT ${COLUMNS} FROM events e
   WHERE e.user_id = ANY($1) AND e.type = 'REFUND' AND e.attribution <> 'ORPHAN' AND e.order_id = ANY($5)
     AND e.received_day BETWEEN $2 AND $3 AND e.received_at < $4`;

const placeOf = ({ writer, seq }: OutcomeRow): string => `${writer}.${seq}`;
const lineOf = ({ userId, orderId, itemId }: OutcomeRow): string => JSON.stringify([userId, orderId, itemId]);

const inOrder = (a: OutcomeRow, b: OutcomeRow): number =>
  a.occurredAt - b.occurredAt || a.receivedAt - b.receivedAt || a.writer - b.writer || a.seq - b.seq;

/** Outcomes by exposure id, refunds of their orders among them; by time, then by place in the ledger. */
export async function outcomesOf(
  pool: Pool,
  exposureIds: string[],
  { firstDay, asOf }: OutcomeRange,
): Promise<Map<string, ExportedOutcome[]>> {
  // An event may be received a little before its page, on another process whose clock differs.
  const within = [utcDay(Date.parse(firstDay) - DAY_MS), utcDay(asOf), new Date(asOf)];
  const { rows } = await pool.query<OutcomeRow>({ name: 'export-outcomes', text: DIRECT, values: [exposureIds, ...within] });
  const bought = rows.filter(({ type, orderId }) => type === 'PURCHASE' && orderId !== null);
  if (bought.length > 0) {
    const known = new Set(rows.map((row) => `${row.exposureId} ${placeOf(row)}`));
    const values = [[...new Set(bought.map(({ userId }) => userId))], ...within, [...new Set(bought.map(({ orderId }) => orderId))]];
    const refunds = await pool.query<OutcomeRow>({ name: 'export-refunds', text: REFUNDS, values });
    const exposuresByLine = new Map<string, Set<string>>();
    for (const row of bought) exposuresByLine.set(lineOf(row), (exposuresByLine.get(lineOf(row)) ?? new Set()).add(row.exposureId));
    for (const refund of refunds.rows)
      for (const id of exposuresByLine.get(lineOf(refund)) ?? [])
        if (!known.has(`${id} ${placeOf(refund)}`)) rows.push({ ...refund, exposureId: id });
  }
  const byExposure = new Map<string, ExportedOutcome[]>();
  for (const { exposureId, type, occurredAt, itemId, orderId, quantity } of rows.sort(inOrder)) {
    const outcome = { exposureId, type, occurredAt, itemId, orderId, quantity };
    const own = byExposure.get(exposureId);
    if (own) own.push(outcome);
    else byExposure.set(exposureId, [outcome]);
  }
  return byExposure;
}
