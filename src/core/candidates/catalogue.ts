import { CategoryPaths, MAX_DEPTH } from './category-paths.js';
import { growFloat32, growFloat64, growInt32, growUint32, growUint8 } from './columns.js';
import { ContentLinks } from './content-links.js';
import { type Place } from './geohash.js';
import { ItemPlaces } from './item-places.js';
import { PackedItemTexts } from './item-texts.js';
import { ABSENT, Leaders } from './leaders.js';
import { Postings } from './postings.js';
import { PriceLevels } from './price-levels.js';
import { SharedValues } from './shared-values.js';
import { Vocabulary } from './vocabulary.js';
import { CONTENT_STYLES, ITEM_KINDS, type Item, type NameKind, type NumberedItem } from '../item.js';
import { priceBand } from '../tags/interest.js';

const NONE = Number.NaN;
const NEWEST = 512;
/** Items put together lately that are kept for the next who asks; a power of two. */
const ROWS_KEPT = 4096;
const NONE_NAMED: readonly string[] = [];
const NOT_INDEXED: Indexed = { categoryNos: [], brandNos: [], creatorNos: [], named: NONE_NAMED };

/** Under what an item is found. */
interface Indexed {
  categoryNos: readonly number[];
  brandNos: readonly number[];
  creatorNos: readonly number[];
  /** Ids of the goods that it is about; none while it is removed. */
  named: readonly string[];
}

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

const PRODUCT = ITEM_KINDS.indexOf('PRODUCT');

export { MAX_DEPTH };

