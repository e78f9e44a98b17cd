import { type RankingSettings } from '../settings.js';
import { type SlateLimits } from './caps.js';
import { itemSimilarity, type Named } from './similarity.js';
import { type SlateFacts, type SlateInputs } from './slate-inputs.js';
import { buildSlate, type Slate } from './slate.js';
import { softDiversity } from './rerankers.js';
import { type SoftDiversity } from './soft-diversity.js';
import { MarginalRelevance } from './mmr.js';
import { type MixedPage, slateMixOf } from './mix.js';
import { type Attempt, type Place, together, widenSlate, type WidenedSlate, withDose } from './cocoon/widened-slate.js';

const NO_CAPS: SlateLimits = { window: 1, maxPerCategory: 1, maxPerBrand: 1, maxPerCreator: 1, commercialShareMax: 1 };

/**
 * Caps by kind of page. Related items are of one category by their nature, so nothing but that cap is off for them; a ranked list has the caps that its policy
 * asks for.
 */
export function limitsOf({ kind, policy }: SlateInputs, { diversity, mix }: RankingSettings): SlateLimits {
  if (!policy.caps) return NO_CAPS;
  const { window, maxPerBrand, maxPerCreator } = diversity;
  const maxPerCategory = kind === 'related' ? window : diversity.maxPerCategory;
  return { window, maxPerCategory, maxPerBrand, maxPerCreator, commercialShareMax: mix.commercialShareMax };
}

/** Soft diversity by kind of page: what relates to a basket is meant to be alike. */
export function strengthOf({ kind, policy }: Pick<SlateInputs, 'kind' | 'policy'>, { diversity }: RankingSettings): number {
  if (kind === 'related' || diversity.algorithm === 'NONE') return 0;
  return policy.diversity ? diversity.strength : 0;
}

/** What stands in front of a page as far as a window looks back. */
export function inSight({ before }: SlateInputs, { window }: SlateLimits): SlateFacts {
  const { length } = before.category;
  const first = Math.max(0, length - (window - 1));
  const { copies, category, brand, creator, commercial, fatigued, paths, createdAt, creatorShown, style } = before;
  if (first === 0) return before;
  return {
    copies: copies?.subarray(first),
    category: category.subarray(first),
    brand: brand.subarray(first),
    creator: creator.subarray(first),
    commercial: commercial.subarray(first),
    fatigued: fatigued.subarray(first),
    paths: paths.subarray((paths.length / Math.max(1, length)) * first),
    createdAt: createdAt?.subarray(first),
    creatorShown: creatorShown?.subarray(first),
    style: style?.subarray(first),
  };
}

/** Candidates, and behind them what stands in front of the page, as names go on. */
function named(columns: SlateFacts, before: SlateFacts): Named {
  if (before.category.length === 0) return columns;
  const joined = (a: Int32Array, b: Int32Array): Int32Array => {
    const both = new Int32Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  };
  return {
    brand: joined(columns.brand, before.brand),
    creator: joined(columns.creator, before.creator),
    paths: joined(columns.paths, before.paths),
  };
}

/**
 * The page before chance has its part: the same inputs, scores and settings give the same one.
 *
 * @param scores [n] finite, not rising
 * @param isLate asked before every attempt but the first
 */
export function placeByScore(inputs: SlateInputs, scores: Float64Array, settings: RankingSettings, isLate: () => boolean): WidenedSlate {
  const configured = inputs.late.variety ? 0 : strengthOf(inputs, settings);
  const place: Place = (some, scores, attempt) => placeOnce({ inputs: some, scores, settings, isLate }, attempt, configured);
  const { widening } = inputs;
  if (!widening || inputs.late.variety) return { ...place(inputs, scores, { strength: configured, dose: null }), widened: null };
  return widenSlate({ inputs, scores, configured }, widening.plan, place, isLate);
}

function placeOnce(
  { inputs, scores, settings, isLate }: { inputs: SlateInputs; scores: Float64Array; settings: RankingSettings; isLate: () => boolean },
  { strength, dose }: Attempt,
  configured: number,
): Slate {
  const limits = limitsOf(inputs, settings);
  const { columns, first } = inputs;
  const before = inSight(inputs, limits);
  const all = named(columns, before);
  const similarity = (a: number, b: number): number => itemSimilarity(all, a, b);
  const { diversity } = settings;
  const weigh = (relevance: Float64Array, strength: number, earlier: readonly number[]): SoftDiversity =>
    softDiversity(diversity, { relevance, strength, similarity, before: earlier }, { liked: inputs.liked, paths: all.paths });
  // More calibration to the taste is no widening: what is added there is variety.
  const variety = (relevance: Float64Array, earlier: readonly number[]): SoftDiversity =>
    diversity.algorithm === 'CALIBRATED' && strength > configured
      ? together(
          weigh(relevance, configured, earlier),
          new MarginalRelevance(new Float64Array(relevance.length), strength - configured, similarity, earlier),
        )
      : weigh(relevance, strength, earlier);
  const soft = (relevance: Float64Array, earlier: readonly number[]): SoftDiversity =>
    dose ? withDose(variety(relevance, earlier), dose) : variety(relevance, earlier);
  const mix = slateMixOf(inputs.mix, mixedPage(inputs, settings, Math.min(first, scores.length)), settings);
  return buildSlate({
    scores,
    columns: { ...columns, ...mix.columnsOf(columns) },
    before: { ...before, ...mix.columnsOf(before) },
    limits: { ...limits, ...mix.limits },
    first,
    soft,
    isLate,
  });
}

const mixedPage = ({ kind, policy, isKnown, now }: SlateInputs, settings: RankingSettings, positions: number): MixedPage => ({
  positions,
  isRelated: kind === 'related',
  hasCaps: policy.caps,
  hasVariety: strengthOf({ kind, policy }, settings) > 0,
  mayExplore: isKnown && policy.exploration,
  now,
});
