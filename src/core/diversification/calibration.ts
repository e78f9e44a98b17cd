import { type SoftDiversity, type SoftInput } from './soft-diversity.js';

/** How much of the taste is mixed into what is shown, so that a category not shown yet costs much and not everything. */
const SMOOTHING = 0.01;

/**
 * How far shares shown are from shares liked: the Kullback-Leibler divergence of what is liked from what is shown, with a hundredth of what is liked mixed in.
 *
 * @param liked [categories] adding up to 1
 * @param shown [categories] adding up to at most 1: what is shown of other categories is missing
 * @returns     0 where they agree, and more
 * @see Steck 2018, doi:10.1145/3240323.3240372
 */
export function miscalibration(liked: ArrayLike<number>, shown: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < liked.length; i++)
    if (liked[i] > 0) sum += liked[i] * Math.log(liked[i] / ((1 - SMOOTHING) * shown[i] + SMOOTHING * liked[i]));
  return sum;
}

/** What a user likes, and what things are of, in places of one list of categories. */
export interface Liking {
  /** [categories] above 0, adding up to 1 */
  liked: Float64Array;
  /** Share of each of these categories in a thing: 1 by how many it has, those out of the list included. */
  sharesOf: (name: number) => readonly { place: number; share: number }[];
}

/**
 * Calibration to the user's own taste: each position takes the highest `(1 - strength) * relevance - strength * miscalibration` of the page with it, so that
 * somebody who likes this and that is shown both in these shares.
 *
 * @see Steck 2018, doi:10.1145/3240323.3240372
 */
export function calibrated({ relevance, strength, before }: SoftInput, { liked, sharesOf }: Liking): SoftDiversity {
  const shown = new Float64Array(liked.length);
  let placed = 0;
  const term = (place: number, amount: number): number =>
    liked[place] * Math.log(liked[place] / ((1 - SMOOTHING) * (amount / (placed + 1)) + SMOOTHING * liked[place]));
  /** Miscalibration of the page with one thing more that is of none of the categories. */
  const asItIs = (): number => liked.reduce((sum, _, i) => sum + term(i, shown[i]), 0);
  let without = asItIs();
  const place = (index: number): void => {
    for (const { place: at, share } of sharesOf(index)) shown[at] += share;
    placed++;
    without = asItIs();
  };
  before.forEach(place);
  const bound = (candidate: number): number => (1 - strength) * relevance[candidate];
  return {
    bound,
    value(candidate) {
      let divergence = without;
      for (const { place: at, share } of sharesOf(candidate)) divergence += term(at, shown[at] + share) - term(at, shown[at]);
      return bound(candidate) - strength * divergence;
    },
    place,
  };
}
