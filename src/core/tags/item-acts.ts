import { type EventType } from '../events/event.js';
import { type RecentAct } from './state.js';

/** What was lately done with one item. */
export interface ActsOfItem {
  itemNo: number;
  /** Oldest first. */
  acts: readonly RecentAct[];
}

/** Group acts by item, keeping their order but turned: what comes newest first goes out oldest first. */
export function actsByItem(recent: readonly RecentAct[]): ActsOfItem[] {
  const byItem = new Map<number, RecentAct[]>();
  for (let i = recent.length - 1; i >= 0; i--) {
    const act = recent[i];
    const acts = byItem.get(act.itemNo);
    if (acts) acts.push(act);
    else byItem.set(act.itemNo, [act]);
  }
  return [...byItem].map(([itemNo, acts]) => ({ itemNo, acts }));
}

const last = (acts: readonly RecentAct[], ...types: EventType[]): number =>
  acts.reduce((at, act) => (types.includes(act.type) ? Math.max(at, act.occurredAt) : at), -1);

/** Whether something was last begun rather than ended, as what lies in a cart or on a list of wishes. */
export const isOpen = ({ acts }: ActsOfItem, begins: EventType, ...ends: EventType[]): boolean =>
  last(acts, begins) >= 0 && last(acts, begins) > last(acts, ...ends);

/** Put there by the last acts, and neither bought nor taken out. */
export const isInCart = (item: ActsOfItem): boolean => isOpen(item, 'ADD_TO_CART', 'REMOVE_FROM_CART', 'PURCHASE');

/** Hours since an item was last put into the cart; 0 for an instant that is still to come. */
export const hoursInCart = ({ acts }: ActsOfItem, now: number): number => Math.max(0, now - last(acts, 'ADD_TO_CART')) / 3_600_000;

/** Acts with an item before it was first bought, and how long before the first of them was; null where it was not bought, or nothing is known before. */
export function wayToPurchase({ acts }: ActsOfItem): { acts: number; hours: number } | null {
  const at = acts.findIndex(({ type }) => type === 'PURCHASE');
  if (at < 0) return null;
  return { acts: at, hours: at === 0 ? 0 : (acts[at].occurredAt - acts[0].occurredAt) / 3_600_000 };
}
