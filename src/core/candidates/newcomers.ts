import { type Source } from '../pipeline.js';
import { type RankingSettings } from '../settings.js';
import { DAY_MS } from '../time.js';
import { type Catalogue } from './catalogue.js';
import { type Signals } from './signals.js';

/** A brand is new so many times as long as an item: its range takes longer to be tried. */
const BRAND_PERIODS = 3;
/** A page explores among at most so many. */
export const MAX_EXPLORERS = 64;
const TIMEOUT_MS = 20;

interface BrandAge {
  version: number;
  since: number;
}
const agesByCatalogue = new WeakMap<Catalogue, Map<number, BrandAge>>();

/** When the first item of a brand was created, epoch ms. */
function brandSince(catalogue: Catalogue, brandNo: number): number {
  const ages = agesByCatalogue.get(catalogue) ?? new Map<number, BrandAge>();
  agesByCatalogue.set(catalogue, ages);
  const postings = catalogue.itemsOf.brand;
  const version = postings.versionOf(brandNo);
  const known = ages.get(brandNo);
  if (known?.version === version) return known.since;
  const since = postings.of(brandNo).reduce((first, itemNo) => Math.min(first, catalogue.createdAt[itemNo]), Infinity);
  ages.set(brandNo, { version, since });
  return since;
}

/** When the first item of the brand of an item was created, epoch ms; -Infinity for one without a brand. */
export const brandSinceOf = (catalogue: Catalogue, itemNo: number): number => {
  const brandNo = catalogue.brand[itemNo];
  return brandNo === 0 ? -Infinity : brandSince(catalogue, brandNo);
};

/** Whether a thing created then is new itself, or its brand is; null where neither is. Times are epoch ms. */
export function newcomerKindOf(
  createdAt: number,
  brandSince: () => number,
  { now, newItemDays }: { now: number; newItemDays: number },
): 'ITEM' | 'BRAND' | null {
  const periodMs = newItemDays * DAY_MS;
  if (now - createdAt < periodMs) return 'ITEM';
  return now - brandSince() < BRAND_PERIODS * periodMs ? 'BRAND' : null;
}

/** Whether an item is new itself, or its brand is; null where neither is. */
export const newcomerKind = (
  { shop: { catalogue }, settings: { mix }, now }: Pick<Signals, 'shop' | 'settings' | 'now'>,
  itemNo: number,
): 'ITEM' | 'BRAND' | null =>
  newcomerKindOf(catalogue.createdAt[itemNo], () => brandSinceOf(catalogue, itemNo), { now, newItemDays: mix.newItemDays });

export const explores = ({ exploration }: RankingSettings): boolean => exploration.method !== 'NONE' && exploration.share > 0;

/** Newcomers that were shown least, so that there is something to explore whatever else is proposed; their chance is given when all else is placed. */
export const newcomers: Source<Signals> = {
  name: 'newcomers',
  source: 'FRESH',
  essential: false,
  timeoutMs: TIMEOUT_MS,
  limit: (settings) => (explores(settings) ? MAX_EXPLORERS : 0),
  propose(signals, offer) {
    if (!signals.taste) return;
    const { shop, settings } = signals;
    const shown = (itemNo: number): number => shop.trials.shown(itemNo, settings.fatigue.countsAt);
    const found = shop.catalogue.newest().filter((itemNo) => newcomerKind(signals, itemNo) !== null);
    for (const itemNo of found.sort((a, b) => shown(a) - shown(b))) if (offer(itemNo) === 'FULL') return;
  },
};
