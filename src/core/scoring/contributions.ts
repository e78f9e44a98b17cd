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
  const all = terms.map(({ name, column, weight }) => ({ name, value: weight * scale * matrix.get(row, column) }));
  if (offset !== 0) all.push({ name: SCALING, value: offset });
  if (priorWeight > 0) addTo(all, PRIOR, priorWeight * matrix.get(row, PRIOR_COLUMN));
  const counting = all.filter(({ value }) => value !== 0);
  return counting.length > 0 ? counting : all.slice(0, 1);
}

function addTo(contributions: { name: string; value: number }[], name: string, value: number): void {
  const same = contributions.find((contribution) => contribution.name === name);
  if (same) same.value += value;
  else contributions.push({ name, value });
}
