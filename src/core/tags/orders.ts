import { type LedgerEvent } from '../events/event.js';
import { hash32 } from '../random.js';
import { addDecayed, HALF_LIFE_MS, keepNewest } from './decayed.js';
import { BOUNDS, type UserState } from './state.js';

/** Whether an amount can be summed with the shop's; one without a currency is in the shop's. */
export const inCurrency = ({ currency: given }: LedgerEvent, currency: string | undefined): boolean =>
  currency === undefined || given === undefined || given === currency;

/**
 * Let a purchase or refund move what is known of orders and money. Amounts in another currency than the shop's are left out of the money; an amount
 * without one is in the shop's.
 *
 * @param currency the shop's, undefined to take every amount as it is
 */
export function foldOrder(state: UserState, event: LedgerEvent, currency: string | undefined): void {
  const { occurredAt: at, amount = 0 } = event;
  const sign = event.type === 'PURCHASE' ? 1 : -1;
  if (sign > 0) {
    state.firstBoughtAt = state.firstBoughtAt === 0 ? at : Math.min(state.firstBoughtAt, at);
    state.lastBoughtAt = Math.max(state.lastBoughtAt, at);
  }
  if (amount > 0 && inCurrency(event, currency)) addDecayed(state.spent, sign * amount, at, HALF_LIFE_MS.spent);
  if (event.orderId === undefined) addDecayed(state.orders, sign, at, HALF_LIFE_MS.orders);
  else foldTally(state, hash32(event.orderId), sign * (event.quantity ?? 1), at);
}

/** The lines of one order count once, from the first of them, as long as not all of its units are refunded. */
function foldTally(state: UserState, order: number, units: number, at: number): void {
  const before = state.orderTallies.get(order) ?? { units: 0, at: 0 };
  const after = { units: before.units + units, at: before.at };
  if (units > 0) after.at = before.at === 0 ? at : Math.min(before.at, at);
  state.orderTallies.set(order, after);
  const counted = before.units > 0;
  const counts = after.units > 0;
  addDecayed(state.orders, 0, at, HALF_LIFE_MS.orders); // brings the sum to one time, whether the order then counts or not
  if (counted && !(counts && before.at === after.at)) addDecayed(state.orders, -1, before.at, HALF_LIFE_MS.orders);
  if (counts && !(counted && before.at === after.at)) addDecayed(state.orders, 1, after.at, HALF_LIFE_MS.orders);
  if (state.orderTallies.size > BOUNDS.orderTallies) keepNewest(state.orderTallies, BOUNDS.orderTallies);
}
