import { pickFloat64 } from '../candidates/columns.js';
import { column, columnOf } from '../features/catalogue.js';
import { FeatureMatrix } from '../features/matrix.js';
import { type Scorer } from '../outcome.js';
import { type Weight } from '../settings.js';
import { demoted } from './demotion.js';
import { finiteScores } from './objective.js';
import { type HeadScores, objectiveTerms, scoreByObjectives } from './objectives.js';
import { mixPrior } from './prior.js';
import { rankRows } from './ranking.js';
import { POPULARITY_TERMS, scoreByTerms, termsOf } from './rules.js';
import { type ScoreInputs } from './score-inputs.js';

/** Candidates as they were kept, best first. */
export interface KeptCandidates {
  itemNos: Uint32Array;
  featureNames: readonly string[];
  /** [n * featureNames] row-major */
  features: Float32Array;
}

/** What scores: rules, or the probabilities of a model (rows in the order in which they were scored first) with what they are worth. */
export type ScoredBy =
  | { scorer: 'RULES'; rules: readonly Weight[] }
  | { scorer: 'POPULARITY' }
  | { scorer: 'MODEL'; heads: HeadScores; objectives: readonly Weight[] };

/** Candidates in a new order. */
export interface ScoredAgain {
  /** [n] places in the order in which they were kept, best first */
  places: Uint32Array;
  /** [n] finite, not rising: by the new order */
  scores: Float64Array;
}

const PRIOR = column('request.prior@1');

/** The features of kept candidates in the rows in which they were scored; what is not kept of them has its default. */
export function matrixOf({ rows }: Pick<ScoreInputs, 'rows'>, { featureNames, features }: KeptCandidates): FeatureMatrix {
  const placeByColumn = new Map(featureNames.map((name, place) => [columnOf(name), place]));
  const matrix: FeatureMatrix = new FeatureMatrix(rows.length, (columns) => {
    for (const wanted of columns) {
      const place = placeByColumn.get(wanted);
      const values = matrix.fresh(wanted);
      if (place === undefined) continue;
      for (let i = 0; i < rows.length; i++) values[rows[i]] = features[i * featureNames.length + place];
    }
  });
  return matrix;
}

function rawScores(by: ScoredBy, matrix: FeatureMatrix, mayEarn: boolean): Float64Array {
  if (by.scorer === 'RULES') return scoreByTerms(termsOf(by.rules), matrix);
  if (by.scorer === 'POPULARITY') return scoreByTerms(POPULARITY_TERMS, matrix);
  return scoreByObjectives(objectiveTerms(by.objectives, by.heads, matrix, mayEarn), matrix.rows);
}

/** Score and order candidates as they were kept: the same features, inputs and scorer give the same scores, to the last bit. */
export function scoreAgain(inputs: ScoreInputs, kept: KeptCandidates, by: ScoredBy): ScoredAgain {
  const { rows, less, worth, prior, mayEarn } = inputs;
  const n = rows.length;
  const matrix = matrixOf(inputs, kept);
  const scores = finiteScores(rawScores(by, matrix, mayEarn));
  const scorer: Scorer = by.scorer;
  if (less) for (let i = 0; i < n; i++) if (less[i] === 1) scores[rows[i]] += demoted(scores[rows[i]], scorer);
  if (worth) for (let i = 0; i < n; i++) if (worth[i] < 1) scores[rows[i]] += demoted(scores[rows[i]], scorer, worth[i]);
  const mixes = prior !== null && prior.weight > 0;
  if (mixes) mixPrior(scores, matrix.column(PRIOR), prior.weight);
  const placeOfRow = new Uint32Array(n);
  const ties = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    placeOfRow[rows[i]] = i;
    ties[rows[i]] = mixes ? prior.order[i] : kept.itemNos[i];
  }
  const order = rankRows(scores, ties);
  return { places: Uint32Array.from(order, (row) => placeOfRow[row]), scores: pickFloat64(scores, order) };
}
