import fc from 'fast-check';
import { EVENT_TYPES, HIDE_SCOPES, type LedgerEvent } from '../../../src/core/events/event.js';
import { CONTENT_STYLES, ITEM_KINDS, type NumberedItem } from '../../../src/core/item.js';
import { foldEvent, type FoldOptions } from '../../../src/core/tags/fold.js';
import { type Population } from '../../../src/core/tags/population.js';
import { type Received } from '../../../src/core/tags/received.js';
import { emptyState, type UserState } from '../../../src/core/tags/state.js';
import { CHURN_KEYS } from '../../../src/core/tags/traits.js';
import { DAY, NOW, numbered } from './history.js';

const LABELS = [[], ['sale'], ['Best Seller', 'bestseller'], ['premium'], ['Fair Trade'], ['generated']];

/** A shop in which everything occurs that an item can be. */
export const WIDE_SHOP: readonly NumberedItem[] = Array.from({ length: 60 }, (_, no) => {
  const row = numbered(no, {
    categoryNos: [1 + (no % 4), 5 + (no % 19)],
    brandNo: no % 7,
    creatorNo: no % 9,
    price: no % 11 === 0 ? null : no % 13 === 0 ? 0 : 2 + no * 3.7,
    creatorId: `maker${no % 9}`,
  });
  const kind = ITEM_KINDS[no % 4];
  Object.assign(row.item, {
    kind,
    style: no % 5 === 4 ? null : CONTENT_STYLES[no % 3],
    labels: LABELS[no % 6],
    commercial: no % 5 === 0,
    aiGenerated: no % 8 === 0,
    productIds: kind !== 'PRODUCT' && no % 3 === 0 ? ['goods'] : [],
    regions: no % 10 === 3 ? ['north'] : [],
    geohash: no % 6 === 0 ? 'u33d' : null,
    stock: no % 4 === 1 ? 3 : null,
    durationMs: no % 4 === 2 || no % 4 === 3 ? 60_000 : null,
    availableUntil: no % 10 === 0 ? NOW + DAY : null,
    createdAt: no % 12 === 11 ? 0 : NOW - no * 6 * DAY,
  });
  return row;
});

const ACTORS = ['maker1', 'maker2', 'friend1', 'friend2', 'friend3'];
const LIKELY = ['CLICK', 'CLICK', 'VIEW', 'VIEW', 'IMPRESSION', 'PURCHASE', 'ADD_TO_CART', 'DWELL', 'PLAY_END', 'REVIEW', 'REFUND', 'CHECKOUT', 'SAVE', 'LIKE', 'COMMENT'] as const; // prettier-ignore

/** One act of someone who uses everything a storefront can tell of. */
const drawn = fc.record({
  type: fc.oneof(fc.constantFrom(...LIKELY), fc.constantFrom(...EVENT_TYPES)),
  no: fc.oneof(fc.nat(7), fc.nat(59)),
  day: fc.oneof(fc.nat(25), fc.nat(180)),
  minute: fc.oneof(fc.nat(1439), fc.constantFrom(600, 601, 610)),
  order: fc.nat(12),
  size: fc.integer({ min: 1, max: 5 }),
  who: fc.constantFrom(...ACTORS),
  extra: fc.nat(7),
  writer: fc.integer({ min: 1, max: 3 }),
});

/** A random life of one user over half a year, told through three writers. */
export const lives: fc.Arbitrary<LedgerEvent[]> = fc.array(drawn, { minLength: 1, maxLength: 160, size: 'max' }).map((acts) => {
  const seqs = [0, 0, 0, 0];
  return acts.map(({ type, no, day, minute, order, size, who, extra, writer }, i): LedgerEvent => {
    const ofUser = type === 'FOLLOW' || type === 'UNFOLLOW' || type === 'INVITE';
    const ofItem = !ofUser && type !== 'SEARCH';
    return {
      id: `l${i}`, type, userId: 'u', occurredAt: NOW - day * DAY - minute * 60_000, receivedAt: NOW + i, writer, seq: ++seqs[writer], attribution: 'UNATTRIBUTED',
      itemNo: ofItem ? no : -1, quantity: extra === 0 ? size : 1, orderId: `o${order}`, deviceHash: `d${extra}`, platform: `p${extra % 3}`, surface: `s${size}`,
      ...(ofUser ? { targetUserId: who } : {}), ...(type === 'PURCHASE' || type === 'REFUND' ? { amount: size * 8 } : {}),
      dwellMs: [800, 2_000, 7_000, 59_000, 100_000][size - 1], rating: size, sentiment: (size - 3) / 2, query: ['tea', 'green tea', 'a pot of tea'][extra % 3],
      ...(extra === 1 ? { referrerUserId: who } : {}), ...(extra === 2 ? { exposureId: 'x' } : {}),
      ...(type === 'HIDE' || type === 'UNHIDE' ? { hideScope: HIDE_SCOPES[size % 4] } : {}),
    }; // prettier-ignore
  });
});

export function live(events: readonly LedgerEvent[], options: Partial<FoldOptions> = {}, state = emptyState()): UserState {
  for (const one of events) foldEvent(state, one, WIDE_SHOP[one.itemNo], { timeZone: 'UTC', ...options });
  return state;
}

/** What might have been learned of a shop. */
export const LEARNED: Population = {
  learnedAt: NOW,
  users: 1000,
  fifths: { recencyDays: [3, 10, 30, 90], orders: [0.5, 1, 2, 5], spent: [5, 20, 50, 100] },
  churn: {
    traits: CHURN_KEYS,
    scale: { means: CHURN_KEYS.map(() => 1), deviations: CHURN_KEYS.map(() => 1) },
    weights: CHURN_KEYS.map((_, i) => (i % 2 === 0 ? 0.3 : -0.3)),
    bias: -0.5,
    horizonDays: 30,
    fittedOn: 500,
    measuredOn: 500,
    churned: 0.3,
    auc: 0.7,
    calibrationError: 0.02,
  },
  segmentation: null,
};

const counts = fc.nat(40);
export const receptions: fc.Arbitrary<Received> = fc.record({
  followers: counts, mutual: counts, likes: counts, comments: counts, shares: counts, saves: counts, sales: counts, brought: counts, broughtPurchases: counts,
  invited: counts, invitedActive: counts, countedAt: fc.constant(NOW),
}); // prettier-ignore

export const NAMES = {
  category: (no: number) => `category${no}`,
  brand: (no: number) => `brand${no}`,
  creator: (no: number) => `creator${no}`,
};
