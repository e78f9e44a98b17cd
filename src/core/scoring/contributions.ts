import { column } from '../features/catalogue.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type Mixture } from './prior.js';
import { type Term } from './rules.js';

const PRIOR = 'request.prior@1';
const PRIOR_COLUMN = column(PRIOR);

/** The constant that brings scores to 0..1 where the caller's own are mixed in. */
export const SCALING = 'scaling';

/** The exact terms of one row's score: they add up to it. Terms that are 0 are left out, unless all are. */
export function contributionsOf(
  terms: readonly Term[],
  { scale, offset, priorWeight }: Mixture,
  matrix: FeatureMatrix,
  row: number,
): { name: string; value: number }[] {
  const contributions: { name: string; value: number }[] = [];
  let prior = priorWeight * matrix.get(row, PRIOR_COLUMN);
  for (const { name, column, weight } of terms) {
    let value = weight * scale * matrix.get(row, column);
    if (column === PRIOR_COLUMN) {
      value += prior;
      prior = 0;
    }
    if (value !== 0) contributions.push({ name, value });
  }
  if (prior !== 0) contributions.push({ name: PRIOR, value: prior });
  if (offset !== 0) contributions.push({ name: SCALING, value: offset });
  return contributions.length > 0 ? contributions : [{ name: terms[0]?.name ?? PRIOR, value: 0 }];
}
