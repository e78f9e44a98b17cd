import { type Random } from '../../random.js';

/** Two rankings merged into one list. */
export interface Interleaved {
  /** Items in the order shown. */
  items: number[];
  /** 0 or 1: which ranking each was picked by. */
  teams: number[];
  /** Chance of the item at each place, given what stands above it: their product is the chance of the list. */
  propensities: number[];
  /** Chance that team 0 had the pick at each place, given the items above it and their teams. */
  teamPropensities: number[];
}

/** The best item of a ranking that is not placed yet. */
function firstFree(ranking: ArrayLike<number>, from: number, placed: ReadonlySet<number>): number {
  let next = from;
  while (next < ranking.length && placed.has(ranking[next])) next++;
  return next;
}

/**
 * Merge two rankings by team draft: the team with fewer items picks next, a coin decides between equals, and each picks its best item that is not placed
 * yet. A ranking without a further item leaves its turn to the other.
 *
 * @param first    items of team 0, best first, each once
 * @param second   items of team 1, best first, each once
 * @param positions how many to place; fewer when both together hold fewer
 * @see Radlinski, Kurup and Joachims 2008, doi:10.1145/1458082.1458092
 */
export function teamDraft(first: ArrayLike<number>, second: ArrayLike<number>, positions: number, random: Random): Interleaved {
  const merged: Interleaved = { items: [], teams: [], propensities: [], teamPropensities: [] };
  const rankings = [first, second];
  const placed = new Set<number>();
  const [next, sizes] = [
    [0, 0],
    [0, 0],
  ];
  while (merged.items.length < positions) {
    for (const team of [0, 1]) next[team] = firstFree(rankings[team], next[team], placed);
    const chance = chanceOfFirst(sizes, next[0] < first.length, next[1] < second.length);
    if (chance === null) break;
    const team = chance === 0.5 ? (random() < 0.5 ? 0 : 1) : 1 - chance;
    const item = rankings[team][next[team]];
    placed.add(item);
    sizes[team]++;
    merged.items.push(item);
    merged.teams.push(team);
    merged.propensities.push(chance === 0.5 && first[next[0]] !== second[next[1]] ? 0.5 : 1);
    merged.teamPropensities.push(chance);
  }
  return merged;
}

/** Chance that team 0 picks next: a half between equals; null when neither has anything left. */
function chanceOfFirst([first, second]: number[], firstHas: boolean, secondHas: boolean): 0 | 0.5 | 1 | null {
  if (!firstHas && !secondHas) return null;
  if (!firstHas || !secondHas) return firstHas ? 1 : 0;
  return first === second ? 0.5 : first < second ? 1 : 0;
}
