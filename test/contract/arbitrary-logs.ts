import fc from 'fast-check';
import { ATTRIBUTIONS, EVENT_TYPES } from '../../src/core/events/event.js';
import { exposureId, type Page } from '../../src/core/exposures/exposure.js';
import { HOUR_MS } from '../../src/core/time.js';
import { type IncomingEvent } from '../../src/ports/ledger.js';
import { NOW, someEvent } from './arbitrary-events.js';
import { feedIdAt, somePage, somePlaced } from './arbitrary-pages.js';

export const ITEMS = 24;
const USERS = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'];

/** A page of a user, `at` hours from now. */
export const anyPage = fc.record({
  user: fc.nat(USERS.length - 1),
  at: fc.integer({ min: -60 * 24, max: 0 }),
  surface: fc.constantFrom('home', 'cart'),
  scorer: fc.constantFrom('MODEL', 'RULES', 'POPULARITY'),
  degraded: fc.subarray(['TOO_FEW_CANDIDATES', 'MODEL_SLOW']),
  kind: fc.constantFrom('feed', 'feed', 'feed', 'rank', 'follow'),
  items: fc.array(fc.record({ no: fc.integer({ min: -1, max: ITEMS + 1 }), flags: fc.nat(7), source: fc.constantFrom('FRIENDS', 'CREATORS', 'FRESH') }), { maxLength: 6 }),
}); // prettier-ignore
/** An act of a user, `at` ten minutes from now; that of a page it claims where there is one. */
export const anyAct = fc.record({
  user: fc.nat(USERS.length - 1),
  at: fc.integer({ min: -60 * 24 * 6, max: 0 }),
  type: fc.oneof(fc.constantFrom(...EVENT_TYPES), fc.constantFrom('PURCHASE', 'REFUND', 'CLICK', 'IMPRESSION')),
  item: fc.integer({ min: 0, max: ITEMS - 1 }),
  attribution: fc.constantFrom(...ATTRIBUTIONS),
  page: fc.nat(),
  order: fc.option(fc.nat(4)),
  quantity: fc.integer({ min: 1, max: 3 }),
  amount: fc.option(fc.double({ min: 0, max: 1_000, noNaN: true })),
  currency: fc.constantFrom(undefined, 'CNY', 'EUR'),
  share: fc.option(fc.nat(2)),
  referrer: fc.option(fc.nat(USERS.length - 1)),
});

type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** What the logs keep of them. */
export function logsOf(pagesOf: Drawn<typeof anyPage>[], actsOf: Drawn<typeof anyAct>[]): { pages: Page[]; events: IncomingEvent[] } {
  const pages = pagesOf.map(({ user, at, items, ...page }) => {
    const servedAt = NOW + at * HOUR_MS;
    const placed = items.map(({ no, flags, source }, i) =>
      somePlaced(i + 1, { itemNo: no, itemId: no < 0 ? '' : `i${no}`, exploration: (flags & 1) > 0, promoted: (flags & 2) > 0, repeat: (flags & 4) > 0, sources: [source as 'FRIENDS'] }),
    ); // prettier-ignore
    return somePage({ ...page, feedId: feedIdAt(servedAt), userId: USERS[user], servedAt, placed } as Partial<Page>);
  });
  const events = actsOf.map(({ user, at, type, item, attribution, page, order, amount, share, referrer, ...rest }) => {
    const claimed = pages.length === 0 ? undefined : pages[page % pages.length];
    const place = claimed?.placed[page % Math.max(1, claimed.placed.length)];
    const isOutcome = attribution !== 'UNATTRIBUTED' && claimed !== undefined && place !== undefined;
    return someEvent({
      ...rest,
      userId: isOutcome ? claimed.userId! : USERS[user],
      type: type,
      occurredAt: NOW + at * 10 * 60_000,
      itemNo: item,
      itemId: `i${item}`,
      attribution: isOutcome ? attribution : 'UNATTRIBUTED',
      ...(isOutcome ? { exposureId: exposureId(claimed.feedId, place.position) } : {}),
      ...(order === null ? {} : { orderId: `o${order}` }),
      ...(amount === null ? {} : { amount }),
      ...(share === null ? {} : { shareId: `s${share}` }),
      ...(referrer === null || referrer === user ? {} : { referrerUserId: USERS[referrer] }),
      ...(type === 'REVIEW' ? { rating: 4 } : {}),
      ...(type === 'DWELL' ? { dwellMs: 1_500 } : {}),
    });
  });
  return { pages, events };
}
