import { LEAST_CIRCLE, type Ties } from '../../candidates/graph/standing.js';
import { type Random, seededRandom } from '../../random.js';
import { type History } from '../history.js';
import { edgesOf, type FindCommunities, graphOf } from './graph-of.js';

/** A figure of the graph, and the same of random graphs. */
export interface AgainstRandom {
  name: string;
  found: number;
  mean: number;
  lowest: number;
  highest: number;
  /** Standard deviations of the random graphs that the figure lies above their mean. */
  deviations: number;
}

export interface CirclesReport {
  dataset: string;
  people: number;
  ties: number;
  circles: number;
  /** What tastes are made of. */
  taste: 'categories' | 'items';
  draws: number;
  figures: AgainstRandom[];
  /** Likeness of tastes of any two people. */
  ofAll: number;
}

const SEED = 1;
const SWAPS_A_TIE = 10;

/**
 * A random graph in which everybody has as many ties as before and of the same weights: two ties of one weight exchange their ends, ten times as often as
 * there are ties; what would tie somebody to himself, or two people twice, is left.
 *
 * @see Maslov and Sneppen 2002, doi:10.1126/science.1065103
 */
export function rewired({ sources, targets, weights }: Omit<Ties, 'users'>, users: number, random: Random): Omit<Ties, 'users'> {
  const [from, to] = [sources.slice(), targets.slice()];
  const keyOf = (a: number, b: number): number => Math.min(a, b) * users + Math.max(a, b);
  const taken = new Set(Array.from(from, (source, i) => keyOf(source, to[i])));
  const byWeight = new Map<number, number[]>();
  weights.forEach((weight, i) => {
    const same = byWeight.get(weight);
    if (same) same.push(i);
    else byWeight.set(weight, [i]);
  });
  for (const same of byWeight.values())
    for (let swap = 0; swap < SWAPS_A_TIE * same.length; swap++) {
      const [i, j] = [same[Math.floor(random() * same.length)], same[Math.floor(random() * same.length)]];
      const isTurned = random() < 0.5;
      const [a, b, c, d] = [from[i], to[i], isTurned ? to[j] : from[j], isTurned ? from[j] : to[j]];
      const [one, other] = [keyOf(a, d), keyOf(c, b)];
      if (a === d || c === b || one === other || taken.has(one) || taken.has(other)) continue;
      taken.delete(keyOf(a, b));
      taken.delete(keyOf(c, d));
      taken.add(one).add(other);
      [from[i], to[i], from[j], to[j]] = [a, d, c, b];
    }
  return { sources: from, targets: to, weights };
}

/** What each user turns to, as a vector of length 1: logarithms of how often, by category, or by item where items have none. */
function tastesOf(history: History): Map<string, Map<number, number>> {
  const { users, userOf, itemOf, value, categories, categoriesOf } = history;
  const hasCategories = categories.length > 0;
  const counts = users.map(() => new Map<number, number>());
  userOf.forEach((user, row) => {
    const weight = !hasCategories && value[row] > 0 ? value[row] : 1;
    for (const name of hasCategories ? categoriesOf[itemOf[row]] : [itemOf[row]])
      counts[user].set(name, (counts[user].get(name) ?? 0) + weight);
  });
  return new Map(
    counts.map((own, user) => {
      const logs = [...own].map(([name, count]): [number, number] => [name, Math.log1p(count)]);
      const length = Math.sqrt(logs.reduce((sum, [, log]) => sum + log ** 2, 0));
      return [users[user], new Map(logs.map(([name, log]) => [name, log / (length || 1)]))];
    }),
  );
}

/**
 * Mean cosine of two different members of a group, every group weighed by its members; 0 where no group has two.
 *
 * @param groupOf -1 for none
 */
export function likenessWithin(vectors: readonly ReadonlyMap<number, number>[], groupOf: ArrayLike<number>): number {
  const groups = new Map<number, { members: number; squares: number; sum: Map<number, number> }>();
  vectors.forEach((vector, no) => {
    if (groupOf[no] < 0 || vector.size === 0) return;
    let group = groups.get(groupOf[no]);
    if (!group) groups.set(groupOf[no], (group = { members: 0, squares: 0, sum: new Map() }));
    group.members++;
    for (const [name, part] of vector) {
      group.sum.set(name, (group.sum.get(name) ?? 0) + part);
      group.squares += part ** 2;
    }
  });
  let [members, total] = [0, 0];
  for (const group of groups.values()) {
    if (group.members < 2) continue;
    let square = 0;
    for (const part of group.sum.values()) square += part ** 2;
    members += group.members;
    total += (square - group.squares) / (group.members - 1);
  }
  return members === 0 ? 0 : total / members;
}

function against(name: string, found: number, random: readonly number[]): AgainstRandom {
  const mean = random.reduce((sum, one) => sum + one, 0) / random.length;
  const deviation = Math.sqrt(random.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (random.length - 1));
  return { name, found, mean, lowest: Math.min(...random), highest: Math.max(...random), deviations: (found - mean) / deviation };
}

const circlesOf = (communities: Int32Array): Int32Array => {
  const sizes = new Map<number, number>();
  for (const community of communities) sizes.set(community, (sizes.get(community) ?? 0) + 1);
  return communities.map((community) => (sizes.get(community)! >= LEAST_CIRCLE ? community : -1));
};

/**
 * Whether circles are more than what degrees alone make of a graph, and whether their members share tastes: modularity and likeness within circles, against
 * circles found the same way in random graphs. Tastes are of all acts; the circles know of none.
 *
 * @param draws random graphs, 2 or more
 */
export async function measureCircles(dataset: string, history: History, find: FindCommunities, draws: number): Promise<CirclesReport> {
  const { ties, pairs, standings } = await graphOf(edgesOf(history), find, SEED);
  const tastes = tastesOf(history);
  const vectors = ties.users.map((userId) => tastes.get(userId)!);
  const [modularity, likeness]: number[][] = [[], []];
  for (let draw = 1; draw <= draws; draw++) {
    const random = await find(ties.users.length, rewired(pairs, ties.users.length, seededRandom(draw)), SEED);
    modularity.push(random.modularity);
    likeness.push(likenessWithin(vectors, circlesOf(random.communities)));
  }
  return {
    dataset,
    people: ties.users.length,
    ties: pairs.sources.length,
    circles: new Set(standings.circles.filter((circle) => circle >= 0)).size,
    taste: history.categories.length > 0 ? 'categories' : 'items',
    draws,
    figures: [
      against('modularity', standings.modularity, modularity),
      against('likeness of tastes within circles', likenessWithin(vectors, standings.circles), likeness),
    ],
    ofAll: likenessWithin(vectors, new Int32Array(vectors.length)),
  };
}
