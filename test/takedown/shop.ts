import { randomUUID } from 'node:crypto';
import { type Random } from '../../src/core/random.js';
import { post } from './post.js';

export const LANES = 4;
const PER_LANE = 36;
const GROUPS = 6;
export const USERS = 40;

export interface Thing {
  id: string;
  kind: 'PRODUCT' | 'NOTE';
  title: string;
  categories: string[];
  brand: string;
  creatorId: string;
  stock: number;
}

export const pick = <T>(all: readonly T[], random: Random): T => all[Math.floor(random() * all.length)];
export const userOf = (random: Random): string => `user-${Math.floor(random() * USERS)}`;
const two = (n: number): string => String(n).padStart(2, '0');

/** What is taken down in one lane leaves the others alone: no brand, creator, category or word is in two. */
export const THINGS: readonly Thing[] = Array.from({ length: LANES * PER_LANE }, (_, i) => {
  const [lane, nth] = [i % LANES, Math.floor(i / LANES)];
  return {
    id: `item-${lane}-${two(nth)}`,
    kind: nth % 4 === 3 ? 'NOTE' : 'PRODUCT',
    title: `Thing ${lane}-${two(nth)} of word${lane}x${nth % GROUPS}`,
    categories: [`category-${lane}-${Math.floor(nth / GROUPS)}`],
    brand: `brand-${lane}-${(nth + Math.floor(nth / GROUPS)) % GROUPS}`,
    creatorId: `maker-${lane}-${(nth + 2 * Math.floor(nth / GROUPS)) % GROUPS}`,
    stock: 9,
  };
});
export const THING: ReadonlyMap<string, Thing> = new Map(THINGS.map((thing) => [thing.id, thing]));
export const laneOf = (id: string): number => Number(id.split('-')[1]);

export const UPSERT = 'mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }';
export const RECORD = 'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }';

export const act = (userId: string, type: string, fields: object): object => ({
  id: randomUUID(),
  userId,
  type,
  occurredAt: new Date().toISOString(),
  ...fields,
});
export const purchase = (userId: string, itemId: string): object =>
  act(userId, 'PURCHASE', { itemId, orderId: randomUUID(), quantity: 1, amount: 9, currency: 'CNY' });

/** Items, and users who follow each other and makers, like and buy, so that there are reasons to tell. */
export async function openShop(url: string, random: Random): Promise<void> {
  await post(url, UPSERT, { i: THINGS });
  const events = Array.from({ length: USERS }, (_, u) => `user-${u}`).flatMap((user) => [
    act(user, 'FOLLOW', { targetUserId: userOf(random) }),
    act(user, 'FOLLOW', { targetUserId: pick(THINGS, random).creatorId }),
    ...Array.from({ length: 4 }, () => act(user, 'LIKE', { itemId: pick(THINGS, random).id })),
    purchase(user, pick(THINGS, random).id),
  ]);
  await post(url, RECORD, { e: events });
}
