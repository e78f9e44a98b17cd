import { readdir, stat } from 'node:fs/promises';
import { sampleLines } from '../../src/app/sample.js';
import { readEvent } from '../../src/core/events/read-event.js';
import { type GivenItem, readItem } from '../../src/core/events/read-item.js';
import { readUser } from '../../src/core/events/read-user.js';
import { type ShopEvent } from '../../src/core/events/event.js';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const DATA = new URL('../../src/app/sample/data/', import.meta.url);

async function readAll<T extends object>(
  kind: 'items' | 'users' | 'events',
  read: (input: unknown) => T | { faults: object[] },
): Promise<T[]> {
  const good: T[] = [];
  for await (const line of sampleLines(kind, NOW)) {
    const result = read(JSON.parse(line));
    if ('faults' in result) throw new Error(`${line}: ${JSON.stringify(result.faults)}`);
    good.push(result);
  }
  return good;
}

describe('the bundled sample shop', () => {
  let items: GivenItem[];
  let events: ShopEvent[];
  let userIds: Set<string>;

  beforeAll(async () => {
    items = (await readAll<{ item: GivenItem }>('items', readItem)).map(({ item }) => item);
    events = (await readAll<{ event: ShopEvent }>('events', (input) => readEvent(input, NOW))).map(({ event }) => event);
    userIds = new Set((await readAll<{ user: { id: string } }>('users', readUser)).map(({ user }) => user.id));
  });

  it('has lines that all pass the checks of the public contract, each with an id of its own', () => {
    expect(items).toHaveLength(3231);
    expect(userIds.size).toBe(673);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.length).toBeLessThanOrEqual(60_000);
  });

  it('names only items and users that it has', () => {
    const itemIds = new Set(items.map(({ id }) => id));
    expect(events.filter(({ itemId }) => itemId !== undefined && !itemIds.has(itemId))).toEqual([]);
    expect(items.flatMap(({ productIds }) => productIds).filter((id) => !itemIds.has(id))).toEqual([]);
    const named = events.flatMap(({ userId, targetUserId, referrerUserId }) => [userId, targetUserId ?? userId, referrerUserId ?? userId]);
    expect(named.filter((id) => !userIds.has(id))).toEqual([]);
  });

  it('ends three minutes before now, in the order of time, after a year', () => {
    const times = events.map(({ occurredAt }) => occurredAt);
    expect(times.at(-1)).toBe(NOW - 180_000);
    expect(times.every((at, i) => i === 0 || at >= times[i - 1])).toBe(true);
    const days = (times.at(-1)! - times[0]) / 86_400_000;
    expect(days).toBeGreaterThan(360);
    expect(days).toBeLessThan(400); // what is kept by default
    expect(items.every(({ createdAt }) => createdAt! < NOW)).toBe(true);
  });

  it('tells what is generated from what is real', () => {
    for (const item of items) expect(item.labels.includes('generated')).toBe(item.id.startsWith('gen-'));
    for (const { id, type } of events)
      expect(/^sample-(gen-)?\d+$/.test(id) && (type !== 'PURCHASE' || !id.startsWith('sample-gen-'))).toBe(true);
    expect(
      items.filter(({ kind }) => kind !== 'PRODUCT').every(({ id, productIds }) => id.startsWith('gen-') && productIds.length > 0),
    ).toBe(true);
  });

  it('has titles and categories without the shorthand of the till', () => {
    const titles = items.map(({ title }) => title);
    expect(new Set(items.filter(({ kind }) => kind === 'PRODUCT').map(({ title }) => title)).size).toBe(3000);
    expect(
      [...titles, ...items.flatMap(({ categories }) => categories)].filter((text) =>
        /[A-Z]{3}|[(/]|^\W|\b(frzn|drnk|msc|pkgd|w)\b/.test(text.replace(/\b\d \d?\/\d|\b\d\/\d/g, '')),
      ),
    ).toEqual([]);
  });

  it('weighs at most 2 MB', async () => {
    const sizes = await Promise.all((await readdir(DATA)).map(async (name) => (await stat(new URL(name, DATA))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
  });
});
