import { type Decayed, decayedValue, HALF_LIFE_MS } from './decayed.js';
import { priceBandFrom } from './interest.js';
import { effectiveNumber } from './numbers.js';
import { AFFINITY_FAMILIES, type AffinityFamily } from './state.js';
import { ACTS, familyTag, halfLifeHours, ITEM_ACTS, type Read, SHARE, type TagDeclaration, tagsOf, type TagReading } from './tag.js';
import { type TagNames, type View } from './view.js';

/** So many clicks' worth make an affinity half sure. */
const CLICKS_ENOUGH = 5;
const UNIT = 'clicks’ worth';
const CURRENT_DAYS = 7;
const DORMANT_DAYS = 30;
const LIKED = 2;

/** One reading per name with a name, strongest first; refused names are below 0. */
function affinities(sums: ReadonlyMap<number, Decayed>, now: number, halfLifeMs: number, nameOf: (no: number) => string): TagReading[] {
  const readings: TagReading[] = [];
  for (const [no, sum] of sums) {
    const name = nameOf(no);
    const value = decayedValue(sum, now, halfLifeMs);
    if (name !== '') readings.push({ name, value, evidence: Math.abs(value), updatedAt: sum.at });
  }
  return readings.sort((a, b) => b.value - a.value || (a.name! < b.name! ? -1 : 1));
}

const affinityTag = (
  family: AffinityFamily,
  nameOf: (names: TagNames) => (no: number) => string,
  tag: Pick<TagDeclaration, 'key' | 'dimension' | 'description'>,
): TagDeclaration =>
  familyTag({
    ...tag,
    unit: UNIT,
    halfLifeHours: halfLifeHours(family),
    from: ITEM_ACTS,
    range: [-Infinity, Infinity],
    enough: CLICKS_ENOUGH,
    read: ({ state, now, names }) => affinities(state.affinity[family], now, HALF_LIFE_MS[family], nameOf(names)),
  });

/** A price band as people read it: its lowest and the next band's lowest price. */
export function priceBandName(band: number): string {
  if (band === 0) return 'free';
  const short = (price: number) => String(Number(price.toPrecision(3)));
  return `${short(priceBandFrom(band))}-${short(priceBandFrom(band + 1))}`;
}

/** What is left of each affinity of a family. */
export const strengthsOf = ({ state, now }: View, family: AffinityFamily): number[] =>
  [...state.affinity[family].values()].map((sum) => decayedValue(sum, now, HALF_LIFE_MS[family]));

const liking = (strengths: readonly number[]): number => strengths.reduce((sum, strength) => sum + Math.max(0, strength), 0);

export const breadthOf =
  (family: AffinityFamily) =>
  (view: View): Read => {
    const strengths = strengthsOf(view, family);
    const breadth = effectiveNumber(strengths);
    return breadth === null ? null : [breadth, liking(strengths)];
  };

const topShareOf =
  (family: AffinityFamily) =>
  (view: View): Read => {
    const strengths = strengthsOf(view, family);
    const sum = liking(strengths);
    return sum > 0 ? [Math.max(...strengths) / sum, sum] : null;
  };

const refusedIn =
  (family: AffinityFamily) =>
  (view: View): Read => {
    const strengths = strengthsOf(view, family);
    return strengths.length === 0 ? null : strengths.filter((strength) => strength < -0.01).length;
  };

const { value } = tagsOf('INTEREST');
const of = (family: AffinityFamily) => ({ from: ITEM_ACTS, halfLifeDays: halfLifeHours(family) / 24, enough: CLICKS_ENOUGH });

/** Strength of liking by whether it was fed in the last so many days. */
function currentShare(view: View): Read {
  const sums = [...view.state.affinity.category.values()];
  const strengths = strengthsOf(view, 'category');
  const all = liking(strengths);
  if (all === 0) return null;
  const current = liking(strengths.filter((_, i) => view.daysSince(sums[i].at) <= CURRENT_DAYS));
  return [current / all, all];
}

