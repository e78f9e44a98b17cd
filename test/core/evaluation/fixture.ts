import { DAY_MS } from '../../../src/core/time.js';
import { type History, type HistoryEvent, historyOf } from '../../../src/core/evaluation/history.js';
import { type Random } from '../../../src/core/random.js';

/** `user item day` per event, as in `1 7 0`. */
export const eventsOf = (...lines: string[]): HistoryEvent[] =>
  lines.map((line) => {
    const [userId, itemId, day] = line.split(' ');
    return { userId, itemId, type: 'rating', at: Number(day) * DAY_MS, value: 5 };
  });

export const historyFrom = (
  lines: string[],
  follows: [string, string][] | null = null,
  categories: Record<string, string[]> = {},
): History =>
  historyOf(
    eventsOf(...lines),
    Object.entries(categories).map(([id, names]) => ({ id, categories: names, brand: null })),
    follows,
  );

/** A made-up shop: some users, items and categories, with more interest in lower items and a graph. */
export function randomHistory(random: Random, size = { users: 30, items: 40, events: 400, days: 100 }): History {
  const upTo = (n: number): number => Math.floor(random() * n);
  const events = Array.from({ length: size.events }, () => ({
    userId: `${upTo(size.users)}`,
    itemId: `${Math.min(upTo(size.items), upTo(size.items))}`,
    type: 'rating',
    at: upTo(size.days) * DAY_MS,
    value: 1 + upTo(5),
  }));
  const items = Array.from({ length: size.items }, (_, i) => ({
    id: `${i}`,
    categories: i % 7 === 0 ? ['a', 'b'] : [`c${i % 5}`],
    brand: null,
  }));
  const follows = Array.from({ length: size.users * 3 }, (): [string, string] => [`${upTo(size.users)}`, `${upTo(size.users)}`]);
  return historyOf(events, items, follows);
}

/** The same in another order. */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const copy = [...values];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}
