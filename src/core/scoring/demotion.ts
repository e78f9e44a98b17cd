import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { type Scorer } from '../outcome.js';

/** What is left of the worth of an item of which there is to be less. */
export const LESS = 0.1;

/** Name of the term that it adds to a score. */
export const MUTED = 'muted';

/** What is taken from a score of something that there is to be less of: 0 or below. */
export const demoted = (score: number, scorer: Scorer): number =>
  scorer === 'MODEL' && score > 0 ? score * (LESS - 1) : Math.log(LESS);

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
      blocks.covers(catalogue.item(no), 'REDUCE');
    if (!isLess) continue;
    taken[row] = demoted(scores[row], scorer);
    scores[row] += taken[row];
  }
  return taken;
}
