import { type Candidates } from '../candidates/candidates.js';
import { pickFloat64, pickInt32, pickUint32, pickUint8 } from '../candidates/columns.js';
import { type Shop } from '../candidates/shop.js';
import { type Signals } from '../candidates/signals.js';
import { copiesWith, hasCopies, type ItemTrust, originalOf } from '../candidates/trust/item-trust.js';
import { type SlateRule } from '../outcome.js';
import { type PipelineRun } from '../pipeline.js';
import { type Random } from '../random.js';
import { type SlateColumns, type SlateLimits } from './caps.js';
import { explorePage } from './explore-page.js';
import { softDiversity } from './rerankers.js';
import { itemSimilarity } from './similarity.js';
import { buildSlate, type Slate } from './slate.js';

/** Name of the component. */
export const PLACEMENT = 'caps-and-variety';

const NO_CAPS: SlateLimits = { window: 1, maxPerCategory: 1, maxPerBrand: 1, maxPerCreator: 1, commercialShareMax: 1 };

/**
 * Caps by kind of page. Related items are of one category by their nature, so nothing but that cap is off for them; a ranked list has the caps that its policy
 * asks for.
 */
function limitsOf({ request, settings: { diversity, mix } }: Signals): SlateLimits {
  if (request.candidates && !request.candidates.policy.caps) return NO_CAPS;
  const { window, maxPerBrand, maxPerCreator } = diversity;
  const maxPerCategory = request.kind === 'related' ? window : diversity.maxPerCategory;
  return { window, maxPerCategory, maxPerBrand, maxPerCreator, commercialShareMax: mix.commercialShareMax };
}

/** Soft diversity by kind of page: what relates to a basket is meant to be alike. */
function strengthOf({ request, settings: { diversity } }: Signals): number {
  if (request.kind === 'related' || diversity.algorithm === 'NONE') return 0;
  return (request.candidates?.policy.diversity ?? true) ? diversity.strength : 0;
}

/** Which items are near-copies of each other; undefined in a shop without. */
function copiesAmong(trust: ItemTrust, itemNos: Uint32Array): Int32Array | undefined {
  if (!hasCopies(trust)) return undefined;
  return Int32Array.from(itemNos, (no) => (copiesWith(trust, no) ? originalOf(trust, no) + 1 : 0));
}

function columnsOf({ catalogue, trust }: Shop, itemNos: Uint32Array, fatigued: Uint8Array): SlateColumns {
  return {
    copies: copiesAmong(trust, itemNos),
    category: pickInt32(catalogue.leafCategory, itemNos),
    brand: pickInt32(catalogue.brand, itemNos),
    creator: pickInt32(catalogue.creator, itemNos),
    commercial: pickUint8(catalogue.commercial, itemNos),
    fatigued,
  };
}

/** A slate after chance had its part. */
export interface PlacedSlate extends Slate {
  /** [positions] 1 for what was placed to be tried; null where nothing was left to chance. */
  explored: Uint8Array | null;
  /** [positions] probability of this item at this position; null where nothing was left to chance. */
  propensities: Float64Array | null;
}

/** Choose what is placed, and where, from candidates in the order of their scores; the slate names places in that order. */
export function placeCandidates(
  signals: Signals,
  candidates: Candidates,
  ranking: { scores: Float64Array; order: Uint32Array },
  { run, random }: { run: PipelineRun; random: Random },
): PlacedSlate {
  const { request, shop } = signals;
  const { order } = ranking;
  const limits = limitsOf(signals);
  const itemNos = pickUint32(candidates.itemNos, order);
  const inFront = Uint32Array.from(request.placedBefore.slice(-(limits.window - 1)).slice(0, limits.window - 1));
  const all = new Uint32Array(itemNos.length + inFront.length);
  all.set(itemNos);
  all.set(inFront, itemNos.length);
  let strength = strengthOf(signals);
  if (strength > 0 && run.isLate) {
    run.giveUp('DEADLINE');
    strength = 0;
  }
  const columns = columnsOf(shop, itemNos, pickUint8(candidates.fatigued, order));
  const before = columnsOf(shop, inFront, new Uint8Array(inFront.length));
  const similarity = (a: number, b: number): number => itemSimilarity(shop.catalogue, all[a], all[b]);
  const work = (): Slate =>
    buildSlate({
      scores: pickFloat64(ranking.scores, order),
      columns,
      before,
      limits,
      first: request.first,
      soft: (relevance, earlier) => softDiversity(signals, { relevance, strength, similarity, before: earlier }, all),
      isLate: () => run.isLate,
    });
  const slate = run.step('slate', PLACEMENT, itemNos.length, work, ({ order: placed }) => placed.length);
  const page = { base: slate.order, columns, before, limits };
  const explored = explorePage(signals, candidates, { order, page, random, run });
  if (!explored) return { ...slate, explored: null, propensities: null };
  const relaxed: SlateRule[] = explored.isShort ? [...slate.relaxed, 'EXPLORATION_SHARE'] : slate.relaxed;
  return { order: explored.order, relaxed, explored: explored.explored, propensities: explored.propensities };
}