/**
 * All items in columns, indexed by item number. Numbers are never used twice, so an index held over an await stays right; `put` changes a row in place,
 * so that stock, price and removal act on feeds already under way. Absent numbers are NaN, absent names are 0, uncounted stock is -1. What is told of an
 * item and not ranked by, its texts first of all, is packed outside of the heap, and put together when it is asked for.
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
  /** Where the path of an item begins in `pathTable`. */
  pathStart = new Int32Array(1024);
  brand = new Int32Array(1024);
  creator = new Int32Array(1024);
  stock = new Int32Array(1024);
  /** When the shop last said another number than before, epoch ms; NaN where that is not known. */
  stockToldAt = new Float64Array(1024);
  minAge = new Uint8Array(1024);
  /** What may keep an item away from somebody, in one byte, since most items have none of it: see the constants above. 0 for a number without an item. */
  flags = new Uint8Array(1024);
  /** Rounded to 32 bits, to rank by. */
  price = new Float32Array(1024);
  /** As the shop gave it, to tell and to keep to a limit. */
  exactPrice = new Float64Array(1024);
  /** See `priceBand`; NO_BAND without a price. */
  priceBand = new Uint8Array(1024);
  createdAt = new Float64Array(1024);
  availableUntil = new Float64Array(1024);
  /** How often an item was put in: what is kept of one is out of date when this has grown. */
  editions = new Uint32Array(1024);
  /** Items, removed ones too, by every name they carry: any of their categories, their brand, their creator. */
  readonly itemsOf: Record<NameKind, Postings> = { category: new Postings(), brand: new Postings(), creator: new Postings() };
  readonly links = new ContentLinks();
  private readonly latest = new Leaders(NEWEST, {
    size: () => this.size,
    valueOf: (no) => (this.isOffered(no) ? this.createdAt[no] : ABSENT),
  });
  private readonly texts = new PackedItemTexts();
  private readonly places = new ItemPlaces();
  private readonly categoryPaths = new CategoryPaths();
  private readonly regionLists = new SharedValues<string[]>([]);
  private regionList = new Int32Array(1024);
  private readonly rows = new Array<NumberedItem | undefined>(ROWS_KEPT).fill(undefined);

  /** [MAX_DEPTH a path] what `pathStart` points into: see `CategoryPaths`. */
  get pathTable(): Int32Array {
    return this.categoryPaths.table;
  }

  /** Undefined for an id never seen; a removed item still has its number. */
  no(id: string): number | undefined {
    const no = this.texts.no(id);
    return no < 0 ? undefined : no;
  }
  /** Whether there is, or ever was, an item under a number. */
  has(no: number): boolean {
    return (this.flags[no] & KNOWN) !== 0;
  }
  /** Not to be changed, as it is kept for the next who asks. An item put in again has another row. */
  row(no: number): NumberedItem | undefined {
    if (!this.has(no)) return undefined;
    const kept = this.rows[no & (ROWS_KEPT - 1)];
    if (kept?.no === no) return kept;
    const row = this.read(no);
    this.rows[no & (ROWS_KEPT - 1)] = row;
    return row;
  }
  /** The item under a number that exists. */
  item(no: number): Item {
    return this.row(no)!.item;
  }
  /** Of an item that exists; cheaper than its row, as all below. */
  idOf(no: number): string {
    return this.texts.idOf(no);
  }
  titleOf(no: number): string {
    return this.texts.titleOf(no);
  }
  /** Null too where there is no item. */
  creatorIdOf(no: number): string | null {
    return this.has(no) && this.creator[no] > 0 ? this.names.creator.name(this.creator[no]) : null;
  }
  /** Numbers of all categories of an item, broad to narrow; none where there is no item. */
  categoriesOf(no: number): readonly number[] {
    return this.categoryPaths.at(this.pathStart[no]).nos;
  }
  /** Where an item is to be had; everywhere where none is named. */
  regionsOf(no: number): readonly string[] {
    return this.regionLists.at(this.regionList[no]);
  }
  /** Where an item is; null where that is not told. */
  placeOf(no: number): Place | null {
    return this.places.of(no);
  }

  /** How many categories an item has; 0 for a number without an item. */
  depthOf(no: number): number {
    return Math.min(MAX_DEPTH, this.categoriesOf(no).length);
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
    const wasKnown = this.has(no);
    const before = wasKnown ? this.indexed(no) : NOT_INDEXED;
    const wasOffered = this.isOffered(no);
    if (wasKnown) this.priceLevels.count(this.leafCategory[no], this.price[no], -1);
    if (!wasKnown || this.stock[no] !== (item.stock ?? -1)) this.stockToldAt[no] = toldAt;
    this.changes++;
    this.editions[no]++;
    this.live += Number(!row.removed) - Number(wasKnown && this.removed[no] === 0);
    this.write(row);
    this.priceLevels.count(this.leafCategory[no], this.price[no], 1);
    this.texts.put(no, item);
    this.rows[no & (ROWS_KEPT - 1)] = undefined;
    this.index(no, before, this.indexed(no), wasOffered !== this.isOffered(no));
  }

  private write({ no, item, ...row }: NumberedItem): void {
    this.kind[no] = ITEM_KINDS.indexOf(item.kind);
    this.style[no] = item.style === null ? 0 : CONTENT_STYLES.indexOf(item.style) + 1;
    this.removed[no] = Number(row.removed);
    this.commercial[no] = Number(item.commercial);
    this.pathStart[no] = this.categoryPaths.startOf(row.categoryNos, item.categories);
    this.rootCategory[no] = row.categoryNos[0];
    this.leafCategory[no] = row.categoryNos[row.categoryNos.length - 1];
    this.brand[no] = this.named('brand', row.brandNo, item.brand);
    this.creator[no] = this.named('creator', row.creatorNo, item.creatorId);
    this.stock[no] = item.stock ?? -1;
    this.minAge[no] = item.minAge ?? 0;
    this.price[no] = item.price ?? NONE;
    this.exactPrice[no] = item.price ?? NONE;
    this.priceBand[no] = item.price === null ? NO_BAND : priceBand(this.price[no]);
    this.createdAt[no] = item.createdAt;
    this.availableUntil[no] = item.availableUntil ?? NONE;
    this.regionList[no] = item.regions.length === 0 ? 0 : this.regionLists.no(item.regions.join('\n'), () => item.regions);
    this.places.put(no, item.geohash);
    this.flags[no] = flagsOf(item, row.removed);
  }

  /** The number of a name, which is told with the names of a catalogue, or with the first item that has it. */
  private named(kind: 'brand' | 'creator', no: number, name: string | null): number {
    if (no > 0 && name !== null && this.names[kind].name(no) === '') this.names[kind].set(no, name);
    return no;
  }

  private indexed(no: number): Indexed {
    return {
      categoryNos: this.categoriesOf(no),
      brandNos: [this.brand[no]],
      creatorNos: [this.creator[no]],
      named: this.kind[no] === PRODUCT || this.removed[no] === 1 ? NONE_NAMED : this.texts.of(no).productIds,
    };
  }

  private index(no: number, before: Indexed, after: Indexed, offerChanged: boolean): void {
    this.latest.update(no, this.isOffered(no) ? this.createdAt[no] : ABSENT);
    this.links.put(no, before.named, after.named);
    this.itemsOf.category.move(no, before.categoryNos, after.categoryNos, offerChanged);
    this.itemsOf.brand.move(no, before.brandNos, after.brandNos, offerChanged);
    this.itemsOf.creator.move(no, before.creatorNos, after.creatorNos, offerChanged);
  }

  private read(no: number): NumberedItem {
    const { nos, names } = this.categoryPaths.at(this.pathStart[no]);
    const [brandNo, creatorNo] = [this.brand[no], this.creator[no]];
    const texts = this.texts.of(no);
    const item: Item = {
      id: texts.id,
      kind: ITEM_KINDS[this.kind[no]],
      title: texts.title,
      categories: names,
      brand: brandNo === 0 ? null : this.names.brand.name(brandNo),
      creatorId: this.creatorIdOf(no),
      price: orNull(this.exactPrice[no]),
      currency: texts.currency,
      stock: this.stock[no] < 0 ? null : this.stock[no],
      labels: texts.labels,
      style: this.style[no] === 0 ? null : CONTENT_STYLES[this.style[no] - 1],
      commercial: this.commercial[no] === 1,
      aiGenerated: texts.aiGenerated,
      productIds: texts.productIds,
      regions: this.regionLists.at(this.regionList[no]),
      geohash: texts.geohash,
      minAge: texts.minAge,
      durationMs: texts.durationMs,
      repurchaseDays: texts.repurchaseDays,
      imageUrl: texts.imageUrl,
      createdAt: this.createdAt[no],
      availableUntil: orNull(this.availableUntil[no]),
    };
    return { no, item, categoryNos: nos, brandNo, creatorNo, removed: this.removed[no] === 1 };
  }

  private grow(size: number): void {
    if (size > this.kind.length) {
      const capacity = Math.max(size, this.kind.length * 2);
      for (const column of ['kind', 'style', 'removed', 'commercial', 'minAge', 'flags', 'priceBand'] as const)
        this[column] = growUint8(this[column], capacity);
      for (const column of ['rootCategory', 'leafCategory', 'pathStart', 'regionList', 'brand', 'creator', 'stock'] as const)
        this[column] = growInt32(this[column], capacity);
      this.editions = growUint32(this.editions, capacity);
      this.price = growFloat32(this.price, capacity);
      for (const column of ['exactPrice', 'createdAt', 'availableUntil', 'stockToldAt'] as const)
        this[column] = growFloat64(this[column], capacity);
    }
    this.size = Math.max(this.size, size);
  }
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

function flagsOf(item: Item, removed: boolean): number {
  let flags = KNOWN;
  if (removed) flags |= REMOVED;
  if (item.stock === 0) flags |= SOLD_OUT;
  if (item.regions.length > 0) flags |= REGIONAL;
  if (item.minAge !== null && item.minAge > 0) flags |= AGE_LIMITED;
  if (item.availableUntil !== null) flags |= ENDING;
  return flags;
}
