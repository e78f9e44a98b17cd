import { type Candidates } from '../candidates/candidates.js';
import { pickFloat64 } from '../candidates/columns.js';
import { type Signals } from '../candidates/signals.js';
import { type SlateRule } from '../outcome.js';
import { type PipelineRun } from '../pipeline.js';
import { type Random, seededRandom } from '../random.js';
import { type RankingSettings } from '../settings.js';
import { EXPLORATION, explorationOf, mayExplore } from './explore-page.js';
import { drawSlate, type ExplorationPlan, type ExploredSlate } from './exploration.js';
import { type Widened, type WidenedSlate } from './cocoon/widened-slate.js';
import { placeByScore, strengthOf } from './placement.js';
import { slateInputsOf } from './gather-slate-inputs.js';
import { type SlateInputs } from './slate-inputs.js';
import { type Slate } from './slate.js';

/** Name of the component. */
export const PLACEMENT = 'caps-and-variety';

/** A slate after chance had its part. */
export interface PlacedSlate extends Slate {
  /** [positions] 1 for what was placed to be tried; null where nothing was left to chance. */
  explored: Uint8Array | null;
  /** [positions] probability of this item at this position; null where nothing was left to chance. */
  propensities: Float64Array | null;
  /** What widening came to; null where nothing was to be widened. */
  widened: Widened | null;
  /** What it was placed by. */
  inputs: SlateInputs;
}

/** Choose what is placed, and where, from candidates in the order of their scores; the slate names places in that order. */
export function placeCandidates(
  signals: Signals,
  candidates: Candidates,
  ranking: { scores: Float64Array; order: Uint32Array },
  { run, random, isKept }: { run: PipelineRun; random: Random; isKept: boolean },
): PlacedSlate {
  const { settings } = signals;
  const { order } = ranking;
  const gathered = slateInputsOf(signals, candidates, order, { random, isKept });
  const variety = strengthOf(gathered, settings) > 0 && run.isLate;
  if (variety) run.giveUp('DEADLINE');
  const inputs: SlateInputs = { ...gathered, late: { variety, attempt: null } };
  let asked = 0;
  const isLate = (): boolean => {
    asked++;
    if (inputs.late.attempt === null && run.isLate) inputs.late.attempt = asked;
    return inputs.late.attempt !== null;
  };
  const work = (): WidenedSlate => placeByScore(inputs, pickFloat64(ranking.scores, order), settings, isLate);
  const slate = run.step('slate', PLACEMENT, order.length, work, ({ order: placed }) => placed.length);
  const explored = mayExplore(inputs, settings) ? explorePage(inputs, slate.order, signals, run) : null;
  return { ...withChance(slate, explored), inputs };
}

/** Give newcomers their share of a page; null where nothing is left to chance. */
function explorePage(inputs: SlateInputs, base: Uint32Array, { settings }: Signals, run: PipelineRun): ExploredSlate | null {
  const work = (): ExploredSlate | null => {
    const plan = explorationOf(inputs, base, settings);
    return plan && drawSlate(plan, seededRandom(inputs.chance));
  };
  return run.step('slate', EXPLORATION, base.length, work, (explored) => explored?.explored.reduce((sum, one) => sum + one, 0) ?? 0);
}

/** A slate, and what chance made of it. */
function withChance(slate: WidenedSlate, explored: ExploredSlate | null): Omit<PlacedSlate, 'inputs'> {
  if (!explored) return { ...slate, explored: null, propensities: null };
  const relaxed: SlateRule[] = explored.isShort ? [...slate.relaxed, 'EXPLORATION_SHARE'] : slate.relaxed;
  return { ...slate, order: explored.order, relaxed, explored: explored.explored, propensities: explored.propensities };
}

/** A slate with everything that chance could have made of it. */
export interface PlacedAgain extends Omit<PlacedSlate, 'inputs'> {
  base: Uint32Array;
  plan: ExplorationPlan | null;
}

/**
 * Place again what was placed, from what it was placed by, or by other scores and settings: the same ones give the same slate.
 *
 * @param scores [n] finite, not rising, in the order of the inputs
 */
export function placeAgain(inputs: SlateInputs, scores: Float64Array, settings: RankingSettings): PlacedAgain {
  let asked = 0;
  const { attempt } = inputs.late;
  const slate = placeByScore(inputs, scores, settings, () => attempt !== null && ++asked >= attempt);
  const plan = explorationOf(inputs, slate.order, settings);
  return { ...withChance(slate, plan && drawSlate(plan, seededRandom(inputs.chance))), base: slate.order, plan };
}
