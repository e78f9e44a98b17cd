import { MAX_DEPTH } from '../candidates/catalogue.js';
import { type RankingSettings } from '../settings.js';
import { calibrated, type Liking } from './calibration.js';
import { determinantal } from './determinantal.js';
import { MarginalRelevance } from './mmr.js';
import { type SlateInputs } from './slate-inputs.js';
import { slidingSpectrum } from './sliding-spectrum.js';
import { type SoftDiversity, type SoftInput } from './soft-diversity.js';

/**
 * Soft diversity by the algorithm in force. Whoever has no taste yet cannot be calibrated to it: he gets marginal relevance.
 *
 * @param paths [names * MAX_DEPTH] categories of everything that is named
 */
export function softDiversity(
  { algorithm, window }: RankingSettings['diversity'],
  input: SoftInput,
  { liked, paths }: Pick<SlateInputs, 'liked'> & { paths: Int32Array },
): SoftDiversity {
  const marginal = (): SoftDiversity => new MarginalRelevance(input.relevance, input.strength, input.similarity, input.before);
  if (input.strength === 0) return marginal();
  if (algorithm === 'DPP') return determinantal(input);
  if (algorithm === 'SSD') return slidingSpectrum(input, window);
  const liking = algorithm === 'CALIBRATED' && liked ? likingOf(liked, paths) : null;
  return liking ? calibrated(input, liking) : marginal();
}

/** Shares of the categories, broad and narrow, that the user likes; null where none is known. */
function likingOf({ categories, strengths }: NonNullable<SlateInputs['liked']>, paths: Int32Array): Liking | null {
  if (categories.length === 0) return null;
  const total = strengths.reduce((sum, strength) => sum + strength, 0);
  const placeByCategory = new Map(Array.from(categories, (no, place) => [no, place]));
  const known = new Map<number, { place: number; share: number }[]>();
  const sharesOf = (name: number): { place: number; share: number }[] => {
    let shares = known.get(name);
    if (!shares) known.set(name, (shares = sharesIn(categoriesAt(paths, name), placeByCategory)));
    return shares;
  };
  return { liked: strengths.map((strength) => strength / total), sharesOf };
}

function categoriesAt(paths: Int32Array, name: number): Int32Array {
  const path = paths.subarray(name * MAX_DEPTH, (name + 1) * MAX_DEPTH);
  const depth = path.indexOf(0);
  return depth < 0 ? path : path.subarray(0, depth);
}

function sharesIn(categories: Int32Array, placeByCategory: ReadonlyMap<number, number>): { place: number; share: number }[] {
  return Array.from(categories).flatMap((no) => {
    const place = placeByCategory.get(no);
    return place === undefined ? [] : [{ place, share: 1 / categories.length }];
  });
}
