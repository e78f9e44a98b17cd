import { type LedgerPosition } from '../events/event.js';

/**
 * What of the ledger a derived state has folded. Exact: an entry is folded when its seq is at most the one kept for its writer. Writers silent for
 * `HORIZON_MS` are dropped from `last`, and `since` moves up to say that everything received before it is folded.
 */
export interface FoldCursor {
  /** Epoch ms: everything received before this instant is folded. */
  since: number;
  /** Writer to `[highest folded seq, when it was received]`. */
  last: Map<number, [seq: number, receivedAt: number]>;
}

/** Longer than any write can lag behind its receipt. */
export const HORIZON_MS = 15 * 60_000;
const WRITERS_BEFORE_PRUNING = 8;

export const emptyCursor = (): FoldCursor => ({ since: 0, last: new Map() });

/** Whether this entry is already part of the state. */
export function isFolded(cursor: FoldCursor, entry: LedgerPosition & { receivedAt: number }): boolean {
  const last = cursor.last.get(entry.writer);
  return last ? entry.seq <= last[0] : entry.receivedAt < cursor.since;
}

/** Note an entry as folded; call it in the order of the writer's seq. */
export function advance(cursor: FoldCursor, entry: LedgerPosition & { receivedAt: number }): void {
  cursor.last.set(entry.writer, [entry.seq, entry.receivedAt]);
  if (cursor.last.size <= WRITERS_BEFORE_PRUNING) return;
  const horizon = entry.receivedAt - HORIZON_MS;
  for (const [writer, [, receivedAt]] of cursor.last) {
    if (receivedAt >= horizon) continue;
    cursor.last.delete(writer);
    cursor.since = Math.max(cursor.since, horizon);
  }
}
