import { type Catalogue, MAX_DEPTH } from './catalogue.js';

/**
 * Overlap of two category paths: the names they share, as a share of the longer path.
 *
 * @param paths [MAX_DEPTH a thing]
 * @returns 0 for nothing in common to 1 for the same path
 */
export const categoryOverlap = ({ paths }: { paths: Int32Array }, a: number, b: number): number =>
  pathOverlap(paths, a * MAX_DEPTH, b * MAX_DEPTH);

function pathOverlap(paths: Int32Array, startA: number, startB: number): number {
  let depthB = 0;
  while (depthB < MAX_DEPTH && paths[startB + depthB] !== 0) depthB++;
  let shared = 0;
  let depthA = 0;
  for (; depthA < MAX_DEPTH && paths[startA + depthA] !== 0; depthA++) {
    for (let i = 0; i < depthB; i++) if (paths[startB + i] === paths[startA + depthA]) shared++;
  }
  return shared / Math.max(1, depthA, depthB);
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
  const named =
    0.5 * pathOverlap(catalogue.pathTable, catalogue.pathStart[a], catalogue.pathStart[b]) +
    0.15 * Number(sameBrand) +
    0.15 * Number(sameCreator);
  return named + 0.2 * priceNearness(catalogue.price[a], catalogue.price[b]);
}
