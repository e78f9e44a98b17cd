import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { type Scorer as ScorerName } from '../outcome.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type PipelineRun } from '../pipeline.js';
import { finiteScores } from './objective.js';
import { mixPrior, type Mixture, UNMIXED } from './prior.js';
import { rankRows } from './ranking.js';
import { POPULARITY_TERMS, popularityScorer, rulesScorer, type Term, termsOf } from './rules.js';

/** Candidates with their scores, and how these came about. */
export interface Ranking {
  /** [n] by row, finite */
  scores: Float64Array;
  /** [n] rows, best first */
  order: Uint32Array;
  scorer: ScorerName;
  /** The sum that a score is, before the caller's own scores were mixed in. */
  terms: readonly Term[];
  mixture: Mixture;
}

/**
 * Score and order the candidates. No model is in charge, so rules decide, which is named; popularity alone takes over should they fail. Of equal scores the
 * lower item number comes first, or, where the caller's scores count, what he put first.
 */
export async function rankCandidates(
  { request, settings }: Signals,
  candidates: Candidates,
  matrix: FeatureMatrix,
  run: PipelineRun,
): Promise<Ranking> {
  const { prior, itemNos } = candidates;
  const priorWeight = request.candidates?.priorWeight ?? 0;
  const terms = termsOf(settings.rules);
  run.giveUp('MODEL_MISSING');
  const { scores, scorer } = await run.score([rulesScorer(terms), popularityScorer], matrix, matrix.rows);
  finiteScores(scores);
  const mixture = prior ? mixPrior(scores, prior.scores, priorWeight) : UNMIXED;
  const order = rankRows(scores, prior && priorWeight > 0 ? prior.order : itemNos);
  return { scores, order, scorer, terms: scorer === 'RULES' ? terms : POPULARITY_TERMS, mixture };
}
