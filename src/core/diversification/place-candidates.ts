import { type Candidates } from '../candidates/candidates.js';
import { type Catalogue } from '../candidates/catalogue.js';
import { pickFloat64, pickInt32, pickUint32, pickUint8 } from '../candidates/columns.js';
import { type Signals } from '../candidates/signals.js';
import { type PipelineRun } from '../pipeline.js';
import { type SlateColumns, type SlateLimits } from './caps.js';
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

function columnsOf(catalogue: Catalogue, itemNos: Uint32Array, fatigued: Uint8Array): SlateColumns {
  return {
    category: pickInt32(catalogue.leafCategory, itemNos),
    brand: pickInt32(catalogue.brand, itemNos),
    creator: pickInt32(catalogue.creator, itemNos),
    commercial: pickUint8(catalogue.commercial, itemNos),
    fatigued,
  };
}

/** Choose what is placed, and where, from candidates in the order of their scores; the slate names places in that order. */
export function placeCandidates(
  signals: Signals,
  candidates: Candidates,
  ranking: { scores: Float64Array; order: Uint32Array },
  run: PipelineRun,
): Slate {
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
  const work = (): Slate =>
    buildSlate({
      scores: pickFloat64(ranking.scores, order),
      columns: columnsOf(shop.catalogue, itemNos, pickUint8(candidates.fatigued, order)),
      before: columnsOf(shop.catalogue, inFront, new Uint8Array(inFront.length)),
      limits,
      first: request.first,
      strength,
      similarity: (a, b) => itemSimilarity(shop.catalogue, all[a], all[b]),
      isLate: () => run.isLate,
    });
  return run.step('slate', PLACEMENT, itemNos.length, work, ({ order: placed }) => placed.length);
}
