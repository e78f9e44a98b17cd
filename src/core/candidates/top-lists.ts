import { type NameKind } from '../item.js';
import { type Catalogue } from './catalogue.js';
import { type Popularity } from './popularity.js';
import { largest } from './selection.js';
import { type Shop } from './shop.js';

const LIST_LENGTH = 200;
/** Shorter postings are ordered on the spot. */
const WORTH_KEEPING = 16;
/** A list follows popularity this late, and the catalogue a second late. */
const POPULARITY_LAG_MS = 10_000;
const CATALOGUE_LAG_MS = 1_000;

interface KeptList {
  items: Uint32Array;
  builtAt: number;
  version: number;
  changes: number;
}

/** The most popular items offered under a name, ordered when first asked for and again when the shop has changed since. */
export class TopLists {
  private readonly kept: Record<NameKind, Map<number, KeptList>> = { category: new Map(), brand: new Map(), creator: new Map() };

  constructor(
    readonly catalogue: Catalogue,
    private readonly popularity: Popularity,
  ) {}

  /** At most 200 items of a name, the most popular first, then the lower number. */
  of(kind: NameKind, nameNo: number, now: number): ArrayLike<number> {
    const postings = this.catalogue.itemsOf[kind];
    const items = postings.of(nameNo);
    if (items.length <= WORTH_KEEPING) return this.order(items);
    const kept = this.kept[kind].get(nameNo);
    const version = postings.versionOf(nameNo);
    if (kept && this.isCurrent(kept, version, now)) return kept.items;
    const list = { items: this.order(items), builtAt: now, version, changes: this.popularity.changes };
    this.kept[kind].set(nameNo, list);
    return list.items;
  }

  private isCurrent({ builtAt, version, changes }: KeptList, currentVersion: number, now: number): boolean {
    const age = Math.abs(now - builtAt);
    return (version === currentVersion || age < CATALOGUE_LAG_MS) && (changes === this.popularity.changes || age < POPULARITY_LAG_MS);
  }

  private order(items: readonly number[]): Uint32Array {
    const offered = new Uint32Array(items.length);
    const weights = new Float64Array(items.length);
    let n = 0;
    for (const no of items) {
      if (!this.catalogue.isOffered(no)) continue;
      offered[n] = no;
      weights[n++] = this.popularity.orderOf(no);
    }
    return largest(offered, weights, n, LIST_LENGTH);
  }
}

const listsByPopularity = new WeakMap<Popularity, TopLists>();

/** The lists of a shop: derived data, kept as long as its popularity is. */
export function topListsOf({ catalogue, popularity }: Shop): TopLists {
  let lists = listsByPopularity.get(popularity);
  if (lists?.catalogue !== catalogue) listsByPopularity.set(popularity, (lists = new TopLists(catalogue, popularity)));
  return lists;
}
