import { column } from '../features/catalogue.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type Weight } from '../settings.js';
import { type Head, HEADS } from './intent-model.js';
import { type Mixture } from './prior.js';
import { SCALING } from './contributions.js';

/** Probabilities of the heads of a model, one row per candidate. */
export interface HeadScores {
  heads: readonly Head[];
  /** [rows * heads] row-major, 0..1 */
  probabilities: Float32Array;
}

/** An objective that counts, with its value for every candidate. */
export interface ObjectiveTerm {
  name: string;
  weight: number;
  valueOf: (row: number) => number;
}

const PRICE_LOG = column('item.price_log@1');
const FRESHNESS = column('item.freshness@1');
const FRIENDS = column('cross.friends@1');
const CREATOR_TIE = column('cross.creator_tie@1');
const TRUST = column('item.trust@1');
const QUALITY = column('item.quality@1');
/** What objectives read beside the heads of a model. */
export const OBJECTIVE_COLUMNS: readonly number[] = [PRICE_LOG, FRESHNESS, FRIENDS, CREATOR_TIE, TRUST, QUALITY];
/** ln(1 + price) of what counts whole for revenue: about 22,000. */
const DEAREST_LOG = 10;

/**
 * The objectives that act on a page scored by a model. Those that are heads are probabilities of the model; one that it does not have does not act. The shop
 * itself knows, each 0..1:
 *
 * - `revenue`: chance of a purchase times ln(1 + price) / 10, at most 1 for dear things; 0 where the model does not foresee purchases;
 * - `social`: the larger of w / (1 + w), w the weight of what followed people did with the item, and the tie to its creator;
 * - `freshness`: what is left of newness, half after 14 days;
 * - `trust`, `quality`: of the item, 0.5 while it is not judged.
 *
 * @param mayEarn false leaves revenue out, as for minors
 */
export function objectiveTerms(
  objectives: readonly Weight[],
  scores: HeadScores,
  matrix: FeatureMatrix,
  mayEarn: boolean,
): ObjectiveTerm[] {
  return objectives.flatMap(({ name, value: weight }) => {
    const valueOf = weight === 0 || (name === 'revenue' && !mayEarn) ? null : valuesOf(name, scores, matrix);
    return valueOf ? [{ name, weight, valueOf }] : [];
  });
}

function headOf(name: Head, { heads, probabilities }: HeadScores): ((row: number) => number) | null {
  const head = heads.indexOf(name);
  return head < 0 ? null : (row) => probabilities[row * heads.length + head];
}

const isHead = (name: string): name is Head => (HEADS as readonly string[]).includes(name);

function valuesOf(name: string, scores: HeadScores, matrix: FeatureMatrix): ((row: number) => number) | null {
  if (isHead(name)) return headOf(name, scores);
  switch (name) {
    case 'revenue': {
      const purchase = headOf('purchase', scores);
      const price = matrix.column(PRICE_LOG);
      return purchase && ((row) => purchase(row) * Math.min(1, price[row] / DEAREST_LOG));
    }
    case 'social': {
      const friends = matrix.column(FRIENDS);
      const tie = matrix.column(CREATOR_TIE);
      return (row) => Math.max(-Math.expm1(-friends[row]), tie[row]); // the column holds ln(1 + w), and 1 - 1 / (1 + w) is w / (1 + w)
    }
    case 'freshness':
      return ofColumn(FRESHNESS, matrix);
    case 'trust':
      return ofColumn(TRUST, matrix);
    case 'quality':
      return ofColumn(QUALITY, matrix);
    default:
      return null;
  }
}

function ofColumn(column: number, matrix: FeatureMatrix): (row: number) => number {
  const values = matrix.column(column);
  return (row) => values[row];
}

/** [rows] the sum of objective weight times value, in the order of the objectives. */
export function scoreByObjectives(terms: readonly ObjectiveTerm[], rows: number): Float64Array {
  const scores = new Float64Array(rows);
  for (const { weight, valueOf } of terms) for (let row = 0; row < rows; row++) scores[row] += weight * valueOf(row);
  return scores;
}

const PRIOR = 'request.prior@1';
const PRIOR_COLUMN = column(PRIOR);

/** The exact terms of one row's score under a model, by objective: they add up to it. Terms that are 0 are left out, unless all are. */
export function objectiveContributions(
  terms: readonly ObjectiveTerm[],
  { scale, offset, priorWeight }: Mixture,
  matrix: FeatureMatrix,
  row: number,
): { name: string; value: number }[] {
  const contributions = terms.map(({ name, weight, valueOf }) => ({ name, value: weight * scale * valueOf(row) }));
  if (priorWeight !== 0) contributions.push({ name: PRIOR, value: priorWeight * matrix.get(row, PRIOR_COLUMN) });
  if (offset !== 0) contributions.push({ name: SCALING, value: offset });
  const acting = contributions.filter(({ value }) => value !== 0);
  return acting.length > 0 ? acting : contributions.slice(0, 1);
}
