import fc from 'fast-check';
import { EVENT_TYPES, type EventType, HIDE_SCOPES, type LedgerEvent } from '../../../src/core/events/event.js';
import { type Item, type NumberedItem } from '../../../src/core/item.js';
import { foldEvent } from '../../../src/core/tags/fold.js';
import { emptyState, type UserState } from '../../../src/core/tags/state.js';

export const NOW = Date.UTC(2026, 10, 21, 12);
export const DAY = 86_400_000;
export const OPTIONS = { timeZone: 'UTC' };

/** An item of the given names; category 1 is broad, what follows narrower. */
export function numbered(
  no: number,
  change: Partial<Omit<NumberedItem, 'item'>> & { price?: number | null; creatorId?: string | null } = {},
): NumberedItem {
  const { price = null, creatorId = null, ...numbers } = change;
  const item: Item = {
    id: `i${no}`, kind: 'PRODUCT', title: `Item ${no}`, categories: ['a', 'b'], brand: null, creatorId, price, currency: null, stock: null, labels: [], style: null,
    commercial: false, aiGenerated: false, productIds: [], regions: [], geohash: null, minAge: null, durationMs: null, repurchaseDays: null, imageUrl: null,
    createdAt: 0, availableUntil: null,
  }; // prettier-ignore
  return { no, item, categoryNos: [1, 2], brandNo: 3, creatorNo: 4, removed: false, ...numbers };
}

let lastSeq = 0;
/** The next event of writer 1. */
export const event = (type: EventType, change: Partial<LedgerEvent> = {}): LedgerEvent => ({
  id: `e${++lastSeq}`,
  type,
  userId: 'u',
  occurredAt: NOW,
  receivedAt: NOW,
  writer: 1,
  seq: lastSeq,
  attribution: 'UNATTRIBUTED',
  itemNo: -1,
  ...change,
});

/** The state after these events of one writer, each with its item. */
export function folded(...steps: [LedgerEvent, NumberedItem?][]): UserState {
  const state = emptyState();
  steps.forEach(([step, item], i) => foldEvent(state, { ...step, seq: i + 1, itemNo: item?.no ?? step.itemNo }, item, OPTIONS));
  return state;
}

/** A small shop, so that the bounds of a state are not reached and names meet again. */
export const SHOP: readonly NumberedItem[] = Array.from({ length: 24 }, (_, no) =>
  numbered(no, {
    categoryNos: [1 + (no % 3), 4 + (no % 12)],
    brandNo: no % 5,
    creatorNo: no % 7,
    price: no % 4 === 0 ? null : no * 3.3,
    creatorId: `maker${no % 7}`,
  }),
);

/**
 * A random history of one user over 60 days, through three writers, in the order of receipt. Whom he follows makes nothing that is in the shop, since
 * a tie that is strengthened before it is known is the one thing that depends on order.
 */
export const histories: fc.Arbitrary<LedgerEvent[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...EVENT_TYPES),
      itemNo: fc.integer({ min: 0, max: SHOP.length - 1 }),
      minutesAgo: fc.integer({ min: 0, max: 60 * 24 * 60 }),
      writer: fc.integer({ min: 1, max: 3 }),
      orphan: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      friend: fc.integer({ min: 0, max: 3 }),
      order: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
      quantity: fc.integer({ min: 1, max: 3 }),
      hideScope: fc.constantFrom(...HIDE_SCOPES),
      size: fc.integer({ min: 1, max: 5 }),
    }),
    { maxLength: 120, size: 'max' },
  )
  .map((drawn) => {
    const seqs = [0, 0, 0, 0];
    return drawn.map(({ type, itemNo, minutesAgo, writer, orphan, friend, order, quantity, hideScope, size }, i): LedgerEvent => {
      const ofItem = !['FOLLOW', 'UNFOLLOW', 'INVITE', 'SEARCH'].includes(type);
      return {
        id: `h${i}`, type, userId: 'u', occurredAt: NOW - minutesAgo * 60_000, receivedAt: NOW + i, writer, seq: ++seqs[writer],
        attribution: orphan ? 'ORPHAN' : 'UNATTRIBUTED', itemNo: ofItem ? itemNo : -1, quantity, amount: size * 10, rating: size, dwellMs: size * 7_000,
        ...(type === 'INVITE' ? { targetUserId: 'stranger' } : ofItem ? {} : { targetUserId: `friend${friend}` }),
        ...(order === undefined ? {} : { orderId: `order${order}` }),
        ...(type === 'HIDE' || type === 'UNHIDE' ? { hideScope } : {}),
      }; // prettier-ignore
    });
  });

export function foldAll(history: readonly LedgerEvent[], state = emptyState()): UserState {
  for (const entry of history) foldEvent(state, entry, SHOP[entry.itemNo], OPTIONS);
  return state;
}

/** Where two values differ by more than rounding, or null. */
export function difference(a: unknown, b: unknown, path = 'state'): string | null {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a)) ? null : `${path}: ${a} and ${b}`;
  if (a instanceof Set && b instanceof Set) return difference([...a].sort(), [...b].sort(), path);
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return `${path}: ${[...a.keys()].join()} and ${[...b.keys()].join()}`;
    return first([...(a as Map<unknown, unknown>)], ([key, value]) => difference(value, b.get(key), `${path}[${String(key)}]`));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? null : `${path}: ${String(a)} and ${String(b)}`;
  if (Object.keys(a).length !== Object.keys(b).length) return `${path}: of different size`;
  return first(Object.entries(a), ([key, value]) => difference(value, (b as Record<string, unknown>)[key], `${path}.${key}`));
}

function first<T>(values: T[], differ: (value: T) => string | null): string | null {
  for (const value of values) {
    const found = differ(value);
    if (found !== null) return found;
  }
  return null;
}
