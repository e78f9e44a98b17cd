import { type Decayed, decayedValue, HALF_LIFE_MS } from './decayed.js';
import { priceBandFrom } from './interest.js';
import { type AffinityFamily, type UserState } from './state.js';
import { halfLifeHours, type TagDeclaration, type TagNames, type TagReading } from './tag.js';

/** So many clicks' worth make an affinity half sure. */
const CLICKS_ENOUGH = 5;
const UNIT = 'clicks’ worth';

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
): TagDeclaration => ({
  ...tag,
  unit: UNIT,
  halfLifeHours: halfLifeHours(family),
  purpose: 'PERSONALISATION',
  enough: CLICKS_ENOUGH,
  read: (state, now, names) => affinities(state.affinity[family], now, HALF_LIFE_MS[family], nameOf(names)),
});

/** A price band as people read it: its lowest and the next band's lowest price. */
export function priceBandName(band: number): string {
  if (band === 0) return 'free';
  const short = (price: number) => String(Number(price.toPrecision(3)));
  return `${short(priceBandFrom(band))}-${short(priceBandFrom(band + 1))}`;
}

/**
 * Over how many names liking spreads: the inverse of the chance that two draws by strength agree, so 1 for a single name and n for n equal ones.
 * Names that are refused do not count.
 */
function breadth(state: UserState, family: AffinityFamily, now: number): TagReading[] {
  let sum = 0;
  let squares = 0;
  for (const affinity of state.affinity[family].values()) {
    const value = Math.max(0, decayedValue(affinity, now, HALF_LIFE_MS[family]));
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? [{ value: (sum * sum) / squares, evidence: sum, updatedAt: state.updatedAt }] : [];
}

const breadthTag = (family: AffinityFamily, unit: string, tag: Pick<TagDeclaration, 'key' | 'description'>): TagDeclaration => ({
  ...tag,
  dimension: 'INTEREST',
  unit,
  halfLifeHours: halfLifeHours(family),
  purpose: 'PERSONALISATION',
  enough: CLICKS_ENOUGH,
  read: (state, now) => breadth(state, family, now),
});

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
  breadthTag('category', 'categories', {
    key: 'category-breadth',
    description: 'Over how many categories the liking spreads, broad and narrow ones together: 1 when all of it is for one.',
  }),
  breadthTag('brand', 'brands', {
    key: 'brand-breadth',
    description: 'Over how many brands the liking spreads: 1 when all of it is for one.',
  }),
];
