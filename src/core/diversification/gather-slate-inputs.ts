import { type Candidates } from '../candidates/candidates.js';
import { MAX_DEPTH } from '../candidates/catalogue.js';
import { pickFloat64, pickInt32, pickUint32, pickUint8 } from '../candidates/columns.js';
import { brandSinceOf, explores } from '../candidates/newcomers.js';
import { type Shop } from '../candidates/shop.js';
import { type Signals } from '../candidates/signals.js';
import { sourceBit } from '../candidates/sources.js';
import { copiesWith, hasCopies, type ItemTrust, originalOf } from '../candidates/trust/item-trust.js';
import { hash32, type Random } from '../random.js';
import { type ReceiptLevel } from '../settings.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { mixFactsOf, mixInputsOf } from './mix.js';
import { type SlateFacts, type SlateInputs, type TrialFacts } from './slate-inputs.js';

const LEVELS = ['SERVED', 'RENDERED', 'IMPRESSION'] as const satisfies readonly ReceiptLevel[];
/** No window is wider. */
const MAX_WINDOW = 100;
const WIDENING = sourceBit('WIDENING');
const EVERYTHING = { caps: true, diversity: true, exploration: true };

/** Which items are near-copies of each other; undefined in a shop without. */
function copiesAmong(trust: ItemTrust, itemNos: Uint32Array): Int32Array | undefined {
  if (!hasCopies(trust)) return undefined;
  return Int32Array.from(itemNos, (no) => (copiesWith(trust, no) ? originalOf(trust, no) + 1 : 0));
}

function factsOf({ catalogue, trust }: Shop, itemNos: Uint32Array, fatigued: Uint8Array): SlateFacts {
  const paths = new Int32Array(itemNos.length * MAX_DEPTH);
  for (let place = 0; place < itemNos.length; place++) {
    const from = catalogue.pathStart[itemNos[place]];
    for (let depth = 0; depth < MAX_DEPTH; depth++) paths[place * MAX_DEPTH + depth] = catalogue.pathTable[from + depth];
  }
  return {
    copies: copiesAmong(trust, itemNos),
    category: pickInt32(catalogue.leafCategory, itemNos),
    brand: pickInt32(catalogue.brand, itemNos),
    creator: pickInt32(catalogue.creator, itemNos),
    commercial: pickUint8(catalogue.commercial, itemNos),
    fatigued,
    paths,
  };
}

function trialsOf({ catalogue, trials }: Shop, itemNos: Uint32Array): TrialFacts {
  const byLevel = <T>(of: (level: ReceiptLevel) => T): Record<ReceiptLevel, T> =>
    Object.fromEntries(LEVELS.map((level) => [level, of(level)])) as Record<ReceiptLevel, T>;
  return {
    createdAt: pickFloat64(catalogue.createdAt, itemNos),
    brandSince: Float64Array.from(itemNos, (no) => brandSinceOf(catalogue, no)),
    shown: byLevel((level) => Uint32Array.from(itemNos, (no) => trials.shown(no, level))),
    clicks: Uint32Array.from(itemNos, (no) => trials.clicks(no)),
    meanRate: byLevel((level) => trials.meanRate(level)),
  };
}

/** What is liked above nothing, in the order in which it was learned. */
function likedOf({ taste, now }: Signals): SlateInputs['liked'] {
  if (!taste) return null;
  const strengths = Array.from(taste.affinity.category, ([no, sum]) => ({ no, strength: decayedValue(sum, now, HALF_LIFE_MS.category) }));
  const liked = strengths.filter(({ strength }) => strength > 0);
  return {
    categories: Int32Array.from(liked, ({ no }) => no),
    strengths: Float64Array.from(liked, ({ strength }) => strength),
  };
}

/** Candidates that the widening source alone named; null for none. */
function onlyWidening(sources: Uint16Array, order: Uint32Array): Uint8Array | null {
  if (!sources.includes(WIDENING)) return null;
  return Uint8Array.from(order, (row) => Number(sources[row] === WIDENING));
}

/**
 * Gather what a page is placed by. What its settings do not ask for is gathered only when the pool is kept.
 *
 * @param order candidates by score, best first
 */
export function slateInputsOf(
  signals: Signals,
  candidates: Pick<Candidates, 'itemNos' | 'fatigued' | 'sources'>,
  order: Uint32Array,
  { random, isKept }: { random: Random; isKept: boolean },
): SlateInputs {
  const { request, shop, settings, taste, now } = signals;
  const itemNos = pickUint32(candidates.itemNos, order);
  const isWhole = isKept || (explores(settings) && taste !== null);
  const inFront = Uint32Array.from(request.placedBefore.slice(-(MAX_WINDOW - 1)));
  const mix = mixInputsOf(signals, isWhole);
  const { caps, diversity, exploration } = request.candidates?.policy ?? EVERYTHING;
  return {
    kind: request.kind,
    first: request.first,
    placedBefore: request.placedBefore.length,
    policy: { caps, diversity, exploration },
    now,
    columns: { ...factsOf(shop, itemNos, pickUint8(candidates.fatigued, order)), ...(mix && mixFactsOf(shop, itemNos)) },
    before: { ...factsOf(shop, inFront, new Uint8Array(inFront.length)), ...(mix && mixFactsOf(shop, inFront)) },
    ...(mix && { mix }),
    liked: isWhole || settings.diversity.algorithm === 'CALIBRATED' ? likedOf(signals) : null,
    isKnown: taste !== null,
    trials: isWhole ? trialsOf(shop, itemNos) : null,
    // Pages of one feed share a seed, and each needs chance of its own.
    chance: hash32(`${random()} ${request.placedBefore.length} ${request.surface}`),
    ...(signals.widening && { widening: { plan: signals.widening.plan, isOnly: onlyWidening(candidates.sources, order) } }),
    late: { variety: false, attempt: null },
  };
}
