import { type EventType } from '../events/event.js';
import { type UserState } from '../tags/state.js';

/** An item from which others are found. */
export interface Seed {
  itemNo: number;
  /** 0..1 */
  weight: number;
  /** Bought or about to be, so that what goes with it is of interest. */
  isBought: boolean;
}

const MAX_SEEDS = 20;
/** Of two acts one after the other the older counts this much less. */
const FADING = 0.9;
const INTEREST: Partial<Record<EventType, number>> = {
  PURCHASE: 1, CHECKOUT: 0.9, ADD_TO_CART: 0.8, SAVE: 0.7, SHARE: 0.7, LIKE: 0.7, REVIEW: 0.6, COMMENT: 0.6, HELPFUL: 0.5, PLAY_END: 0.5,
  DWELL: 0.4, VIEW: 0.4, CLICK: 0.4,
}; // prettier-ignore
const AVERSIONS: ReadonlySet<EventType> = new Set(['UNLIKE', 'UNSAVE', 'REFUND', 'REMOVE_FROM_CART', 'HIDE', 'REPORT', 'SKIP']);
const PURCHASES: ReadonlySet<EventType> = new Set(['PURCHASE', 'CHECKOUT', 'ADD_TO_CART']);

/**
 * The last things the user showed interest in, newest first and each once, after what he looks at now. Interest fades with every act after it, not with
 * the clock, so that somebody who comes back after a year finds his taste again. What he took back, or did not want, is left out.
 */
export function recentSeeds({ recent, hiddenItems }: UserState, contextItems: readonly number[]): Seed[] {
  const seedByItem = new Map<number, Seed>(
    contextItems.slice(0, MAX_SEEDS).map((itemNo) => [itemNo, { itemNo, weight: 1, isBought: true }]),
  );
  const averse = new Set<number>();
  let fading = 1;
  for (const { itemNo, type } of recent) {
    const interest = (INTEREST[type] ?? 0) * fading;
    const seed = seedByItem.get(itemNo);
    if (seed) {
      seed.weight = Math.max(seed.weight, interest);
      seed.isBought ||= PURCHASES.has(type);
    } else if (AVERSIONS.has(type)) {
      averse.add(itemNo);
    } else if (interest > 0 && itemNo >= 0 && seedByItem.size < MAX_SEEDS && !averse.has(itemNo) && !hiddenItems.has(itemNo)) {
      seedByItem.set(itemNo, { itemNo, weight: interest, isBought: PURCHASES.has(type) });
      fading *= FADING;
    }
  }
  return [...seedByItem.values()];
}
