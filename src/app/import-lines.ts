import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type BatchResult } from './answers.js';
import { type ImportKind } from './app.js';
import { BatchTally, type Entry, type Write } from './batches.js';

const LINES_A_BATCH = 1_000;
const BATCHES_IN_FLIGHT = 3;
const MAX_LINE_LENGTH = 65_536;

/** One object a line, or the reason why the line is none. */
function parseLine(line: string): Record<string, unknown> | { code: string; message: string; unreadable: true } {
  if (line.length > MAX_LINE_LENGTH)
    return { unreadable: true, code: 'TOO_LARGE', message: `a line has ${line.length} characters; at most ${MAX_LINE_LENGTH} are read` };
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  return { unreadable: true, code: 'INVALID_VALUE', message: 'the line is not a JSON object' };
}

/**
 * Write a stream of lines in batches, a few of them in flight, so that memory stays flat and the order of what one user did is kept (batches are
 * handed to the ledger in order). What was written before a failure stays: ids make a repeat of the stream safe.
 */
export async function importLines(lines: AsyncIterable<string>, write: Write): Promise<BatchResult> {
  const tally = new BatchTally();
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | null = null;
  let batch: Entry[] = [];
  let index = 0;

  const send = async (): Promise<void> => {
    const entries = batch;
    batch = [];
    const written = write(entries, tally)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => inFlight.delete(written));
    inFlight.add(written);
    if (inFlight.size >= BATCHES_IN_FLIGHT) await Promise.race(inFlight);
  };
  for await (const line of lines) {
    if (failure) break;
    const at = index++;
    if (line.trim() === '') continue;
    const fields = parseLine(line);
    if ('unreadable' in fields) tally.reject(at, null, fields as { code: string; message: string });
    else if (batch.push({ index: at, fields }) >= LINES_A_BATCH) await send();
  }
  if (batch.length > 0 && !failure) await send();
  await Promise.all(inFlight);
  if (failure) throw (failure as { error: unknown }).error;
  return tally.result();
}

/**
 * `POST /imports/*`: `replace` removes, after a whole stream of items, what the stream did not hold. A stream with a rejected line, or with none at all,
 * removes nothing: a slip of the sender must not empty the shop.
 */
export function createImportLines(
  writes: Record<ImportKind, Write>,
  catalogueStore: CatalogueStore,
  refreshCatalogue: () => Promise<void>,
) {
  return async (kind: ImportKind, lines: AsyncIterable<string>, { replace }: { replace: boolean }): Promise<BatchResult> => {
    const before = replace ? await catalogueStore.revision() : 0;
    const result = await importLines(lines, writes[kind]);
    if (!replace) return result;
    if (result.rejectedTotal > 0 || result.accepted === 0) return { ...result, removed: 0 };
    const removed = await catalogueStore.removeNotWrittenSince(before);
    await refreshCatalogue();
    return { ...result, removed };
  };
}
