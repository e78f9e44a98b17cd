import { type Catalogue } from '../../candidates/catalogue.js';
import { creatorSizes, isSmallCreator, type ItemCounts } from '../../candidates/creator-sizes.js';
import { isNewItem } from '../../candidates/mix-owed.js';
import { brandSinceOf, newcomerKindOf } from '../../candidates/newcomers.js';
import { type RankingSettings } from '../../settings.js';

export const FAIRNESS_GROUPS = ['SMALL_CREATORS', 'NEW_ITEMS', 'NEW_BRANDS', 'NON_COMMERCIAL'] as const;
export type FairnessGroup = (typeof FAIRNESS_GROUPS)[number];

/** What a group was shown beside what came of it. */
export interface GroupExposure {
  group: FairnessGroup;
  /** Items of the group that were shown. */
  items: number;
  /** Of all exposures and of all clicks, 0..1. */
  exposureShare: number;
  clickShare: number;
  /** Exposure per click of the group by that of all others: 1 is as it deserves, below 1 too little; null where either has no click or no exposure. */
  treatmentRatio: number | null;
}

/**
 * How exposure is shared out by merit, where merit is what users click.
 *
 * @param shown   exposures by item
 * @param clicked clicks on these exposures, by item
 * @param month   exposures of the thirty days by which creators are small
 * @see Singh and Joachims 2018, doi:10.1145/3219819.3220088: disparate treatment
 */
export function exposureByMerit(
  { shown, clicked, month }: { shown: ItemCounts; clicked: ItemCounts; month: ItemCounts },
  { catalogue, mix, now }: { catalogue: Catalogue; mix: RankingSettings['mix']; now: number },
): GroupExposure[] {
  const sizes = creatorSizes(catalogue, month);
  const isOf: Record<FairnessGroup, (no: number) => boolean> = {
    SMALL_CREATORS: (no) => isSmallCreator(sizes, catalogue.creator[no], mix.smallCreatorBelow),
    NEW_ITEMS: (no) => isNewItem(catalogue.createdAt[no], now, mix.newItemDays),
    NEW_BRANDS: (no) => newcomerKindOf(-Infinity, () => brandSinceOf(catalogue, no), { now, newItemDays: mix.newItemDays }) === 'BRAND',
    NON_COMMERCIAL: (no) => catalogue.commercial[no] === 0,
  };
  const total = sumOf(shown, () => true);
  const clicks = sumOf(clicked, () => true);
  return FAIRNESS_GROUPS.map((group) => {
    const [own, ownClicks] = [sumOf(shown, isOf[group]), sumOf(clicked, isOf[group])];
    const [rest, restClicks] = [total - own, clicks - ownClicks];
    return {
      group,
      items: [...shown.keys()].filter(isOf[group]).length,
      exposureShare: total === 0 ? 0 : own / total,
      clickShare: clicks === 0 ? 0 : ownClicks / clicks,
      treatmentRatio: own > 0 && rest > 0 && ownClicks > 0 && restClicks > 0 ? own / ownClicks / (rest / restClicks) : null,
    };
  });
}

function sumOf(counts: ItemCounts, isCounted: (itemNo: number) => boolean): number {
  let sum = 0;
  for (const [itemNo, count] of counts) if (isCounted(itemNo)) sum += count;
  return sum;
}
