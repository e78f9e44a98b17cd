import { type Catalogue } from './catalogue.js';

/**
 * Overlap of two category paths: the names they share, as a share of the longer path.
 *
 * @returns 0 for nothing in common to 1 for the same path
 */
export function categoryOverlap(catalogue: Catalogue, a: number, b: number): number {
  const ours = catalogue.categoriesOf(a);
  const theirs = catalogue.categoriesOf(b);
  let shared = 0;
  for (let i = 0; i < ours.length; i++) if (theirs.includes(ours[i])) shared++;
  return shared / Math.max(ours.length, theirs.length);
}

/** How near two prices are: the smaller as a share of the larger; 0 where one is unknown, 1 where both are 0. */
export function priceNearness(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return 0;
  const larger = Math.max(a, b);
  return larger === 0 ? 1 : Math.min(a, b) / larger;
}

/**
 * How alike two items are by what the shop says of them: half category, the rest brand, creator and price.
 *
 * @returns 0..1
 */
export function contentSimilarity(catalogue: Catalogue, a: number, b: number): number {
  const sameBrand = catalogue.brand[a] !== 0 && catalogue.brand[a] === catalogue.brand[b];
  const sameCreator = catalogue.creator[a] !== 0 && catalogue.creator[a] === catalogue.creator[b];
  const named = 0.5 * categoryOverlap(catalogue, a, b) + 0.15 * Number(sameBrand) + 0.15 * Number(sameCreator);
  return named + 0.2 * priceNearness(catalogue.price[a], catalogue.price[b]);
}
