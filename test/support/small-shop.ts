import { randomUUID } from 'node:crypto';
import { seededRandom } from '../../src/core/random.js';
import { event, type TestService } from './service.js';

const DAY_MS = 86_400_000;
const CATEGORIES = ['tea', 'boots', 'lamps', 'games'];

export interface SmallShop {
  items: { id: string; categories: string[]; brand: string; creatorId: string; price: number }[];
  users: string[];
}

export interface BatchAnswer {
  accepted: number;
  duplicates: number;
  rejectedTotal: number;
  rejected: { index: number; id: string | null; code: string; message: string; retryable: boolean }[];
}

const BATCH = 'accepted duplicates rejectedTotal rejected { index id code message retryable }';

export const upsertItems = async (service: TestService, items: object[]): Promise<BatchAnswer> =>
  (
    await service.ask<{ upsertItems: BatchAnswer }>(`mutation($items: [ItemInput!]!) { upsertItems(items: $items) { ${BATCH} } }`, {
      items,
    })
  ).upsertItems;

export const recordEvents = async (service: TestService, events: object[]): Promise<BatchAnswer> =>
  (
    await service.ask<{ recordEvents: BatchAnswer }>(`mutation($events: [EventInput!]!) { recordEvents(events: $events) { ${BATCH} } }`, {
      events,
    })
  ).recordEvents;

/** Four categories of twenty goods, four brands, eight creators, twelve users who mostly keep to one category; seeded. */
export async function openSmallShop(service: TestService): Promise<SmallShop> {
  const random = seededRandom(11);
  const items = Array.from({ length: 80 }, (_, i) => ({
    id: `item-${i}`,
    kind: 'PRODUCT',
    title: `Thing number ${i}`,
    categories: [CATEGORIES[i % 4], `${CATEGORIES[i % 4]}-${Math.floor(i / 4) % 3}`],
    brand: `brand-${(i * 7) % 4}`,
    creatorId: `creator-${(i * 5) % 8}`,
    price: 3 + ((i * 13) % 90),
    currency: 'CNY',
    stock: 10,
    createdAt: new Date(Date.now() - (30 + i) * DAY_MS).toISOString(),
  }));
  const users = Array.from({ length: 12 }, (_, i) => `user-${i}`);
  const events = users.flatMap((user, u) =>
    Array.from({ length: 10 }, () => {
      const category = random() < 0.8 ? u % 4 : Math.floor(random() * 4);
      const item = items[category + 4 * Math.floor(random() * 20)];
      const type = ['VIEW', 'CLICK', 'LIKE', 'ADD_TO_CART'][Math.floor(random() * 4)];
      return event(user, type, { itemId: item.id });
    }),
  );
  const up = await upsertItems(service, items);
  const done = await recordEvents(service, events);
  if (up.accepted !== items.length || done.accepted !== events.length) throw new Error(JSON.stringify([up, done]));
  return { items, users };
}

export const purchase = (userId: string, itemId: string): Record<string, unknown> =>
  event(userId, 'PURCHASE', { itemId, orderId: randomUUID(), quantity: 1, amount: 9, currency: 'CNY' });

export interface FeedAnswer {
  id: string;
  items: {
    exposureId: string;
    position: number;
    score: number;
    sources: string[];
    reasons: { code: string; text: string }[];
    item: { id: string; categories: string[] };
  }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
  ranking: { configVersion: number; scorer: string; degraded: string[]; relaxed: string[]; candidates: number; tookMs: number };
}

const FEED = `id items { exposureId position score sources reasons { code text } item { id categories } } pageInfo { endCursor hasNextPage }
  ranking { configVersion scorer degraded relaxed candidates tookMs }`;

export const feed = async (service: TestService, input: object): Promise<FeedAnswer> =>
  (await service.ask<{ feed: FeedAnswer }>(`query($input: FeedInput!) { feed(input: $input) { ${FEED} } }`, { input })).feed;

export const idsOf = (page: FeedAnswer): string[] => page.items.map(({ item }) => item.id);
