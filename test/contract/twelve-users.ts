import { type IncomingEvent } from '../../src/ports/ledger.js';
import { exposureId, type Page } from '../../src/core/exposures/exposure.js';
import { DAY_MS, HOUR_MS } from '../../src/core/time.js';
import { NOW, someEvent } from './arbitrary-events.js';
import { feedIdAt, somePage, somePlaced } from './arbitrary-pages.js';

/** The period: the ten days up to NOW. */
export const TEN_DAYS = { from: NOW - 10 * DAY_MS, to: NOW };

const pageOf = (userId: string, daysAgo: number, items: readonly number[], fields: Partial<Page> = {}): Page => {
  const servedAt = NOW - daysAgo * DAY_MS;
  const placed = items.map((itemNo, i) => somePlaced(i + 1, { itemNo, itemId: itemNo < 0 ? '' : `i${itemNo}` }));
  return somePage({ feedId: feedIdAt(servedAt), userId, servedAt, placed, ...fields });
};
const act = (userId: string, type: IncomingEvent['type'], daysAgo: number, fields: Partial<IncomingEvent> = {}): IncomingEvent =>
  someEvent({ userId, type, occurredAt: NOW - daysAgo * DAY_MS, itemNo: 1, itemId: 'i1', ...fields });
/** What a card led to, an hour after it was served. */
const led = (page: Page, position: number, type: IncomingEvent['type'], fields: Partial<IncomingEvent> = {}): IncomingEvent => {
  const { itemNo, itemId } = page.placed[position - 1];
  const claim = { exposureId: exposureId(page.feedId, position), attribution: 'ATTRIBUTED' as const };
  return someEvent({ userId: page.userId!, type, occurredAt: page.servedAt + HOUR_MS, itemNo, itemId, ...claim, ...fields });
};
const seen = (page: Page, upTo: number): IncomingEvent[] =>
  page.placed.slice(0, upTo).map(({ position }) => led(page, position, 'IMPRESSION'));

/**
 * - u1 saw 3 of 4 items, clicked one, and invited u7
 * - u2 saw 4, clicked 2, put one in the cart and bought 2 of it for 100; shared it as s1
 * - u3 saw 2, bought one without a page's help for 60, and gave it back
 * - u4 was served 5 on a surface that reports nothing as seen, and clicked one
 * - u5 was served nothing; he bought for 50 nine days ago and for 70 seven days ago
 * - u6 saw nothing of the 3 items he was served, and claims a click on what another was shown
 * - u7 came through u1: saw 2 and bought for 30
 * - u8 came through the share of u2: saw 1
 * - u9 cost 12, and 5 in a currency that is not the shop's; saw 1
 * - u10 was only told whom to follow, and took a follow back
 * - u11 was served nothing; he liked twice, took one back, and saved after a pause of 40 minutes
 * - u12 was here five weeks and twelve days ago, when he clicked category 2; nine days ago he saw items 1 (category 2) and 2 (category 3) and clicked the
 *   second; he was back on the next day and on the seventh
 */
export function twelveUsers(): { pages: Page[]; events: IncomingEvent[] } {
  const [p1, p2, p3] = [pageOf('u1', 5, [1, 2, 3, 4]), pageOf('u2', 5, [1, 2, 3, 6]), pageOf('u3', 4, [1, 2])];
  const p4 = pageOf('u4', 3, [1, 2, 3, 4, 5], { surface: 'cart', scorer: 'MODEL' });
  const [p6, p7, p8, p9] = [pageOf('u6', 2, [1, 2, 3]), pageOf('u7', 2, [1, 2]), pageOf('u8', 2, [3]), pageOf('u9', 2, [4])];
  const p10 = pageOf('u10', 2, [-1, -1], { kind: 'follow' });
  const [old, p12] = [pageOf('u12', 35, [1]), pageOf('u12', 9, [1, 2])];
  const bought = { orderId: 'o3', amount: 60, quantity: 1 };
  const events = [
    ...seen(p1, 3), led(p1, 1, 'CLICK'), act('u1', 'INVITE', 4, { targetUserId: 'u7', itemNo: -1, itemId: undefined }),
    ...seen(p2, 4), led(p2, 1, 'CLICK'), led(p2, 2, 'CLICK'), led(p2, 2, 'ADD_TO_CART'), led(p2, 2, 'PURCHASE', { orderId: 'o2', amount: 100, quantity: 2 }),
    act('u2', 'SHARE', 4, { shareId: 's1' }),
    ...seen(p3, 2), act('u3', 'PURCHASE', 3, bought), act('u3', 'REFUND', 1, bought),
    led(p4, 5, 'CLICK'),
    act('u5', 'PURCHASE', 9, { orderId: 'o5', amount: 50 }), act('u5', 'PURCHASE', 7, { orderId: 'o6', amount: 70 }),
    led(p6, 1, 'CLICK', { attribution: 'ORPHAN', exposureId: exposureId(p1.feedId, 1) }),
    act('u7', 'VIEW', 2.1, { referrerUserId: 'u1' }), ...seen(p7, 2), act('u7', 'PURCHASE', 1, { orderId: 'o7', amount: 30 }),
    act('u8', 'VIEW', 2.1, { shareId: 's1' }), ...seen(p8, 1),
    act('u9', 'COST', 2, { amount: 12 }), act('u9', 'COST', 2, { amount: 5, currency: 'EUR' }), ...seen(p9, 1),
    act('u10', 'UNFOLLOW', 1, { targetUserId: 'u1', itemNo: -1, itemId: undefined }),
    ...[1, 1, 1].map((daysAgo, i) => act('u11', (['LIKE', 'LIKE', 'UNLIKE'] as const)[i], daysAgo)), act('u11', 'SAVE', 1 - 40 / 1_440),
    act('u12', 'CLICK', 12), ...seen(p12, 2), led(p12, 2, 'CLICK'), act('u12', 'SEARCH', 8), act('u12', 'SEARCH', 2),
  ]; // prettier-ignore
  return { pages: [old, p1, p2, p3, p4, p6, p7, p8, p9, p10, p12], events };
}
