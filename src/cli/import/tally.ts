import { type BatchResult } from '../../app/answers.js';
import { type Line, type Origin } from './steps.js';

const GROUPS = 50;
const EXAMPLES = 3;

/** Rejections of one kind with the first rows that got them. */
export interface RejectionGroup {
  code: string;
  message: string;
  count: number;
  examples: { file: string; line: number; id: string | null }[];
}

/** What became of the lines of one step. */
export interface Tally {
  /** Lines acknowledged, whatever became of them. */
  sent: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  groups: RejectionGroup[];
}

export const emptyTally = (): Tally => ({ sent: 0, accepted: 0, duplicates: 0, rejected: 0, groups: [] });

/**
 * Count an acknowledged chunk. When it may have been sent before without an acknowledgement that arrived, what the service calls a duplicate is what
 * it accepted the first time: ids are one to a line, so the sum is what one undisturbed run would have counted as accepted.
 */
export function countChunk(tally: Tally, lines: Line[], result: BatchResult, mayBeRepeat: boolean): void {
  tally.sent += lines.length;
  tally.accepted += result.accepted + (mayBeRepeat ? result.duplicates : 0);
  tally.duplicates += mayBeRepeat ? 0 : result.duplicates;
  tally.rejected += result.rejectedTotal;
  for (const { index, id, code, message } of result.rejected) countRejection(tally, code, message, id, lines[index]?.origin);
  const unlisted = result.rejectedTotal - result.rejected.length;
  if (unlisted > 0) groupOf(tally, 'NOT_LISTED', 'the service lists the first 1,000 rejections of a request').count += unlisted;
}

function countRejection(tally: Tally, code: string, message: string, id: string | null, origin: Origin | undefined): void {
  const group = groupOf(tally, code, message);
  group.count++;
  if (group.examples.length < EXAMPLES) group.examples.push({ file: origin?.file ?? '', line: origin?.line ?? 0, id });
}

/** Messages that differ only in the value they show are one group, named after the first of them. */
function groupOf(tally: Tally, code: string, message: string): RejectionGroup {
  const known = tally.groups.find((group) => group.code === code && gist(group.message) === gist(message));
  if (known) return known;
  const full = tally.groups.length >= GROUPS;
  const group = { code, message: full ? 'for other reasons' : message, count: 0, examples: [] };
  if (full) {
    const rest = tally.groups.find((other) => other.code === code && other.message === group.message);
    if (rest) return rest;
  }
  tally.groups.push(group);
  return group;
}

const SHOWN_VALUE = /"(?:[^"\\]|\\.)*"|\d{4}-\d\d-\d\dT[\d:.]+Z|\bis -?[\d.]+(?=;)/g;
const gist = (message: string): string => message.replace(SHOWN_VALUE, '…');
