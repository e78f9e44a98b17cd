import { type Catalogue } from './catalogue.js';

/** Exposures by item number. */
export type ItemCounts = ReadonlyMap<number, number>;

/** How much the creators of a shop were shown lately. */
export interface CreatorSizes {
  /** [creator number] exposures; 0 for one who was not shown. */
  exposures: Float64Array;
  /** Creators with something on offer, those shown least first, then by number. */
  ascending: Int32Array;
  /** Exposures of the median creator among them; where he was not shown at all, of the median of those who were. */
  median: number;
}

/**
 * Add up exposures by creator. Time O(items + creators log creators).
 *
 * @param month exposures by item in the days that count, each above 0
 */
export function creatorSizes(catalogue: Catalogue, month: ItemCounts): CreatorSizes {
  const { creator } = catalogue;
  const exposures = new Float64Array(catalogue.names.creator.size);
  for (const [itemNo, count] of month) if (creator[itemNo] > 0) exposures[creator[itemNo]] += count;
  const offers = new Uint8Array(exposures.length);
  for (let no = 0; no < catalogue.size; no++) if (catalogue.isOffered(no)) offers[creator[no]] = 1;
  const counted = Array.from(exposures.keys()).filter((creatorNo) => creatorNo > 0 && (offers[creatorNo] || exposures[creatorNo] > 0));
  counted.sort((a, b) => exposures[a] - exposures[b] || a - b);
  const sizes = counted.map((creatorNo) => exposures[creatorNo]);
  return {
    exposures,
    ascending: Int32Array.from(counted.filter((creatorNo) => offers[creatorNo] === 1)),
    median: medianOf(sizes) || medianOf(sizes.filter((size) => size > 0)),
  };
}

/** @param sorted rising; 0 for none */
function medianOf(sorted: readonly number[]): number {
  if (sorted.length === 0) return 0;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Whether a creator was shown less than a share of what the median creator was; nobody is while nothing was shown. */
export const isSmallCreator = ({ exposures, median }: CreatorSizes, creatorNo: number, below: number): boolean =>
  creatorNo > 0 && (exposures[creatorNo] ?? 0) < below * median;
