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
export function itemSimilarity(things: Named, a: number, b: number): number {
  let sum = CATEGORY_SHARE * categoryOverlap(things, a, b);
  let parts = CATEGORY_SHARE;
  if (things.brand[a] !== 0 || things.brand[b] !== 0) {
    parts++;
    if (things.brand[a] === things.brand[b]) sum++;
  }
  if (things.creator[a] !== 0 || things.creator[b] !== 0) {
    parts++;
    if (things.creator[a] === things.creator[b]) sum++;
  }
  return sum / parts;
}
