import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { worthForTired } from '../candidates/tiring.js';
import { type Scorer } from '../outcome.js';

/** What is left of the worth of an item of which there is to be less. */
export const LESS = 0.1;

/** Names of the terms that are added to a score for what there is to be less of, and for what the user is tired of. */
export const MUTED = 'muted';
export const TIRED = 'tired';

/** What is taken from a score of which a share of the worth is to be left: 0 or below. */
export const demoted = (score: number, scorer: Scorer, worth = LESS): number =>
  scorer === 'MODEL' && score > 0 ? score * (worth - 1) : Math.log(worth);

/**
 * Lower the scores of what the user wants less of, or the shop has reduced, to a tenth of their worth, in place. A sum of probabilities is a worth; a sum of rules is the logarithm of one,
 * so that a tenth is a constant less there, and also where a sum of probabilities with negative objectives is below 0.
 *
 * @param scores [rows] finite
 * @returns      [rows] what was taken from each, 0 or below; null where nothing was
 */
export function demote(
  scores: Float64Array,
  scorer: Scorer,
  { itemNos }: Pick<Candidates, 'itemNos'>,
  { less, shop: { catalogue, blocks } }: Signals,
): Float64Array | null {
  if (less.category.size + less.brand.size + less.creator.size === 0 && blocks.isEmpty) return null;
  const taken = new Float64Array(scores.length);
  for (let row = 0; row < scores.length; row++) {
    const no = itemNos[row];
    const isLess =
      less.brand.has(catalogue.brand[no]) ||
      less.creator.has(catalogue.creator[no]) ||
      catalogue.categoriesOf(no).some((each) => less.category.has(each)) ||
      blocks.coversItem(catalogue, no, 'REDUCE');
    if (!isLess) continue;
    taken[row] = demoted(scores[row], scorer);
    scores[row] += taken[row];
  }
  return taken;
}

/** What was taken from scores because the user is tired of something. */
export interface TiredScores {
  /** [rows] what is left of the worth of each: above 0, at most 1. */
  worth: Float64Array;
  /** [rows] what was taken from each, 0 or below. */
  taken: Float64Array;
}

/**
 * Lower the scores of what the user is tired of, in place; null where that is nothing.
 *
 * @param scores [rows] finite
 */
export function tire(scores: Float64Array, scorer: Scorer, { itemNos }: Pick<Candidates, 'itemNos'>, signals: Signals): TiredScores | null {
  const worthOf = worthForTired(signals);
  if (!worthOf) return null;
  const worth = new Float64Array(scores.length);
  const taken = new Float64Array(scores.length);
  for (let row = 0; row < scores.length; row++) {
    worth[row] = worthOf(itemNos[row]);
    if (worth[row] === 1) continue;
    taken[row] = demoted(scores[row], scorer, worth[row]);
    scores[row] += taken[row];
  }
  return { worth, taken };
}
