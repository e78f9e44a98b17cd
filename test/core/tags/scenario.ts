import { type EventType, type LedgerEvent } from '../../../src/core/events/event.js';
import { type Item, type NumberedItem } from '../../../src/core/item.js';
import { foldEvent } from '../../../src/core/tags/fold.js';
import { readTags, type Tag } from '../../../src/core/tags/profile.js';
import { emptyState, type UserState } from '../../../src/core/tags/state.js';
import { type ViewOptions } from '../../../src/core/tags/view.js';
import { DAY, NOW, numbered } from './history.js';
import { NAMES } from './shopper.js';

const HOUR = 3_600_000;

function item(no: number, numbers: Partial<Omit<NumberedItem, 'item'>>, fields: Partial<Item>): NumberedItem {
  const row = numbered(no, numbers);
  Object.assign(row.item, fields);
  return row;
}

/** Three goods and two pieces of content. Prices quadruple, ages in days are 7, 31, 127, 1 and 1. */
export const GOODS = [
  item(0, { categoryNos: [1, 10], brandNo: 1, creatorNo: 1 }, { price: 10, labels: ['sale'], creatorId: 'ann', createdAt: NOW - 7 * DAY }),
  item(
    1,
    { categoryNos: [1, 11], brandNo: 2, creatorNo: 2 },
    { price: 40, labels: ['Premium'], creatorId: 'bob', createdAt: NOW - 31 * DAY },
  ),
  item(
    2,
    { categoryNos: [2, 12], brandNo: 0, creatorNo: 3 },
    { price: 160, labels: ['fair trade'], creatorId: 'cat', stock: 3, regions: ['north'], createdAt: NOW - 127 * DAY },
  ),
  item(
    3,
    { categoryNos: [2, 13], brandNo: 1, creatorNo: 1 },
    {
      kind: 'VIDEO',
      durationMs: 100_000,
      commercial: true,
      productIds: ['i0'],
      style: 'EMOTIONAL',
      creatorId: 'ann',
      createdAt: NOW - DAY,
    },
  ),
  item(
    4,
    { categoryNos: [3, 14], brandNo: 3, creatorNo: 2 },
    {
      kind: 'NOTE', price: 0, style: 'PRACTICAL', aiGenerated: true, geohash: 'u33d', labels: ['bestseller'], availableUntil: NOW + DAY, creatorId: 'bob', createdAt: NOW - DAY,
    }, // prettier-ignore
  ),
] as const;

export type Step = readonly [type: EventType, hoursAgo: number, itemNo?: number, change?: Partial<LedgerEvent>];

/** The state after some steps; steps without an item name none, and what is bought or given back is an order of its own. */
export function after(steps: readonly Step[], purposes?: Parameters<typeof foldEvent>[3]['purposes']): UserState {
  const state = emptyState();
  steps.forEach(([type, hoursAgo, itemNo = -1, change = {}], i) => {
    const occurredAt = NOW - hoursAgo * HOUR;
    const step = {
      id: `s${i}`,
      type,
      userId: 'u',
      occurredAt,
      receivedAt: NOW,
      writer: 1,
      seq: i + 1,
      attribution: 'UNATTRIBUTED',
      itemNo,
      ...change,
    } as const;
    foldEvent(state, step, GOODS[itemNo], { timeZone: 'UTC', ...(purposes ? { purposes } : {}) });
  });
  return state;
}

export const tagsAfter = (steps: readonly Step[], options: Partial<ViewOptions> = {}): Map<string, Tag> =>
  new Map(readTags(after(steps), NOW, { names: NAMES, ...options }).map((tag) => [tag.key, tag]));

/** The same act `count` times, each so many hours before the one before. */
export const often = (count: number, everyHours: number, type: EventType, itemNo?: number, change: Partial<LedgerEvent> = {}): Step[] =>
  Array.from({ length: count }, (_, i) => [type, i * everyHours, itemNo, change] as const);
