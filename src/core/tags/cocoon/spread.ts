import { decay } from '../../time.js';

/** Weights by name that all halve alike, as of one time, with what it takes to tell how likely two of them are of one name. */
export interface Spread {
  /** Epoch ms that every sum is as of; 0 while nothing was added. */
  at: number;
  /** Sum of the weights, and of their squares. */
  weight: number;
  squares: number;
  /** Squares of the weights of names that were dropped. */
  rest: number;
  names: Map<number, number>;
}

export const emptySpread = (): Spread => ({ at: 0, weight: 0, squares: 0, rest: 0, names: new Map() });

/** Bring all sums to a later time; an earlier one changes nothing. */
export function ageSpread(spread: Spread, at: number, halfLifeMs: number): void {
  if (at <= spread.at) return;
  if (spread.weight > 0) {
    const left = decay(at - spread.at, halfLifeMs);
    spread.weight *= left;
    spread.squares *= left * left;
    spread.rest *= left * left;
    for (const [name, weight] of spread.names) spread.names.set(name, weight * left);
  }
  spread.at = at;
}

export interface SpreadOptions {
  /** Above 0. */
  halfLifeMs: number;
  /** How many names are kept at most; the weakest eighth goes when there are more. */
  most: number;
}

/**
 * Add a weight that counts from `at`, in place. Sums come out the same, up to rounding, in whatever order weights are added, but for a name that comes back
 * after it was dropped.
 */
export function addToSpread(spread: Spread, name: number, weight: number, at: number, { halfLifeMs, most }: SpreadOptions): void {
  ageSpread(spread, at, halfLifeMs);
  const left = weight * decay(spread.at - at, halfLifeMs);
  spread.weight += left;
  spread.squares += left * left;
  spread.names.set(name, (spread.names.get(name) ?? 0) + left);
  if (spread.names.size > most) dropWeakest(spread, most - Math.floor(most / 8));
}

function dropWeakest(spread: Spread, keep: number): void {
  const ranked = [...spread.names].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  for (const [name, weight] of ranked.slice(keep)) {
    spread.names.delete(name);
    spread.rest += weight * weight;
  }
}

/** How many equal weights would be as sure as these: `W² / S2`; 0 for none. */
export const effectiveCount = ({ weight, squares }: Spread): number => (squares > 0 ? (weight * weight) / squares : 0);

/**
 * Unbiased chance that two different entries share a name, once names are gathered into groups.
 *
 * @param groupOf the group of a name
 * @returns       0..1; 0 where there are fewer than two entries
 */
export function collisionOf(spread: Spread, groupOf: (name: number) => number = (name) => name): number {
  const { weight, squares, rest, names } = spread;
  const pairs = weight * weight - squares;
  // One card alone leaves a rounding error, not pairs.
  if (pairs <= 1e-9 * weight * weight) return 0;
  let same = rest;
  for (const sum of groupWeights(names, groupOf).values()) same += sum * sum;
  return Math.min(1, Math.max(0, (same - squares) / pairs));
}

/** Weights of names added up by group. */
export function groupWeights(names: ReadonlyMap<number, number>, groupOf: (name: number) => number): Map<number, number> {
  const groups = new Map<number, number>();
  for (const [name, weight] of names) {
    const group = groupOf(name);
    groups.set(group, (groups.get(group) ?? 0) + weight);
  }
  return groups;
}
