import { growFloat32, growFloat64, growInt32, growUint8 } from './columns.js';
import { ContentLinks } from './content-links.js';
import { ABSENT, Leaders } from './leaders.js';
import { Postings } from './postings.js';
import { PriceLevels } from './price-levels.js';
import { CONTENT_STYLES, ITEM_KINDS, type Item, type NameKind, type NumberedItem } from '../item.js';
import { priceBand } from '../tags/interest.js';

const NONE = Number.NaN;
const NEWEST = 512;
/** Bits of `flags`. */
export const KNOWN = 1;
export const REMOVED = 2;
export const SOLD_OUT = 4;
/** For some regions only. */
export const REGIONAL = 8;
export const AGE_LIMITED = 16;
/** Has a last moment. */
export const ENDING = 32;

/** The band of an item without a price. */
export const NO_BAND = 255;

/** Categories an item may have. */
export const MAX_DEPTH = 8;

/** Names of one kind and their numbers; 0 is unknown. */
export class Vocabulary {
  private readonly byNumber: string[] = [''];
  private readonly byName = new Map<string, number>();

  set(no: number, name: string): void {
    this.byNumber[no] = name;
    this.byName.set(name, no);
  }
  /** 0 for a name without a number. */
  no(name: string): number {
    return this.byName.get(name) ?? 0;
  }
  name(no: number): string {
    return this.byNumber[no] ?? '';
  }
  get size(): number {
    return this.byNumber.length;
  }
}

/**
 * All items in columns, indexed by item number. Numbers are never used twice, so an index held over an await stays right; `put` changes a row in place,
 * so that stock, price and removal act on feeds already under way. Absent numbers are NaN, absent names are 0, uncounted stock is -1.
 */
export class Catalogue {
  readonly names: Record<NameKind, Vocabulary> = { category: new Vocabulary(), brand: new Vocabulary(), creator: new Vocabulary() };
  /** Highest number plus one. */
  size = 0;
  /** Items that are not removed. */
  live = 0;
  /** Grows with every item put in, so that what is derived can tell whether it is still current. */
  changes = 0;
  readonly priceLevels = new PriceLevels();
  kind = new Uint8Array(1024);
  /** 0 for none, else the place in CONTENT_STYLES plus one. */
  style = new Uint8Array(1024);
  removed = new Uint8Array(1024);
  commercial = new Uint8Array(1024);
  /** The broadest and the narrowest category. */
  rootCategory = new Int32Array(1024);
  leafCategory = new Int32Array(1024);
  /** [MAX_DEPTH a number] all categories of an item, broad to narrow, then zeros: beside each other, since ranking reads them all the time. */
  paths = new Int32Array(1024 * MAX_DEPTH);
  brand = new Int32Array(1024);
  creator = new Int32Array(1024);
  stock = new Int32Array(1024);
  /** When the shop last said another number than before, epoch ms; NaN where that is not known. */
  stockToldAt = new Float64Array(1024);
  minAge = new Uint8Array(1024);
  /** What may keep an item away from somebody, in one byte, since most items have none of it: see the constants above. 0 for a number without an item. */
  flags = new Uint8Array(1024);
  price = new Float32Array(1024);
  /** See `priceBand`; NO_BAND without a price. */
  priceBand = new Uint8Array(1024);
  createdAt = new Float64Array(1024);
  availableUntil = new Float64Array(1024);
  /** Items, removed ones too, by every name they carry: any of their categories, their brand, their creator. */
  readonly itemsOf: Record<NameKind, Postings> = { category: new Postings(), brand: new Postings(), creator: new Postings() };
  readonly links = new ContentLinks();
  private readonly latest = new Leaders(NEWEST, {
    size: () => this.size,
    valueOf: (no) => (this.isOffered(no) ? this.createdAt[no] : ABSENT),
  });
  private readonly rows: (NumberedItem | undefined)[] = [];
  private readonly numberById = new Map<string, number>();

  /** Undefined for an id never seen; a removed item still has its number. */
  no(id: string): number | undefined {
    return this.numberById.get(id);
  }
  row(no: number): NumberedItem | undefined {
    return this.rows[no];
  }
  /** The item under a number that exists. */
  item(no: number): Item {
    return this.rows[no]!.item;
  }
  /** Numbers of all categories of an item, broad to narrow. */
  categoriesOf(no: number): readonly number[] {
    return this.rows[no]!.categoryNos;
  }

