import { decayedValue, HALF_LIFE_MS } from '../../tags/decayed.js';
import { type SocialEdges } from './social-edges.js';

/** Influence is one half with so many followers. */
export const HALF_INFLUENCE = 20;
/** A tie that goes both ways means so much more than its two halves. */
const RECIPROCITY = 1.5;
/** Ties between two pauses. */
const PAUSE = 1024;
/** Circles of fewer are none. */
export const LEAST_CIRCLE = 3;

/** Where everybody stands on the graph, by number of the user. */
export interface Standings {
  /** Epoch ms. */
  builtAt: number;
  users: string[];
  /** [users] circle, -1 for none */
  circles: Int32Array;
  /** [users] 0..1 */
  influence: Float32Array;
  /** [users] 0..1: how evenly the ties of a user go to several circles */
  bridge: Float32Array;
  /** Modularity of the circles, -0.5..1. */
  modularity: number;
}

export const noStandings = (): Standings => ({
  builtAt: 0,
  users: [],
  circles: new Int32Array(0),
  influence: new Float32Array(0),
  bridge: new Float32Array(0),
  modularity: 0,
});

/** Ties that count, in columns: who, whom, how much. Users by number, by the order in which they are met. */
export interface Ties {
  users: string[];
  sources: Uint32Array;
  targets: Uint32Array;
  weights: Float64Array;
}

/** Communities of an undirected graph; numbers from 0 without gaps. */
export interface Communities {
  /** [users] */
  communities: Int32Array;
  modularity: number;
}

export interface TieOptions {
  /** Epoch ms. */
  now: number;
  /** Whether the ties of a user may be used. */
  isShared: (userId: string) => boolean;
  /** What a user's ties count for, 0..1: those of machines count for nothing. */
  weightOf: (userId: string) => number;
}

/** The ties that may be used and count for something. Pauses after every user. */
export function* tiesOf(edges: SocialEdges, { now, isShared, weightOf }: TieOptions): Generator<void, Ties> {
  const users: string[] = [];
  const numberByUser = new Map<string, number>();
  const [sources, targets, weights] = [[] as number[], [] as number[], [] as number[]];
  const numberOf = (userId: string): number => {
    let no = numberByUser.get(userId);
    if (no === undefined) numberByUser.set(userId, (no = users.push(userId) - 1));
    return no;
  };
  for (const [source, ties] of edges.entries()) {
    const share = isShared(source) ? weightOf(source) : 0;
    for (const [target, tie] of share > 0 ? ties : []) {
      const weight = share * decayedValue(tie, now, HALF_LIFE_MS.tie);
      if (weight === 0 || target === source || !isShared(target)) continue;
      sources.push(numberOf(source));
      targets.push(numberOf(target));
      weights.push(weight);
    }
    yield;
  }
  return { users, sources: Uint32Array.from(sources), targets: Uint32Array.from(targets), weights: Float64Array.from(weights) };
}

/** The same ties without direction, each pair once: the sum of both, half as much again where the tie goes both ways. Pauses now and then. */
export function* undirected({ users, sources, targets, weights }: Ties): Generator<void, Omit<Ties, 'users'>> {
  const placeByPair = new Map<number, number>();
  const [lows, highs, sums] = [[] as number[], [] as number[], [] as number[]];
  for (let i = 0; i < sources.length; i++) {
    const [low, high] = [Math.min(sources[i], targets[i]), Math.max(sources[i], targets[i])];
    const pair = low * users.length + high;
    const place = placeByPair.get(pair);
    if (place !== undefined) sums[place] = RECIPROCITY * (sums[place] + weights[i]);
    else {
      placeByPair.set(pair, lows.push(low) - 1);
      highs.push(high);
      sums.push(weights[i]);
    }
    if (i % PAUSE === 0) yield;
  }
  return { sources: Uint32Array.from(lows), targets: Uint32Array.from(highs), weights: Float64Array.from(sums) };
}

/**
 * Where everybody stands. Pauses between its rounds, each of which takes some nanoseconds a tie.
 *
 * - a circle is a community of at least three;
 * - influence is `n / (n + 20)` with n the followers, each for the strength of his tie and for one at most: of whom others come after, that foretells more
 *   than PageRank over the same ties;
 * - bridge is the participation coefficient over communities, `1 - sum of squares of the shares of a user's ties`.
 *
 * @see Guimerà and Amaral 2005, doi:10.1038/nature03288
 */
export function* standingsOf(ties: Ties, { communities, modularity }: Communities, now: number): Generator<void, Standings> {
  const { users } = ties;
  const influence = influenceOf(ties);
  const sizes = new Map<number, number>();
  for (const community of communities) sizes.set(community, (sizes.get(community) ?? 0) + 1);
  const circles = communities.map((community) => ((sizes.get(community) ?? 0) >= LEAST_CIRCLE ? community : -1));
  yield;
  return { builtAt: now, users, circles, influence, bridge: yield* bridgesOf(ties, communities), modularity };
}

/** The most that `accounts` of one hand can make of the influence of an account that nobody else follows, 0..1; of others they add less. */
export const mostInfluence = (accounts: number): number => accounts / (accounts + HALF_INFLUENCE);

function influenceOf({ users, targets, weights }: Ties): Float32Array {
  const followers = new Float64Array(users.length);
  targets.forEach((target, i) => (followers[target] += Math.min(1, weights[i])));
  return Float32Array.from(followers, (count) => count / (count + HALF_INFLUENCE));
}

function* bridgesOf({ users, sources, targets, weights }: Ties, communities: Int32Array): Generator<void, Float32Array> {
  const total = new Float64Array(users.length);
  const byCommunity = users.map(() => new Map<number, number>());
  const add = (no: number, other: number, weight: number): void => {
    total[no] += weight;
    byCommunity[no].set(communities[other], (byCommunity[no].get(communities[other]) ?? 0) + weight);
  };
  for (let i = 0; i < sources.length; i++) {
    add(sources[i], targets[i], weights[i]);
    add(targets[i], sources[i], weights[i]);
    if (i % PAUSE === 0) yield;
  }
  return Float32Array.from(total, (sum, no) => {
    let squares = 0;
    for (const weight of byCommunity[no].values()) squares += (weight / sum) ** 2;
    return sum === 0 ? 0 : Math.max(0, 1 - squares);
  });
}
