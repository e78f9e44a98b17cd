import { ITEM_KINDS, type NameKind } from '../item.js';
import { type ItemFilter } from '../page.js';
import { type Catalogue } from './catalogue.js';
import { decodeGeohash, distanceKm } from './geohash.js';
import { type ItemTrust, noTrust, trustOf } from './trust/item-trust.js';

type Test = (itemNo: number) => boolean;

/** Numbers of the names that the catalogue knows; one it does not know is carried by no item. */
const numbersOf = (catalogue: Catalogue, kind: NameKind, names: string[]): Set<number> =>
  new Set(names.map((name) => catalogue.names[kind].no(name)).filter((no) => no > 0));

/**
 * Put a caller's filter into the numbers of a catalogue.
 *
 * @param geohash where the user is; without it nothing is `withinKm`
 * @param trust   of items; the middle of 0..1 for all when left out
 * @returns whether an item that exists passes every part of the filter; an item without a price passes no price range, one without a place no distance
 */
export function compileFilter(catalogue: Catalogue, filter: ItemFilter, geohash: string | null, trust: ItemTrust = noTrust()): Test {
  const tests = [...nameTests(catalogue, filter), ...valueTests(catalogue, filter, trust), ...placeTests(catalogue, filter, geohash)];
  return (no) => tests.every((passes) => passes(no));
}

/** One item against a filter; for many items compile it once. */
export const matchesFilter = (catalogue: Catalogue, no: number, filter: ItemFilter, geohash: string | null, trust?: ItemTrust): boolean =>
  compileFilter(catalogue, filter, geohash, trust)(no);

function nameTests(catalogue: Catalogue, { kinds, categories, excludeCategories, brands, creatorIds }: ItemFilter): Test[] {
  const tests: Test[] = [];
  if (kinds) {
    const wanted = new Set(kinds.map((kind) => ITEM_KINDS.indexOf(kind)));
    tests.push((no) => wanted.has(catalogue.kind[no]));
  }
  if (categories) {
    const wanted = numbersOf(catalogue, 'category', categories);
    tests.push((no) => catalogue.categoriesOf(no).some((name) => wanted.has(name)));
  }
  if (excludeCategories) {
    const unwanted = numbersOf(catalogue, 'category', excludeCategories);
    tests.push((no) => !catalogue.categoriesOf(no).some((name) => unwanted.has(name)));
  }
  if (brands) {
    const wanted = numbersOf(catalogue, 'brand', brands);
    tests.push((no) => wanted.has(catalogue.brand[no]));
  }
  if (creatorIds) {
    const wanted = numbersOf(catalogue, 'creator', creatorIds);
    tests.push((no) => wanted.has(catalogue.creator[no]));
  }
  return tests;
}

function valueTests(catalogue: Catalogue, { labels, excludeItemIds, priceMin, priceMax, trustMin }: ItemFilter, trust: ItemTrust): Test[] {
  const tests: Test[] = [];
  if (labels) tests.push((no) => catalogue.item(no).labels.some((label) => labels.includes(label)));
  if (excludeItemIds) {
    const unwanted = new Set(excludeItemIds.map((id) => catalogue.no(id)));
    tests.push((no) => !unwanted.has(no));
  }
  // The column of prices is rounded to 32 bits, which a limit must not be.
  if (priceMin !== null) tests.push((no) => catalogue.exactPrice[no] >= priceMin);
  if (priceMax !== null) tests.push((no) => catalogue.exactPrice[no] <= priceMax);
  if (trustMin !== null) tests.push((no) => trustOf(trust, no) >= trustMin);
  return tests;
}

function placeTests(catalogue: Catalogue, { withinKm }: ItemFilter, geohash: string | null): Test[] {
  if (withinKm === null) return [];
  const here = geohash === null ? null : decodeGeohash(geohash);
  if (!here) return [() => false];
  return [
    (no) => {
      const there = catalogue.placeOf(no);
      return there !== null && distanceKm(here, there) <= withinKm;
    },
  ];
}
