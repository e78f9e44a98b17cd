import { CONTENT_STYLES, ITEM_KINDS, type Item, type ItemPatch } from '../item.js';
import { type BatchFault } from './batch-fault.js';
import { EntryReader, type ListRule, MAX_AMOUNT } from './read-entry.js';

export const MAX_TITLE_LENGTH = 512;
export const MAX_STOCK = 1_000_000_000;
const MAX_AGE = 120;
const MAX_DURATION_MS = 7 * 86_400_000;
const MAX_REPURCHASE_DAYS = 3_650;
const MAX_URL_LENGTH = 2_048;

const CATEGORIES: ListRule = { least: 1, most: 8, distinct: true };
const LABELS: ListRule = { most: 64 };
const REGIONS: ListRule = { most: 64 };
const PRODUCT_IDS: ListRule = { most: 200, ids: true };
const KINDS = new Set(ITEM_KINDS);
const STYLES = new Set(CONTENT_STYLES);
const GEOHASH = /^[0-9b-hjkmnp-z]{1,12}$/;

const ITEM_FIELDS: ReadonlySet<string> = new Set([
  'id', 'kind', 'title', 'categories', 'brand', 'creatorId', 'price', 'currency', 'stock', 'labels', 'style', 'commercial', 'aiGenerated', 'productIds',
  'regions', 'geohash', 'minAge', 'durationMs', 'repurchaseDays', 'imageUrl', 'createdAt', 'availableUntil',
]); // prettier-ignore
const PATCH_FIELDS: ReadonlySet<string> = new Set(['id', 'stock', 'price', 'availableUntil', 'commercial', 'labels']);

/** An item as the shop gives it; `createdAt` null means when first seen. */
export type GivenItem = Omit<Item, 'createdAt'> & { createdAt: number | null };

/** Check one item; what is left out, or null, gets its default. */
export function readItem(input: unknown): { item: GivenItem } | { faults: BatchFault[] } {
  const reader = EntryReader.of(input, ITEM_FIELDS);
  if (!(reader instanceof EntryReader)) return reader;
  const item: GivenItem = {
    id: reader.requiredId('id', 'every item has one') ?? '',
    kind: reader.oneOf('kind', KINDS) ?? 'PRODUCT',
    ...readDescription(reader),
    ...readTrade(reader),
    ...readReach(reader),
  };
  return reader.faults === null ? { item } : { faults: reader.faults };
}

function readDescription(reader: EntryReader) {
  if (!reader.has('title')) reader.missing('title', 'every item has one');
  if (!reader.has('categories')) reader.missing('categories', 'an item has 1 to 8, from broad to narrow');
  return {
    title: reader.text('title', MAX_TITLE_LENGTH) ?? '',
    categories: reader.list('categories', CATEGORIES) ?? [],
    brand: reader.name('brand') ?? null,
    creatorId: reader.id('creatorId') ?? null,
    labels: reader.list('labels', LABELS) ?? [],
    style: reader.oneOf('style', STYLES) ?? null,
    commercial: reader.flag('commercial') ?? false,
    aiGenerated: reader.flag('aiGenerated') ?? false,
    productIds: reader.list('productIds', PRODUCT_IDS) ?? [],
    durationMs: reader.integer('durationMs', 0, MAX_DURATION_MS) ?? null,
    imageUrl: readImageUrl(reader) ?? null,
  };
}

function readTrade(reader: EntryReader) {
  return {
    price: reader.number('price', 0, MAX_AMOUNT) ?? null,
    currency: reader.currency('currency') ?? null,
    stock: reader.integer('stock', 0, MAX_STOCK) ?? null,
    repurchaseDays: reader.integer('repurchaseDays', 0, MAX_REPURCHASE_DAYS) ?? null,
  };
}

function readReach(reader: EntryReader) {
  return {
    regions: reader.list('regions', REGIONS) ?? [],
    geohash: reader.matching('geohash', GEOHASH, 'a geohash of 1 to 12 characters in small letters') ?? null,
    minAge: reader.integer('minAge', 0, MAX_AGE) ?? null,
    createdAt: reader.time('createdAt') ?? null,
    availableUntil: reader.time('availableUntil') ?? null,
  };
}

function readImageUrl(reader: EntryReader): string | undefined {
  const url = reader.name('imageUrl', MAX_URL_LENGTH);
  if (url === undefined || (/^https?:\/\/\S+$/i.test(url) && URL.canParse(url))) return url;
  reader.refuse('INVALID_VALUE', 'imageUrl', url, 'an address that begins with http:// or https://');
  return undefined;
}

/** Check a patch: what is absent stays as it is, null clears what may be without a value. */
export function readItemPatch(input: unknown): { patch: ItemPatch } | { faults: BatchFault[] } {
  const reader = EntryReader.of(input, PATCH_FIELDS);
  if (!(reader instanceof EntryReader)) return reader;
  const patch: ItemPatch = { id: reader.requiredId('id', 'a patch names its item') ?? '' };
  const stock = reader.isNull('stock') ? null : reader.integer('stock', 0, MAX_STOCK);
  const price = reader.isNull('price') ? null : reader.number('price', 0, MAX_AMOUNT);
  const availableUntil = reader.isNull('availableUntil') ? null : reader.time('availableUntil');
  const commercial = reader.flag('commercial');
  const labels = reader.list('labels', LABELS);
  for (const name of ['commercial', 'labels'])
    if (reader.isNull(name)) reader.refuse('INVALID_VALUE', name, null, name === 'labels' ? 'a list, [] to clear it' : 'true or false');
  if (stock !== undefined) patch.stock = stock;
  if (price !== undefined) patch.price = price;
  if (availableUntil !== undefined) patch.availableUntil = availableUntil;
  if (commercial !== undefined) patch.commercial = commercial;
  if (labels !== undefined) patch.labels = labels;
  return reader.faults === null ? { patch } : { faults: reader.faults };
}
