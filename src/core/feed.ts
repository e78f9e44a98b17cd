import { pickFloat64, pickUint16, pickUint32 } from './candidates/columns.js';
import { findCandidates } from './candidates/find-candidates.js';
import { gatherSignals } from './candidates/signals.js';
import { pageWidening, steered, wideningOf } from './diversification/cocoon/page-widening.js';
import { placeCandidates } from './diversification/place-candidates.js';
import { explainPlaced } from './exposures/explain-placed.js';
import { FEATURE_NAMES } from './features/catalogue.js';
import { PageFeatures } from './features/page-features.js';
import { type BuiltPage, type PageInputs } from './page.js';
import { PipelineRun } from './pipeline.js';
import { intentsOf, NO_MODELS } from './scoring/intent-model.js';
import { scoresBy } from './scoring/model-scorer.js';
import { rankCandidates } from './scoring/rank-candidates.js';
import { columnsRead } from './scoring/columns-read.js';
import { scoreInputsOf } from './scoring/gather-score-inputs.js';

/**
 * START HERE. One page, from what is asked and known to what is placed and why: a feed, a ranking of the caller's own candidates, or items related to a
 * basket. The same inputs give the same page.
 *
 * @throws PageCancelled when the caller went away
 */
export async function buildPage(inputs: PageInputs): Promise<BuiltPage> {
  const run = new PipelineRun(inputs);
  if (inputs.state === null || inputs.isUserUnread) run.giveUp('USER_STATE_UNAVAILABLE');
  if (inputs.maxCandidates !== undefined) run.giveUp('OVERLOADED');

  // How narrow the user's feeds became, and how much wider this one is to be.
  const widening = wideningOf(inputs);

  // Who asks, what for, and what speaks for which item.
  const signals = gatherSignals(widening ? steered(inputs, widening.plan) : inputs, run, widening);

  // What may be shown: sources propose, filters remove, the whole shop fills up.
  const candidates = findCandidates(signals, run);

  // What is known of each, in numbers, as far as it decides.
  const features = new PageFeatures(signals, candidates, run);
  const { matrix } = features;
  features.fill(columnsRead(signals.settings));

  // How good each is for this user now. Whatever is waited for is waited for here.
  const ranking = await rankCandidates(signals, candidates, matrix, { run, models: inputs.models ?? NO_MODELS });

  // What is placed where: hard caps, then variety, then chance for newcomers.
  const slate = placeCandidates(signals, candidates, ranking, { run, random: inputs.random, isKept: inputs.keepsPool ?? false });

  // What is told and kept of it.
  const placed = explainPlaced({ signals, candidates, matrix, ranking, slate }, run);
  if (placed.length < inputs.request.first && inputs.request.placedBefore.length === 0) run.giveUp('TOO_FEW_CANDIDATES');

  return {
    placed,
    features: features.of(pickUint32(ranking.order, slate.order)),
    featureNames: FEATURE_NAMES,
    scorer: ranking.scorer,
    modelVersion: ranking.model?.version ?? null,
    modelFaults: ranking.modelFaults,
    intents: intentsOf(ranking.model, pickUint32(ranking.order, slate.order)),
    degraded: run.degraded,
    relaxed: slate.relaxed,
    widening: pageWidening(slate.inputs, slate, placed),
    poolSize: matrix.rows,
    hasNextPage: matrix.rows > placed.length,
    removed: run.removed,
    trace: run.trace,
    ranked: {
      itemNos: pickUint32(candidates.itemNos, ranking.order),
      scores: pickFloat64(ranking.scores, ranking.order),
    },
    scoresBy: (model, timeoutMs) => scoresBy(model, { signals, candidates, matrix }, { order: ranking.order, timeoutMs }),
    pool: () => ({
      itemNos: pickUint32(candidates.itemNos, ranking.order),
      sources: pickUint16(candidates.sources, ranking.order),
      features: features.of(ranking.order),
      scores: pickFloat64(ranking.scores, ranking.order),
      removed: run.removed,
      inputs: { slate: slate.inputs, score: scoreInputsOf(signals, candidates, ranking), settings: signals.settings },
    }),
  };
}
