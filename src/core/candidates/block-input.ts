import { BLOCK_LEVELS, BLOCK_TARGETS, type BlockRule } from './blocks.js';
import { type Fault, refuseFaults, shown } from '../errors.js';
import { type Fields, InputReader } from '../requests/input-reader.js';

const MAX_WORDS = 200;
const MAX_REASON = 1_000;

/** A block as somebody orders it. */
export interface BlockOrder extends BlockRule {
  reason: string;
  legalBasis: string | null;
  /** Epoch ms; null until it is lifted. */
  until: number | null;
}

/** The reason for an act of an operator, which has to say something. */
export function readReason(read: InputReader, reason: unknown): string {
  const before = read.faults.length;
  const text = read.text('reason', MAX_REASON)?.trim() ?? '';
  if (text === '' && read.faults.length === before) read.fault('reason', reason ?? null, 'say why');
  return text;
}

/**
 * A block as it was ordered, read whole.
 *
 * @throws AppError INVALID_INPUT with every fault: not exactly one target, a target or a reason that says nothing, an end that is over
 */
export function readBlock(fields: Fields, now: number): BlockOrder {
  const faults: Fault[] = [];
  const read = new InputReader(fields, faults);
  const targets = BLOCK_TARGETS.filter((target) => read.has(target));
  if (targets.length !== 1) {
    const message = `${targets.length} targets are given (${targets.join(', ') || 'none'}); exactly one of ${BLOCK_TARGETS.join(', ')} must be`;
    faults.push({ path: 'target', code: 'INVALID_INPUT', message });
  }
  for (const target of targets) {
    if (target !== 'titleContains') read.id(target);
    else if ((read.text(target, MAX_WORDS) ?? 'x').trim() === '') read.fault(target, fields[target], 'say what the title contains');
  }
  const [target] = targets;
  const level = read.oneOf('level', BLOCK_LEVELS) ?? 'NO_RECOMMEND';
  const until = read.has('until') ? Date.parse(String(fields.until)) : null;
  if (until !== null && !(until > now)) read.fault('until', fields.until, 'it must be an instant that is still to come');
  const order = { reason: readReason(read, fields.reason), legalBasis: read.text('legalBasis', MAX_REASON), until };
  refuseFaults(faults);
  return { target, value: String(fields[target]), level, ...order };
}

/** What is said where there is no such block. */
export const noBlock = (id: string): string => `there is no block ${shown(id)}`;