function dormant(view: View): Read {
  const sums = [...view.state.affinity.category.values()];
  return sums.length === 0 ? null : sums.filter((sum) => sum.value >= LIKED && view.daysSince(sum.at) > DORMANT_DAYS).length;
}

export const INTEREST_TAGS: readonly TagDeclaration[] = [
  affinityTag('category', ({ category }) => category, {
    key: 'category-affinity',
    dimension: 'INTEREST',
    description:
      'How much the user is drawn to a category, from clicks, likes, carts and purchases of lately; below 0 where it is refused.',
  }),
  affinityTag('brand', ({ brand }) => brand, {
    key: 'brand-affinity',
    dimension: 'INTEREST',
    description: 'How much the user is drawn to a brand, by the same measure as to a category.',
  }),
  affinityTag('creator', ({ creator }) => creator, {
    key: 'creator-affinity',
    dimension: 'INTEREST',
    description: 'How much the user is drawn to what one creator or shop publishes, followed or not.',
  }),
  affinityTag('priceBand', () => priceBandName, {
    key: 'price-affinity',
    dimension: 'VALUE',
    description: 'How much the user is drawn to items of a price band; a band is a third of the way from one power of ten to the next.',
  }),
  value(
    { key: 'category-breadth', unit: 'categories', ...of('category') },
    'Over how many categories the liking spreads, broad and narrow ones together: 1 when all of it is for one.',
    breadthOf('category'),
  ),
  value(
    { key: 'brand-breadth', unit: 'brands', ...of('brand') },
    'Over how many brands the liking spreads: 1 when all of it is for one.',
    breadthOf('brand'),
  ),
  value(
    { key: 'creator-breadth', unit: 'creators', ...of('creator') },
    'Over how many creators or shops the liking spreads: 1 when one of them has it all.',
    breadthOf('creator'),
  ),
  value(
    { key: 'favourite-category-share', unit: SHARE, ...of('category') },
    'Share of all liking for categories that the favourite one has; high for those who come for one thing.',
    topShareOf('category'),
  ),
  value(
    { key: 'favourite-brand-share', unit: SHARE, ...of('brand') },
    'Share of all liking for brands that the favourite one has: a fan of it, where it is near 1.',
    topShareOf('brand'),
  ),
  value(
    { key: 'favourite-creator-share', unit: SHARE, ...of('creator') },
    'Share of all liking for creators that the favourite one has; tells a fan from a browser.',
    topShareOf('creator'),
  ),
  value(
    { key: 'refused-categories', unit: 'categories', ...of('category') },
    'How many categories the user turned against, by skipping, hiding or giving back.',
    refusedIn('category'),
  ),
  value(
    { key: 'refused-brands', unit: 'brands', ...of('brand') },
    'How many brands the user turned against, by skipping, hiding or giving back.',
    refusedIn('brand'),
  ),
  value(
    { key: 'refused-creators', unit: 'creators', ...of('creator') },
    'How many creators the user turned against, by skipping, hiding or giving back.',
    refusedIn('creator'),
  ),
  value(
    { key: 'strongest-aversion', unit: UNIT, from: ITEM_ACTS, enough: CLICKS_ENOUGH, halfLifeDays: 30 },
    'How strongly the user is against what he dislikes most, be it a category, a brand or a creator.',
    (view) => Math.max(0, ...AFFINITY_FAMILIES.filter((family) => family !== 'priceBand').flatMap((family) => strengthsOf(view, family).map((strength) => -strength))), // prettier-ignore
  ),
  value(
    { key: 'current-interest-share', unit: SHARE, from: ACTS, window: 'fed in the last 7 days', enough: CLICKS_ENOUGH },
    'Share of the liking for categories that something of the last seven days fed; low where old tastes rest.',
    currentShare,
  ),
  value(
    { key: 'dormant-interests', unit: 'categories', from: ACTS, window: 'not fed for 30 days', enough: CLICKS_ENOUGH },
    'How many categories the user once liked by two clicks’ worth or more and left alone for a month: what to bring back.',
    dormant,
  ),
];
