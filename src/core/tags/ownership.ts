import { type LedgerEvent } from '../events/event.js';
import { DAY_MS } from '../time.js';
import { BOUNDS, type Ownership, type UserState } from './state.js';

/**
 * Note that an item was bought, given back or reviewed. The outcome is the same in whatever order the events come:
 *
 * - what was bought minus what was refunded is owned;
 * - an item bought again after its last refund is owned even where the refunds count more units, as partial refunds do;
 * - a review tells of something owned, until a refund later than it.
 */
export function foldOwnership(state: UserState, { type, itemNo, occurredAt, quantity = 1 }: LedgerEvent): void {
  if (itemNo < 0) return;
  const owned = state.purchases.get(itemNo);
  const special = state.ownership.get(itemNo);
  if (type === 'PURCHASE') noteDay(state, itemNo, Math.floor(occurredAt / DAY_MS));
  if (type === 'PURCHASE' && !special) {
    if (!owned) state.purchases.set(itemNo, { quantity, lastBoughtAt: occurredAt });
    else {
      owned.quantity += quantity;
      owned.lastBoughtAt = Math.max(owned.lastBoughtAt, occurredAt);
    }
    return;
  }
  const ownership = special ?? {
    bought: owned?.quantity ?? 0,
    boughtAt: owned?.lastBoughtAt ?? 0,
    refunded: 0,
    refundedAt: 0,
    reviewedAt: 0,
  };
  note(ownership, type, occurredAt, quantity);
  state.ownership.set(itemNo, ownership);
  state.purchases.set(itemNo, { quantity: ownedQuantity(ownership), lastBoughtAt: ownership.boughtAt || ownership.reviewedAt });
}

/** Keep the day of a purchase, once there is another one; the only day before is that of the last purchase. */
function noteDay({ purchases, ownership, boughtOn }: UserState, itemNo: number, day: number): void {
  const boughtAt = ownership.get(itemNo)?.boughtAt ?? purchases.get(itemNo)?.lastBoughtAt ?? 0;
  const days = boughtOn.get(itemNo) ?? (boughtAt > 0 ? [Math.floor(boughtAt / DAY_MS)] : []);
  if (days.length === 0 || days.includes(day)) return;
  const all = [...days, day].sort((a, b) => a - b);
  boughtOn.set(itemNo, all.slice(-BOUNDS.boughtOn));
}

function note(ownership: Ownership, type: LedgerEvent['type'], at: number, quantity: number): void {
  if (type === 'PURCHASE') {
    ownership.bought += quantity;
    ownership.boughtAt = Math.max(ownership.boughtAt, at);
  } else if (type === 'REFUND') {
    ownership.refunded += quantity;
    ownership.refundedAt = Math.max(ownership.refundedAt, at);
  } else {
    ownership.reviewedAt = Math.max(ownership.reviewedAt, at);
  }
}

/** Units owned, 0 when none is. */
function ownedQuantity({ bought, boughtAt, refunded, refundedAt, reviewedAt }: Ownership): number {
  return Math.max(bought - refunded, boughtAt > refundedAt || reviewedAt > refundedAt ? 1 : 0);
}
