import { type Catalogue } from '../../candidates/catalogue.js';
import { creatorSizes, isSmallCreator, type ItemCounts } from '../../candidates/creator-sizes.js';
import { DAY_MS } from '../../time.js';

/**
 * The Gini coefficient of exposure over items, those never shown included.
 *
 * @param counts exposures of the items that were shown, each above 0
 * @param items  how many there are in all; at least as many as were shown count
 * @returns      0 when all have the same, near 1 when one has everything; 0 for no exposures
 */
export function giniOf(counts: readonly number[], items: number): number {
  const sorted = [...counts].sort((a, b) => a - b);
  const n = Math.max(items, sorted.length);
  const total = sorted.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  const unseen = n - sorted.length;
  const ranked = sorted.reduce((sum, count, i) => sum + (unseen + i + 1) * count, 0);
  return Math.min(1, Math.max(0, (2 * ranked) / (n * total) - (n + 1) / n));
}

export { type ItemCounts } from '../../candidates/creator-sizes.js';

/** How exposure was shared out on a day. Shares are 0..1. */
export interface Concentration {
  exposureGini: number;
  catalogueCoverage: number;
  smallCreatorShare: number;
  newItemShare: number;
}

export interface ConcentrationOptions {
  catalogue: Catalogue;
  /** Exposures of the thirty days up to this one, by which creators are small. */
  month: ItemCounts;
  /** A creator is small below this share of the median creator's exposures. */
  smallCreatorBelow: number;
  /** An item is new so many days after it was created. */
  newItemDays: number;
  /** Epoch ms of the end of the day. */
  dayEnd: number;
}

export function concentrationOf(counts: ItemCounts, options: ConcentrationOptions): Concentration {
  const { catalogue, month, smallCreatorBelow, newItemDays, dayEnd } = options;
  const sizes = creatorSizes(catalogue, month);
  let total = 0;
  let ofSmall = 0;
  let ofNew = 0;
  for (const [itemNo, count] of counts) {
    total += count;
    if (isSmallCreator(sizes, catalogue.creator[itemNo], smallCreatorBelow)) ofSmall += count;
    if (dayEnd - catalogue.createdAt[itemNo] <= newItemDays * DAY_MS) ofNew += count;
  }
  return {
    exposureGini: giniOf([...counts.values()], catalogue.live),
    catalogueCoverage: catalogue.live === 0 ? 0 : Math.min(1, counts.size / catalogue.live),
    smallCreatorShare: total === 0 ? 0 : ofSmall / total,
    newItemShare: total === 0 ? 0 : ofNew / total,
  };
}
