import { type EventType, type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { addToMap, HALF_LIFE_MS, keepStrongest } from './decayed.js';
import { type AffinityFamily, BOUNDS, type UserState } from './state.js';

/**
 * How much an act says of the taste for what the item is: a click is 1. What takes an act back weighs as much against it. Time spent, ratings and
 * sentiment make the weight of DWELL, PLAY_END, REVIEW and COMMENT: see `actWeight`.
 */
export const ACT_WEIGHTS: Readonly<Record<EventType, number>> = {
  RENDERED: 0,
  IMPRESSION: 0,
  CLICK: 1,
  VIEW: 0.5,
  DWELL: 0,
  SKIP: -0.5,
  PLAY_END: 0.5,
  LIKE: 2,
  UNLIKE: -2,
  SAVE: 2,
  UNSAVE: -2,
  COMMENT: 1.5,
  SHARE: 3,
  HELPFUL: 1,
  FOLLOW: 0,
  UNFOLLOW: 0,
  INVITE: 0,
  SEARCH: 0,
  ADD_TO_CART: 3,
  REMOVE_FROM_CART: -1.5,
  CHECKOUT: 1,
  PURCHASE: 4,
  REFUND: -4,
  REVIEW: 1.5,
  HIDE: -1,
  UNHIDE: 1,
  REPORT: -2,
  COST: 0,
};

/** HIDE and UNHIDE of a whole creator, brand or category weigh so much, on that name alone. */
const SCOPED_HIDE_WEIGHT = 4;
const DWELL_UNIT_MS = 10_000;
const MAX_DWELL_WEIGHT = 2;
/** A full family is cut back to so many, so that a newcomer has time to grow before it is compared again. */
const KEPT_WHEN_FULL = 48;
const BANDS_PER_DECADE = 3;
const CHEAPEST_DECADE = -2;
const LAST_BAND = 36;

/**
 * Weight of time spent: `log2(1 + dwell / 10 s) / 2`, so 10 s weigh 0.5, half a minute 1, and two and a half minutes or more 2.
 *
 * @param dwellMs not negative
 * @returns 0..2
 */
export const dwellWeight = (dwellMs: number): number => Math.min(MAX_DWELL_WEIGHT, Math.log2(1 + dwellMs / DWELL_UNIT_MS) / 2);

/**
 * How much an event says of the taste for what its item is, whatever it reaches: a review from 0 for one star to 3 for five, since even a bad one is of
 * something that was wanted; a comment from 0.5 to 2.5 by sentiment.
 */
export function actWeight({ type, dwellMs, rating, sentiment }: Pick<LedgerEvent, 'type' | 'dwellMs' | 'rating' | 'sentiment'>): number {
  if ((type === 'DWELL' || type === 'PLAY_END') && dwellMs !== undefined) return dwellWeight(dwellMs);
  if (type === 'REVIEW') return ACT_WEIGHTS.REVIEW + ((rating ?? 3) - 3) * 0.75;
  if (type === 'COMMENT') return ACT_WEIGHTS.COMMENT + (sentiment ?? 0);
  return ACT_WEIGHTS[type];
}

/**
 * The band of a price: three bands a decade, as 10 to 21.5, 21.5 to 46.4 and 46.4 to 100, whatever the currency; 0 is free.
 *
 * @param price not negative
 * @returns 0..36: band b from 1 begins at `10 ** (-2 + (b - 1) / 3)`
 */
export function priceBand(price: number): number {
  if (price <= 0) return 0;
  const band = 1 + Math.floor(BANDS_PER_DECADE * (Math.log10(price) - CHEAPEST_DECADE) + 1e-9); // 46.4 and its like stay on their own side of rounding
  return Math.min(Math.max(band, 1), LAST_BAND);
}

/** The lowest price of a band; band 0 is free, so 0. */
export const priceBandFrom = (band: number): number => (band <= 0 ? 0 : 10 ** (CHEAPEST_DECADE + (band - 1) / BANDS_PER_DECADE));

/** Let an event move the affinity for every category of its item, broad and narrow, and for brand, creator and price band. */
export function foldInterest(state: UserState, event: LedgerEvent, item: NumberedItem, weight: number): void {
  const { occurredAt: at, hideScope } = event;
  if (hideScope && hideScope !== 'ITEM') {
    const scoped = event.type === 'HIDE' ? -SCOPED_HIDE_WEIGHT : SCOPED_HIDE_WEIGHT;
    if (hideScope === 'CREATOR') add(state, 'creator', item.creatorNo, scoped, at);
    else if (hideScope === 'BRAND') add(state, 'brand', item.brandNo, scoped, at);
    else add(state, 'category', item.categoryNos[item.categoryNos.length - 1], scoped, at);
    return;
  }
  if (weight === 0) return;
  for (const category of item.categoryNos) add(state, 'category', category, weight, at);
  add(state, 'brand', item.brandNo, weight, at);
  add(state, 'creator', item.creatorNo, weight, at);
  const { price } = item.item;
  if (price === null) return;
  addToMap(state.affinity.priceBand, priceBand(price), weight, at, HALF_LIFE_MS.priceBand);
}

/** Name 0 is unknown, and nobody has a taste for that. */
function add(state: UserState, family: Exclude<AffinityFamily, 'priceBand'>, no: number, weight: number, at: number): void {
  if (no === 0) return;
  const sums = state.affinity[family];
  addToMap(sums, no, weight, at, HALF_LIFE_MS[family]);
  if (sums.size > BOUNDS.affinity) keepStrongest(sums, KEPT_WHEN_FULL, HALF_LIFE_MS[family]);
}