  /** How many categories an item has; 0 for a number without an item. */
  depthOf(no: number): number {
    let depth = 0;
    while (depth < MAX_DEPTH && this.paths[no * MAX_DEPTH + depth] > 0) depth++;
    return depth;
  }

  /** Whether an item is neither removed nor sold out. */
  isOffered(no: number): boolean {
    return (this.flags[no] & (KNOWN | REMOVED | SOLD_OUT)) === KNOWN;
  }
  /** The items offered that were created last, newest first, at most 512. */
  newest(): readonly number[] {
    return this.latest.list();
  }

  /** @param toldAt epoch ms, NaN where it is not known when the shop said so */
  put(row: NumberedItem, toldAt = NaN): void {
    const { no, item } = row;
    this.grow(no + 1);
    const before = this.rows[no];
    const wasOffered = this.isOffered(no);
    if (before !== undefined) this.priceLevels.count(this.leafCategory[no], this.price[no], -1);
    this.changes++;
    this.live += Number(!row.removed) - Number(before !== undefined && !before.removed);
    this.rows[no] = row;
    this.numberById.set(item.id, no);
    this.kind[no] = ITEM_KINDS.indexOf(item.kind);
    this.style[no] = item.style === null ? 0 : CONTENT_STYLES.indexOf(item.style) + 1;
    this.removed[no] = Number(row.removed);
    this.commercial[no] = Number(item.commercial);
    this.rootCategory[no] = row.categoryNos[0];
    this.leafCategory[no] = row.categoryNos[row.categoryNos.length - 1];
    this.paths.fill(0, no * MAX_DEPTH, (no + 1) * MAX_DEPTH);
    this.paths.set(row.categoryNos.slice(0, MAX_DEPTH), no * MAX_DEPTH);
    this.brand[no] = row.brandNo;
    this.creator[no] = row.creatorNo;
    if (before?.item.stock !== item.stock) this.stockToldAt[no] = toldAt;
    this.stock[no] = item.stock ?? -1;
    this.minAge[no] = item.minAge ?? 0;
    this.price[no] = item.price ?? NONE;
    this.priceBand[no] = item.price === null ? NO_BAND : priceBand(this.price[no]);
    this.priceLevels.count(this.leafCategory[no], this.price[no], 1);
    this.createdAt[no] = item.createdAt;
    this.availableUntil[no] = item.availableUntil ?? NONE;
    this.flags[no] = flagsOf(row);
    this.index(row, before, wasOffered !== this.isOffered(no));
  }

  private index(row: NumberedItem, before: NumberedItem | undefined, offerChanged: boolean): void {
    const { no } = row;
    this.latest.update(no, this.isOffered(no) ? this.createdAt[no] : ABSENT);
    this.links.put(before, row);
    this.itemsOf.category.move(no, before?.categoryNos ?? [], row.categoryNos, offerChanged);
    this.itemsOf.brand.move(no, before ? [before.brandNo] : [], [row.brandNo], offerChanged);
    this.itemsOf.creator.move(no, before ? [before.creatorNo] : [], [row.creatorNo], offerChanged);
  }

  private grow(size: number): void {
    if (size > this.kind.length) {
      const capacity = Math.max(size, this.kind.length * 2);
      for (const column of ['kind', 'style', 'removed', 'commercial', 'minAge', 'flags', 'priceBand'] as const)
        this[column] = growUint8(this[column], capacity);
      for (const column of ['rootCategory', 'leafCategory', 'brand', 'creator', 'stock'] as const)
        this[column] = growInt32(this[column], capacity);
      this.paths = growInt32(this.paths, capacity * MAX_DEPTH);
      this.price = growFloat32(this.price, capacity);
      for (const column of ['createdAt', 'availableUntil', 'stockToldAt'] as const) this[column] = growFloat64(this[column], capacity);
    }
    this.size = Math.max(this.size, size);
  }
}

function flagsOf({ item, removed }: NumberedItem): number {
  let flags = KNOWN;
  if (removed) flags |= REMOVED;
  if (item.stock === 0) flags |= SOLD_OUT;
  if (item.regions.length > 0) flags |= REGIONAL;
  if (item.minAge !== null && item.minAge > 0) flags |= AGE_LIMITED;
  if (item.availableUntil !== null) flags |= ENDING;
  return flags;
}
