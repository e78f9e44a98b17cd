import { addDecayed, type Decayed, HALF_LIFE_MS } from '../tags/decayed.js';
import { type Signals } from './signals.js';
import { copiesWith } from './trust/item-trust.js';

/** How often a user was shown an item or a near-copy of it; undefined for never, or where that may not be used. */
export function shownOf({ taste, shop }: Pick<Signals, 'taste' | 'shop'>, itemNo: number): Readonly<Decayed> | undefined {
  if (!taste) return undefined;
  const copies = copiesWith(shop.trust, itemNo);
  if (!copies) return taste.shown.get(itemNo);
  let sum: Decayed | undefined;
  for (const no of copies) {
    const one = taste.shown.get(no);
    if (!one) continue;
    if (sum) addDecayed(sum, one.value, one.at, HALF_LIFE_MS.shown);
    else sum = { ...one };
  }
  return sum;
}
