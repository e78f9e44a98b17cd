import { type UserState } from '../tags/state.js';
import { type Catalogue } from './catalogue.js';
import { type ItemSums } from './item-sums.js';
import { type Seed } from './seeds.js';

/** So many goods of a piece of content, pieces about an item, and things owned count. */
export const MAX_LINKED = 20;
/** Among so many of the newest pieces about an item it is looked for some that have not ended. */
const MAX_LOOKED_AT = 100;
/** The first that is named, or the newest that names, counts most, and each after it so much of the one before. */
const FADING = 0.95;
/** What is owned counts less than most of what was done lately. */
const OWNED_WEIGHT = 0.2;

/**
 * Let what the user showed interest in speak for what it is linked to: content for the goods that it names, goods for the content that names them, and what the
 * user owns for content about it as well. The weight of a link is that of the item it starts from, times 0.95 for each link of that item before it.
 */
export function addLinked(sums: ItemSums, catalogue: Catalogue, taste: UserState, seeds: readonly Seed[], now: number): void {
  if (catalogue.links.isEmpty) return;
  const visit = (from: number, weight: number, linked: readonly number[]): void =>
    linked.forEach((itemNo, place) => {
      if (itemNo !== from) sums.add(itemNo, weight * FADING ** place, from);
    });
  for (const { itemNo, weight } of seeds) {
    visit(itemNo, weight, goodsNamedBy(catalogue, itemNo));
    visit(itemNo, weight, contentAbout(catalogue, itemNo, now));
  }
  const known = new Set(seeds.map(({ itemNo }) => itemNo));
  for (const itemNo of lastOwned(taste, known)) visit(itemNo, OWNED_WEIGHT, contentAbout(catalogue, itemNo, now));
}

/** Goods on offer that a piece of content names, in its order. */
function goodsNamedBy(catalogue: Catalogue, itemNo: number): number[] {
  const item = catalogue.row(itemNo)?.item;
  if (!item || item.kind === 'PRODUCT') return [];
  const named = item.productIds.slice(0, MAX_LINKED).map((id) => catalogue.no(id));
  return [...new Set(named)].filter((no): no is number => no !== undefined && catalogue.isOffered(no));
}

/** Content that names an item and has not ended, the newest first. */
function contentAbout(catalogue: Catalogue, itemNo: number, now: number): number[] {
  const item = catalogue.row(itemNo)?.item;
  if (!item) return [];
  const newest = catalogue.links.of(item.id).slice(-MAX_LOOKED_AT).reverse();
  return newest.filter((no) => catalogue.isOffered(no) && !(catalogue.availableUntil[no] <= now)).slice(0, MAX_LINKED);
}

/** What the user bought last and still owns. */
function lastOwned({ purchases, hiddenItems }: UserState, known: ReadonlySet<number>): number[] {
  return Array.from(purchases)
    .filter(([itemNo, { quantity }]) => quantity > 0 && !known.has(itemNo) && !hiddenItems.has(itemNo))
    .sort((a, b) => b[1].lastBoughtAt - a[1].lastBoughtAt || a[0] - b[0])
    .slice(0, MAX_LINKED)
    .map(([itemNo]) => itemNo);
}
