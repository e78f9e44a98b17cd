import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { type Scorer as ScorerName } from '../outcome.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type PipelineRun, type Scorer } from '../pipeline.js';
import { contributionsOf } from './contributions.js';
import { demote, MUTED, tire, TIRED, type TiredScores } from './demotion.js';
import { type IntentModel, ModelFault, type ModelsForPage } from './intent-model.js';
import { askModel, MODEL_SCORER, MODEL_TIMEOUT_MS } from './model-scorer.js';
import { finiteScores } from './objective.js';
import {
  type HeadScores,
  OBJECTIVE_COLUMNS,
  objectiveContributions,
  type ObjectiveTerm,
  objectiveTerms,
  scoreByObjectives,
} from './objectives.js';
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
  /** The rules that decided; where a model did, those that would have, which is what reasons are read from. */
  terms: readonly Term[];
  mixture: Mixture;
  /** [n] by row, what was taken from scores of what there is to be less of, 0 or below; null where nothing was. */
  taken: Float64Array | null;
  /** The same of what the user is tired of; null where that is nothing. */
  tired: TiredScores | null;
  /** The exact terms of a row's score. */
  contributionsOf: (row: number) => { name: string; value: number }[];
  /** What the model said that decided; null where none did. */
  model: ModelVerdict | null;
  /** What went wrong with those that were asked, in the order of asking. */
  modelFaults: { version: string; fault: ModelFault }[];
}

export interface ModelVerdict extends HeadScores {
  version: string;
}

/**
 * Score and order the candidates, by the first of these that can: the models of the page one after the other, rules, popularity alone. Each step down is named.
 * Of equal scores the lower item number comes first, or, where the caller's scores count, what he put first.
 */
export async function rankCandidates(
  signals: Signals,
  candidates: Candidates,
  matrix: FeatureMatrix,
  { run, models }: { run: PipelineRun; models: ModelsForPage },
): Promise<Ranking> {
  const { request, settings } = signals;
  const { prior, itemNos } = candidates;
  const priorWeight = request.candidates?.priorWeight ?? 0;
  const terms = termsOf(settings.rules);
  const asked = modelScorers(signals, { candidates, matrix, run, models });
  const { scores, scorer } = await run.score([...asked.scorers, rulesScorer(terms), popularityScorer], matrix, matrix.rows);
  finiteScores(scores);
  const taken = demote(scores, scorer, candidates, signals);
  const tired = tire(scores, scorer, candidates, signals);
  const mixture = prior ? mixPrior(scores, prior.scores, priorWeight) : UNMIXED;
  const order = rankRows(scores, prior && priorWeight > 0 ? prior.order : itemNos);
  const { verdict } = asked;
  const deciding = scorer === 'POPULARITY' ? POPULARITY_TERMS : terms;
  return {
    scores,
    order,
    scorer,
    terms: deciding,
    mixture,
    taken,
    tired,
    contributionsOf(row) {
      const terms = verdict ? objectiveContributions(verdict.terms, mixture, matrix, row) : contributionsOf(deciding, mixture, matrix, row);
      const lowered = [{ name: MUTED, by: taken }, { name: TIRED, by: tired?.taken }]; // prettier-ignore
      return [...terms, ...lowered.flatMap(({ name, by }) => (by && by[row] !== 0 ? [{ name, value: by[row] * mixture.scale }] : []))];
    },
    model: verdict,
    modelFaults: asked.faults,
  };
}

/** Whether a model can tell what goes with a basket; to one that cannot, items related to it are any items, so rules decide there. */
const readsBasket = ({ manifest }: IntentModel): boolean => manifest.featureNames.some((name) => name.startsWith('cross.basket'));

interface AskedModels {
  scorers: Scorer<FeatureMatrix>[];
  /** Filled in by the scorer that answers. */
  verdict: (ModelVerdict & { terms: ObjectiveTerm[] }) | null;
  faults: Ranking['modelFaults'];
}

/** The models of a page as scorers. Once the deadline has passed none is asked. */
function modelScorers(
  signals: Signals,
  { candidates, matrix, run, models }: { candidates: Candidates; matrix: FeatureMatrix; run: PipelineRun; models: ModelsForPage },
): AskedModels {
  for (const what of models.givenUp) run.giveUp(what);
  const asked: AskedModels = { scorers: [], verdict: null, faults: [] };
  const inUse = models.inUse.filter((model) => !signals.request.basket || readsBasket(model));
  if (inUse.length > 0 && run.isLate) {
    run.giveUp('DEADLINE');
    return asked;
  }
  const mayEarn = !signals.isMinor;
  // Some columns are made of what does not outlast the wait for a model.
  if (inUse.length > 0) matrix.need(OBJECTIVE_COLUMNS);
  const score = async (model: IntentModel): Promise<Float64Array> => {
    const { version } = model.manifest;
    try {
      const heads = await askModel(model, { signals, candidates, matrix }, Math.min(MODEL_TIMEOUT_MS, Math.max(1, run.timeLeft())));
      const terms = objectiveTerms(signals.settings.objectives, heads, matrix, mayEarn);
      asked.verdict = { ...heads, version, terms };
      return scoreByObjectives(terms, matrix.rows);
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      run.giveUp(error.degradation);
      asked.faults.push({ version, fault: error });
      throw error;
    }
  };
  asked.scorers = inUse.map((model) => ({ name: MODEL_SCORER, scorer: 'MODEL', score: () => score(model) }));
  return asked;
}
