import { type Signals } from '../candidates/signals.js';
import { DAY_MS } from '../time.js';
import { type SocialProof } from './exposure.js';

export { type SocialProof } from './exposure.js';

/** Name of the component. */
export const BADGES = 'badges';

/** Fewer than so many people who bought something are nobody's business: with friends the one asked about would be known. */
export const LEAST_FRIENDS = 2;
export const LEAST_BUYERS = 5;
/** More in stock is not scarce. */
export const LOW_STOCK = 5;
/** What is known of stock is good for so long after it was told, and until the next purchase. */
export const STOCK_FRESH_MS = DAY_MS;
/** Items with a badge on a page, and over the pages of a user's day. */
export const BADGES_A_PAGE = 3;
export const BADGES_A_DAY = 20;

type Facts = Pick<Signals, 'shop' | 'taste' | 'friends' | 'mayUseTies' | 'isMinor' | 'request' | 'now'>;

/**
 * What may be said beside the items of a page, in the order of positions: the first three of which there is something to say, and no more than twenty items in a
 * user's day. Nothing is said to minors, nor to those who did not consent to personalisation.
 *
 * @returns [items] null for an item without a badge
 */
export function badgesFor(signals: Facts, itemNos: readonly number[]): (SocialProof | null)[] {
  const { taste, isMinor, request, now } = signals;
  const none = itemNos.map(() => null);
  if (!taste || isMinor) return none;
  const { weariness } = taste;
  const today = weariness.day === (request.day ?? Math.floor(now / DAY_MS)) ? weariness.badges : 0;
  let left = Math.min(BADGES_A_PAGE, BADGES_A_DAY - today);
  const friendsByItem = left > 0 ? friendsWhoBought(signals, itemNos) : NOBODY;
  return itemNos.map((itemNo) => {
    const proof = left > 0 ? proofOf(signals, itemNo, friendsByItem.get(itemNo) ?? 0) : null;
    if (proof) left--;
    return proof;
  });
}

function proofOf(signals: Facts, itemNo: number, friends: number): SocialProof | null {
  const { shop, now } = signals;
  const buyers = shop.buyers?.countOf(itemNo, now, shop.authenticity) ?? 0;
  const proof = {
    friendsWhoBought: friends >= LEAST_FRIENDS ? friends : null,
    recentBuyers: buyers >= LEAST_BUYERS ? buyers : null,
    stockLeft: scarceStock(signals, itemNo),
  };
  return Object.values(proof).every((part) => part === null) ? null : proof;
}

const NOBODY: ReadonlyMap<number, number> = new Map();

/** Of the people whom the user follows most, those who bought each of some items, did not give it back and let others know. */
function friendsWhoBought({ mayUseTies, friends, shop }: Facts, itemNos: readonly number[]): ReadonlyMap<number, number> {
  if (!mayUseTies || friends.length === 0) return NOBODY;
  const countByItem = new Map(itemNos.map((itemNo) => [itemNo, 0]));
  for (const { userId } of friends) {
    for (const { itemNo, type } of shop.acts.of(userId)) {
      const count = type === 'PURCHASE' ? countByItem.get(itemNo) : undefined;
      if (count !== undefined) countByItem.set(itemNo, count + 1);
    }
  }
  return countByItem;
}

/** Few left, told lately, and none sold since that may not be counted yet; null otherwise. */
function scarceStock({ shop: { catalogue, buyers }, now }: Facts, itemNo: number): number | null {
  const stock = catalogue.stock[itemNo];
  if (stock < 1 || stock > LOW_STOCK) return null;
  const toldAt = catalogue.stockToldAt[itemNo];
  if (!(now - toldAt < STOCK_FRESH_MS)) return null;
  return buyers?.boughtSince(itemNo, toldAt) ? null : stock;
}
