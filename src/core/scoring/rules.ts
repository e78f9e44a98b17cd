import { columnOf, FEATURE_NAMES } from '../features/catalogue.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type Scorer } from '../pipeline.js';
import { type Weight } from '../settings.js';

/** A rule put into a column of the feature matrix. */
export interface Term {
  name: string;
  column: number;
  weight: number;
}

const termsByRules = new WeakMap<readonly Weight[], readonly Term[]>();

/** The rules that count, in the order of the columns, so that a sum does not depend on the order in which they were written. Found once for rules in force. */
export function termsOf(rules: readonly Weight[]): readonly Term[] {
  let terms = termsByRules.get(rules);
  if (!terms) termsByRules.set(rules, (terms = termsFrom(rules)));
  return terms;
}

function termsFrom(rules: readonly Weight[]): Term[] {
  return rules
    .flatMap(({ name, value }) => {
      const column = columnOf(name);
      return column === undefined || value === 0 ? [] : [{ name, column, weight: value }];
    })
    .sort((a, b) => a.column - b.column);
}

/**
 * Score by rules: the sum of rule weight times feature, in double precision and in the order of the terms, so that adding up the contributions gives the very
 * same number.
 *
 * @returns [rows] any sign
 */
export function scoreByTerms(terms: readonly Term[], matrix: FeatureMatrix): Float64Array {
  const scores = new Float64Array(matrix.rows);
  for (const { column, weight } of terms) {
    const values = matrix.column(column);
    for (let row = 0; row < scores.length; row++) scores[row] += weight * values[row];
  }
  return scores;
}

export const rulesScorer = (terms: readonly Term[]): Scorer<FeatureMatrix> => ({
  name: 'rules',
  scorer: 'RULES',
  score: (matrix) => scoreByTerms(terms, matrix),
});

/** What the popularity of an item alone says: the last resort. */
export const POPULARITY_TERMS: readonly Term[] = termsOf([{ name: FEATURE_NAMES[0], value: 1 }]);

export const popularityScorer: Scorer<FeatureMatrix> = {
  name: 'popularity-alone',
  scorer: 'POPULARITY',
  score: (matrix) => scoreByTerms(POPULARITY_TERMS, matrix),
};
