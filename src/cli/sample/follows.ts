import { type Random } from '../../core/random.js';
import { between, happens, pick, pickSeveral, waiting } from './chance.js';
import { CREATORS, type Creator } from './creators.js';
import { type Selection, groupBy } from './selection.js';

const CANDIDATES = 60;
const MEAN_FRIENDS = 4;
const MOST_FRIENDS = 25;
const MUTUAL = 0.45;
const CREATORS_EACH = { low: 1, high: 5 };

/** Made-up ties: who follows whom, by household or creator id, and when. */
export interface Follow {
  from: string;
  to: { household: string } | { creator: Creator };
  /** Seconds relative to the end of the data. */
  at: number;
}

/** Purchases of every household by narrowest category, as a vector of length 1. */
export type Tastes = Map<string, Map<string, number>>;

export function tastesOf({ purchases, products }: Selection): Tastes {
  const pathOf = new Map(products.map(({ id, path }) => [id, path]));
  const tastes: Tastes = new Map();
  for (const [household, own] of groupBy(purchases, (purchase) => purchase.household)) {
    const counts = new Map<string, number>();
    for (const { product } of own) for (const name of pathOf.get(product)!) counts.set(name, (counts.get(name) ?? 0) + 1);
    const length = Math.hypot(...counts.values());
    tastes.set(household, new Map([...counts].map(([name, count]) => [name, count / length])));
  }
  return tastes;
}

const likeness = (a: Map<string, number>, b: Map<string, number>): number =>
  [...a].reduce((sum, [name, weight]) => sum + weight * (b.get(name) ?? 0), 0);

/** Households follow others of like taste, half of them back, and the creators whose topics they buy from. */
export function inventFollows(random: Random, { households }: Selection, tastes: Tastes, start: number): Follow[] {
  const follows: Follow[] = [];
  const known = new Set<string>();
  const someTime = () => Math.round(start * random());
  const add = (from: string, household: string, at: number) => {
    if (from === household || known.has(`${from}>${household}`)) return;
    known.add(`${from}>${household}`);
    follows.push({ from, to: { household }, at });
  };
  for (const from of households) {
    const own = tastes.get(from)!;
    const candidates = Array.from({ length: CANDIDATES }, () => pick(random, households)).map((to) => ({
      to,
      likeness: likeness(own, tastes.get(to)!),
    }));
    const count = Math.min(MOST_FRIENDS, 1 + Math.round(waiting(random, MEAN_FRIENDS)));
    for (const { to } of candidates.sort((a, b) => b.likeness - a.likeness).slice(0, count)) {
      const at = someTime();
      add(from, to, at);
      if (happens(random, MUTUAL)) add(to, from, Math.min(0, Math.round(at + waiting(random, 5 * 86_400))));
    }
    const creators = pickSeveral(random, CREATORS, between(random, CREATORS_EACH.low, CREATORS_EACH.high), ({ topics }) =>
      sumOf(own, topics),
    );
    for (const creator of creators) follows.push({ from, to: { creator }, at: someTime() });
  }
  return follows;
}

export const sumOf = (taste: Map<string, number>, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (taste.get(name) ?? 0), 0);
