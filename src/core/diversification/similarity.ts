import { categoryOverlap } from '../candidates/content.js';

/** What things are called, in columns: of the whole catalogue, or of some. */
export interface Named {
  /** [MAX_DEPTH a thing] */
  paths: Int32Array;
  brand: Int32Array;
  creator: Int32Array;
}

const CATEGORY_SHARE = 3;

/**
 * How much of one item there is in another: overlap of the category paths, three parts, same brand and same creator, one part each. A part that neither
 * item has a name for is left out.
 *
 * @returns 0 for nothing in common to 1 for alike in all that is known
 */
export function itemSimilarity(catalogue: Named, a: number, b: number): number {
  let sum = CATEGORY_SHARE * categoryOverlap(catalogue, a, b);
  let parts = CATEGORY_SHARE;
  if (catalogue.brand[a] !== 0 || catalogue.brand[b] !== 0) {
    parts++;
    if (catalogue.brand[a] === catalogue.brand[b]) sum++;
  }
  if (catalogue.creator[a] !== 0 || catalogue.creator[b] !== 0) {
    parts++;
    if (catalogue.creator[a] === catalogue.creator[b]) sum++;
  }
  return sum / parts;
}
