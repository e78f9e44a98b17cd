import { type NameKind } from '../item.js';
import { type Catalogue } from './catalogue.js';
import { type Popularity } from './popularity.js';
import { largest } from './selection.js';
import { type Shop } from './shop.js';

const LIST_LENGTH = 300;
/** Shorter postings are ordered on the spot. */
const WORTH_KEEPING = 16;
/** A list follows popularity this late, and the catalogue a second late. */
const POPULARITY_LAG_MS = 10_000;
const CATALOGUE_LAG_MS = 1_000;
/** Of more items, later in proportion: ordering so many costs about a millisecond, and no list may take more than a thousandth of the time. */
const ITEMS_WITHOUT_DELAY = 30_000;

interface KeptList {
  items: Uint32Array;
  builtAt: number;
  version: number;
  changes: number;
}

const emptyLists = (): Record<NameKind, Map<number, KeptList>> => ({ category: new Map(), brand: new Map(), creator: new Map() });

/** The most popular and the newest items offered under a name, ordered when first asked for and again when the shop has changed since. */
export class TopLists {
  private readonly popular = emptyLists();
  private readonly latest = emptyLists();

  constructor(
    readonly catalogue: Catalogue,
    private readonly popularity: Popularity,
  ) {}

  /** At most 300 items of a name, the most popular first, then the lower number. */
  of(kind: NameKind, nameNo: number, now: number): ArrayLike<number> {
    return this.list(this.popular[kind], kind, nameNo, this.popularity.changes, now, (no) => this.popularity.orderOf(no));
  }

  /** The same, the newest first. */
  newest(kind: NameKind, nameNo: number, now: number): ArrayLike<number> {
    return this.list(this.latest[kind], kind, nameNo, 0, now, (no) => this.catalogue.createdAt[no]);
  }

  private list(
    lists: Map<number, KeptList>,
    kind: NameKind,
    nameNo: number,
    changes: number,
    now: number,
    valueOf: (itemNo: number) => number,
  ): ArrayLike<number> {
    const postings = this.catalogue.itemsOf[kind];
    const items = postings.of(nameNo);
    if (items.length <= WORTH_KEEPING) return this.order(items, valueOf);
    const kept = lists.get(nameNo);
    const version = postings.versionOf(nameNo);
    const age = kept ? Math.abs(now - kept.builtAt) : Infinity;
    const delay = Math.max(1, items.length / ITEMS_WITHOUT_DELAY);
    const isCurrent =
      (kept?.version === version || age < CATALOGUE_LAG_MS * delay) && (kept?.changes === changes || age < POPULARITY_LAG_MS * delay);
    if (kept && isCurrent) return kept.items;
    const list = { items: this.order(items, valueOf), builtAt: now, version, changes };
    lists.set(nameNo, list);
    return list.items;
  }

  private order(items: readonly number[], valueOf: (itemNo: number) => number): Uint32Array {
    const offered = new Uint32Array(items.length);
    const weights = new Float64Array(items.length);
    let n = 0;
    for (const no of items) {
      if (!this.catalogue.isOffered(no)) continue;
      offered[n] = no;
      weights[n++] = valueOf(no);
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
