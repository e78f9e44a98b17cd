import { type Candidates } from '../candidates/candidates.js';
import { type Catalogue } from '../candidates/catalogue.js';
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
    category: Int32Array.from(itemNos, (no) => catalogue.leafCategory[no]),
    brand: Int32Array.from(itemNos, (no) => catalogue.brand[no]),
    creator: Int32Array.from(itemNos, (no) => catalogue.creator[no]),
    commercial: Uint8Array.from(itemNos, (no) => catalogue.commercial[no]),
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
  const itemNos = order.map((row) => candidates.itemNos[row]);
  const inFront = Uint32Array.from(request.placedBefore.slice(-(limits.window - 1)).slice(0, limits.window - 1));
  const all = Uint32Array.of(...itemNos, ...inFront);
  let strength = strengthOf(signals);
  if (strength > 0 && run.isLate) {
    run.giveUp('DEADLINE');
    strength = 0;
  }
  const work = (): Slate =>
    buildSlate({
      scores: Float64Array.from(order, (row) => ranking.scores[row]),
      columns: columnsOf(
        shop.catalogue,
        itemNos,
        Uint8Array.from(order, (row) => candidates.fatigued[row]),
      ),
      before: columnsOf(shop.catalogue, inFront, new Uint8Array(inFront.length)),
      limits,
      first: request.first,
      strength,
      similarity: (a, b) => itemSimilarity(shop.catalogue, all[a], all[b]),
      isLate: () => run.isLate,
    });
  return run.step('slate', PLACEMENT, itemNos.length, work, ({ order: placed }) => placed.length);
}
