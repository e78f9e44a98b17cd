import { AppError } from '../core/errors.js';
import { type BatchResult, type Rejection } from './answers.js';

const MAX_BATCH = 1000;
const MAX_REJECTIONS_SHOWN = 1000;

/** Refuse a batch that is empty or too large, before anything of it is read. */
export function checkBatchSize(name: string, size: number): void {
  if (size >= 1 && size <= MAX_BATCH) return;
  const message = `${name} has ${size} entries; it must have 1 to ${MAX_BATCH}`;
  throw new AppError('INVALID_INPUT', message, [{ path: name, code: 'INVALID_INPUT', message }]);
}

/** Counts of a batch or a whole stream; keeps the first thousand rejections. */
export class BatchTally {
  accepted = 0;
  duplicates = 0;
  private rejectedTotal = 0;
  private readonly rejected: Rejection[] = [];

  reject(index: number, id: unknown, fault: { code: string; message: string }, retryable = false): void {
    this.rejectedTotal++;
    if (this.rejected.length >= MAX_REJECTIONS_SHOWN) return;
    this.rejected.push({
      index,
      id: typeof id === 'string' ? id.slice(0, 128) : null,
      code: fault.code,
      message: fault.message,
      retryable,
    });
  }
  /** Several faults of one entry make one rejection: the first one's code, every message. */
  rejectFaults(index: number, id: unknown, faults: { code: string; message: string }[]): void {
    this.reject(index, id, { code: faults[0].code, message: faults.map(({ message }) => message).join('; ') });
  }
  result(): BatchResult {
    this.rejected.sort((a, b) => a.index - b.index);
    return { accepted: this.accepted, duplicates: this.duplicates, rejectedTotal: this.rejectedTotal, rejected: this.rejected };
  }
}

/** One entry of a batch with its place in it. */
export interface Entry {
  index: number;
  fields: Record<string, unknown>;
}

/** Writes the good entries of a batch, and tells the tally what became of each. */
export type Write = (entries: Entry[], tally: BatchTally) => Promise<void>;

export const asEntries = (inputs: Record<string, unknown>[]): Entry[] => inputs.map((fields, index) => ({ index, fields }));
