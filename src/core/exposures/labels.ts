import { type EventType } from '../events/event.js';
import { DAY_MS, HOUR_MS } from '../time.js';

/** An event that an exposure led to, or a refund of a purchase that it led to. Times are epoch ms. */
export interface LabelledOutcome {
  type: EventType;
  occurredAt: number;
  itemId: string | null;
  orderId: string | null;
  quantity: number | null;
}

/** What a model learns to foresee of one exposure. */
export interface Label {
  /** 1 or 0 by what is known; it may still change until `labelMatureAt`, and by a refund later than that. */
  label: 0 | 1;
  /** Epoch ms. */
  labelMatureAt: number;
}

const HEADS = [
  { head: 'click', type: 'CLICK', windowMs: HOUR_MS },
  { head: 'addToCart', type: 'ADD_TO_CART', windowMs: DAY_MS },
  { head: 'purchase', type: 'PURCHASE', windowMs: 7 * DAY_MS },
] as const;

export type LabelHead = (typeof HEADS)[number]['head'];

/** After so long every label of an exposure is mature. */
export const LABELS_MATURE_MS = Math.max(...HEADS.map(({ windowMs }) => windowMs));

/**
 * The labels of one exposure: 1 where an outcome of the head's type occurred within its window after serving (1 hour for a click, 24 hours for a cart,
 * 7 days for a purchase). A purchase counts while not all units of that item in that order are refunded, whenever the refund came.
 *
 * @param outcomes of this exposure, refunds of its purchases among them
 */
export function labelsOf(servedAt: number, outcomes: readonly LabelledOutcome[]): Record<LabelHead, Label> {
  const labels = HEADS.map(({ head, type, windowMs }) => {
    const labelMatureAt = servedAt + windowMs;
    const timely = outcomes.filter((outcome) => outcome.type === type && outcome.occurredAt <= labelMatureAt);
    const counted = type === 'PURCHASE' ? timely.filter((bought) => unitsLeft(bought, outcomes) > 0) : timely;
    return [head, { label: counted.length > 0 ? 1 : 0, labelMatureAt }] as const;
  });
  return Object.fromEntries(labels) as Record<LabelHead, Label>;
}

/** Units of a purchase's order line that were bought and not given back. */
function unitsLeft(bought: LabelledOutcome, outcomes: readonly LabelledOutcome[]): number {
  let units = 0;
  for (const { type, orderId, itemId, quantity } of outcomes) {
    if (orderId !== bought.orderId || itemId !== bought.itemId) continue;
    if (type === 'PURCHASE') units += quantity ?? 1;
    else if (type === 'REFUND') units -= quantity ?? 1;
  }
  return units;
}
