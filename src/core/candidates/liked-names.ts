import { type NameKind } from '../item.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { type AffinityFamily, type UserState } from '../tags/state.js';
import { type Catalogue, MAX_DEPTH } from './catalogue.js';
import { NumberTable } from './number-table.js';
import { largest } from './selection.js';

type Family = AffinityFamily & NameKind;

/** How many of the user's strongest names of a family are asked for their items, and what a family counts. */
const STRONGEST: readonly [Family, number, number][] = [['category', 10, 1], ['brand', 5, 0.5], ['creator', 3, 0.5]]; // prettier-ignore
/** Of the strongest name so many times its share of a quota is looked at, since some of it is on other lists too or cannot be shown. */
const LOOKED_AT = 1.5;
const MIN_A_NAME = 5;
const MOST_NAMES = 10;

/** A name that the user likes. */
export interface LikedName {
  kind: Family;
  no: number;
  /** Share of his taste for names of this kind, times what the kind counts: above 0, at most 1. */
  share: number;
}

/** What the user likes best: at most 10 categories, 5 brands and 3 creators, each family with its strongest first. */
export function likedNames(taste: UserState, now: number): LikedName[] {
  return STRONGEST.flatMap(([kind, count, weight]) => {
    const nos: number[] = [];
    const strengths: number[] = [];
    let total = 0;
    taste.affinity[kind].forEach((sum, no) => {
      if (sum.value <= 0) return;
      const strength = decayedValue(sum, now, HALF_LIFE_MS[kind]);
      nos.push(no);
      strengths.push(strength);
      total += strength;
    });
    if (!(total > 0)) return [];
    const places = largest(nos.map((_, place) => place), strengths, nos.length, count); // prettier-ignore
    return Array.from(places, (place) => ({ kind, no: nos[place], share: (weight * strengths[place]) / total }));
  });
}

/** How much of the user's taste an item meets: the sum of the shares of all its names that he likes, 0..2. */
function tasteFor(liked: readonly LikedName[]): (catalogue: Catalogue, itemNo: number) => number {
  const shares = { category: new NumberTable(MOST_NAMES), brand: new NumberTable(MOST_NAMES), creator: new NumberTable(MOST_NAMES) };
  for (const { kind, no, share } of liked) shares[kind].set(no, share);
  return ({ pathTable: paths, pathStart, brand, creator }, itemNo) => {
    let sum = shares.brand.get(brand[itemNo], 0) + shares.creator.get(creator[itemNo], 0);
    for (let i = pathStart[itemNo], end = i + MAX_DEPTH; i < end && paths[i] !== 0; i++) sum += shares.category.get(paths[i], 0);
    return sum;
  };
}

/** Items that were met on a list before; nothing waits while it is in use. */
const SEEN = new NumberTable(1024);

/**
 * Items under liked names by taste times value, best first: a list per name gives as many as its share of the whole deserves, so that a strong interest is not cut
 * for the sake of weak ones. Time O(limit + names).
 *
 * @param listOf  items of a name, those with most value first
 * @param valueOf what an item is worth to anybody, 0 or more
 * @param limit   how many are wanted at most
 */
export function itemsByTaste(
  catalogue: Catalogue,
  liked: readonly LikedName[],
  listOf: (name: LikedName) => ArrayLike<number>,
  valueOf: (itemNo: number) => number,
  limit: number,
): Uint32Array {
  const total = liked.reduce((sum, { share }) => sum + share, 0);
  const taste = tasteFor(liked);
  const lists = liked.map(listOf);
  const looks = lists.map((list, i) => Math.min(list.length, Math.ceil((LOOKED_AT * limit * liked[i].share) / total) + MIN_A_NAME));
  const most = looks.reduce((sum, look) => sum + look, 0);
  const nos = new Uint32Array(most);
  const values = new Float64Array(most);
  let found = 0;
  SEEN.clear();
  for (const [i, list] of lists.entries()) {
    for (let place = 0; place < looks[i]; place++) {
      const itemNo = list[place];
      if (SEEN.get(itemNo, 0) !== 0) continue;
      SEEN.set(itemNo, 1);
      nos[found] = itemNo;
      values[found++] = taste(catalogue, itemNo) * valueOf(itemNo);
    }
  }
  return largest(nos, values, found, limit);
}
