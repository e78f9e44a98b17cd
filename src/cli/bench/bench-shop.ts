import { Readable } from 'node:stream';
import { type Random, seededRandom } from '../../core/random.js';

const DAY_MS = 86_400_000;
const CATEGORIES = 200;
const BRANDS = 500;
const CREATORS = 1_000;

/** A number from 0 to n - 1, low ones more often: about as uneven as sales are. */
const skewed = (random: Random, n: number): number => Math.floor(n * random() ** 3);

/** Lines of a seeded shop; the numbers of items, users and events are the caller's. */
export function* itemLines(items: number, now: number): Generator<string> {
  const random = seededRandom(1);
  for (let i = 0; i < items; i++) {
    const category = i % CATEGORIES;
    yield JSON.stringify({
      id: `i${i}`,
      kind: 'PRODUCT',
      title: `Item ${i} of category ${category}`,
      categories: [`c${category % 20}`, `c${category}-narrow`],
      brand: `b${skewed(random, BRANDS)}`,
      creatorId: `u${skewed(random, CREATORS)}`,
      price: 1 + Math.floor(random() * 300),
      currency: 'CNY',
      stock: 100,
      createdAt: new Date(now - random() * 400 * DAY_MS).toISOString(),
    });
  }
}

/** Every user keeps mostly to three categories, follows a few others, and buys now and then. */
export function* eventLines(items: number, users: number, events: number, now: number, run: string): Generator<string> {
  const random = seededRandom(2);
  const types = ['VIEW', 'VIEW', 'CLICK', 'CLICK', 'CLICK', 'LIKE', 'ADD_TO_CART', 'PURCHASE'];
  for (let i = 0; i < events; i++) {
    const user = i % users;
    const common = { id: `${run}-${i}`, userId: `u${user}`, occurredAt: new Date(now - random() * 60 * DAY_MS).toISOString() };
    if (random() < 0.04) {
      const other = skewed(random, users - 1);
      yield JSON.stringify({ ...common, type: 'FOLLOW', targetUserId: `u${other < user ? other : other + 1}` });
      continue;
    }
    const category = (user * 7 + Math.floor(random() * 3) * 31) % CATEGORIES;
    const item = Math.min(items - 1, category + CATEGORIES * skewed(random, Math.max(1, Math.floor(items / CATEGORIES))));
    const type = types[Math.floor(random() * types.length)];
    yield JSON.stringify({
      ...common,
      type,
      itemId: `i${item}`,
      ...(type === 'PURCHASE' ? { orderId: `o${i}`, amount: 5, currency: 'CNY' } : {}),
    });
  }
}

function* chunked(lines: Generator<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    if (chunk.push(line) < 500) continue;
    yield `${chunk.join('\n')}\n`;
    chunk = [];
  }
  yield `${chunk.join('\n')}\n`;
}

/** Stream lines to `/imports/{kind}`; every one must be accepted. @returns seconds it took */
export async function importStream(url: string, kind: 'items' | 'events', lines: Generator<string>, expected: number): Promise<number> {
  const started = performance.now();
  const answer = await fetch(`${url}/imports/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: Readable.toWeb(Readable.from(chunked(lines))),
    duplex: 'half',
  });
  const result = (await answer.json()) as { accepted: number; rejected: unknown[] };
  if (result.accepted !== expected)
    throw new Error(`${kind}: ${result.accepted} of ${expected} accepted: ${JSON.stringify(result.rejected?.[0] ?? result)}`);
  return (performance.now() - started) / 1000;
}

/** Import a whole shop of this size. */
export async function fillShop(url: string, { items, users, events }: { items: number; users: number; events: number }): Promise<void> {
  const now = Date.now();
  await importStream(url, 'items', itemLines(items, now), items);
  await importStream(url, 'events', eventLines(items, users, events, now, 'bench'), events);
}
