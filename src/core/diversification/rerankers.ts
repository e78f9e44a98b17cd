import { MAX_DEPTH } from '../candidates/catalogue.js';
import { type Signals } from '../candidates/signals.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { calibrated, type Liking } from './calibration.js';
import { determinantal } from './determinantal.js';
import { MarginalRelevance } from './mmr.js';
import { slidingSpectrum } from './sliding-spectrum.js';
import { type SoftDiversity, type SoftInput } from './soft-diversity.js';

/** Soft diversity by the algorithm in force. Whoever has no taste yet cannot be calibrated to it: he gets marginal relevance. */
export function softDiversity(signals: Signals, input: SoftInput, itemNos: Uint32Array): SoftDiversity {
  const { algorithm, window } = signals.settings.diversity;
  const marginal = (): SoftDiversity => new MarginalRelevance(input.relevance, input.strength, input.similarity, input.before);
  if (input.strength === 0) return marginal();
  if (algorithm === 'DPP') return determinantal(input);
  if (algorithm === 'SSD') return slidingSpectrum(input, window);
  const liking = algorithm === 'CALIBRATED' ? likingOf(signals, itemNos) : null;
  return liking ? calibrated(input, liking) : marginal();
}

/** Shares of the categories, broad and narrow, that the user likes; null where none is known. */
function likingOf({ taste, shop: { catalogue }, now }: Signals, itemNos: Uint32Array): Liking | null {
  if (!taste) return null;
  const strengths = Array.from(taste.affinity.category, ([no, sum]) => ({ no, strength: decayedValue(sum, now, HALF_LIFE_MS.category) }));
  const liked = strengths.filter(({ strength }) => strength > 0);
  const total = liked.reduce((sum, { strength }) => sum + strength, 0);
  if (liked.length === 0) return null;
  const placeByCategory = new Map(liked.map(({ no }, place) => [no, place]));
  const known = new Map<number, { place: number; share: number }[]>();
  const sharesOf = (name: number): { place: number; share: number }[] => {
    let shares = known.get(name);
    if (!shares) known.set(name, (shares = sharesIn(categoriesAt(catalogue.paths, itemNos[name]), placeByCategory)));
    return shares;
  };
  return { liked: Float64Array.from(liked, ({ strength }) => strength / total), sharesOf };
}

function categoriesAt(paths: Int32Array, itemNo: number): Int32Array {
  const path = paths.subarray(itemNo * MAX_DEPTH, (itemNo + 1) * MAX_DEPTH);
  const depth = path.indexOf(0);
  return depth < 0 ? path : path.subarray(0, depth);
}

function sharesIn(categories: Int32Array, placeByCategory: ReadonlyMap<number, number>): { place: number; share: number }[] {
  return Array.from(categories).flatMap((no) => {
    const place = placeByCategory.get(no);
    return place === undefined ? [] : [{ place, share: 1 / categories.length }];
  });
}
