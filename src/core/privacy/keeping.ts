import { type Purpose } from './purposes.js';

/** What is kept whatever a user consents to: orders, which the shop has to know of, and what he did expressly so that it is obeyed. */
const ESSENTIAL_TYPES: ReadonlySet<string> = new Set([
  'PURCHASE', 'REFUND', 'REVIEW', 'HIDE', 'UNHIDE', 'REPORT', 'FOLLOW', 'UNFOLLOW', 'COST',
]); // prettier-ignore

/** Purposes that need a record of what a user looks at. */
const NEEDING: readonly Purpose[] = ['PERSONALISATION', 'MODEL_TRAINING', 'ANALYTICS'];

/** Whether an event of a type may be kept under these purposes. */
export const mayKeep = (type: string, purposes: ReadonlySet<Purpose>): boolean =>
  ESSENTIAL_TYPES.has(type) || NEEDING.some((purpose) => purposes.has(purpose));
