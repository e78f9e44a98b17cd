import { ITEM_KINDS, type ContentStyle, type Item, type NumberedItem } from '../../core/item.js';
import { type ItemToStore } from '../../ports/catalogue-store.js';
import { type NameBook } from './name-book.js';

/** An item with its numbers, ready to be written. */
export interface NumberedItemToStore {
  no: number;
  item: ItemToStore;
  categoryNos: number[];
  brandNo: number;
  creatorNo: number;
}

interface Details {
  labels: string[];
  style: ContentStyle | null;
  aiGenerated: boolean;
  productIds: string[];
  regions: string[];
  geohash: string | null;
  minAge: number | null;
  durationMs: number | null;
  repurchaseDays: number | null;
  imageUrl: string | null;
}

/** JSON of the details that are not at their default, which for most items is an empty object. */
function packDetails(item: ItemToStore): string {
  const details: Partial<Details> = {};
  if (item.labels.length > 0) details.labels = item.labels;
  if (item.style !== null) details.style = item.style;
  if (item.aiGenerated) details.aiGenerated = true;
  if (item.productIds.length > 0) details.productIds = item.productIds;
  if (item.regions.length > 0) details.regions = item.regions;
  if (item.geohash !== null) details.geohash = item.geohash;
  if (item.minAge !== null) details.minAge = item.minAge;
  if (item.durationMs !== null) details.durationMs = item.durationMs;
  if (item.repurchaseDays !== null) details.repurchaseDays = item.repurchaseDays;
  if (item.imageUrl !== null) details.imageUrl = item.imageUrl;
  return JSON.stringify(details);
}

function unpackDetails(json: string): Details {
  const given = (json === '{}' ? {} : JSON.parse(json)) as Partial<Details>;
  return {
    labels: given.labels ?? [],
    style: given.style ?? null,
    aiGenerated: given.aiGenerated ?? false,
    productIds: given.productIds ?? [],
    regions: given.regions ?? [],
    geohash: given.geohash ?? null,
    minAge: given.minAge ?? null,
    durationMs: given.durationMs ?? null,
    repurchaseDays: given.repurchaseDays ?? null,
    imageUrl: given.imageUrl ?? null,
  };
}

/** What is written of an item: column, type, value. */
const COLUMNS: [name: string, type: string, value: (row: NumberedItemToStore) => unknown][] = [
  ['id', 'text', ({ item }) => item.id],
  ['kind', 'smallint', ({ item }) => ITEM_KINDS.indexOf(item.kind)],
  ['title', 'text', ({ item }) => item.title],
  ['category_nos', 'text', ({ categoryNos }) => `{${categoryNos.join()}}`],
  ['brand_no', 'int', ({ brandNo }) => brandNo],
  ['creator_no', 'int', ({ creatorNo }) => creatorNo],
  ['price', 'float8', ({ item }) => item.price],
  ['currency', 'text', ({ item }) => item.currency],
  ['stock', 'float8', ({ item }) => item.stock],
  ['commercial', 'boolean', ({ item }) => item.commercial],
  ['details', 'text', ({ item }) => packDetails(item)],
  ['created_at', 'bigint', ({ item }) => item.createdAt],
  ['available_until', 'bigint', ({ item }) => item.availableUntil],
  ['no', 'int', ({ no }) => no],
];

const CASTS: Partial<Record<string, string>> = { category_nos: '::int[]', details: '::jsonb' };
const names = COLUMNS.map(([name]) => name);
const described = names.filter((name) => name !== 'id' && name !== 'no');
const FIRST_COLUMN = 4;

/**
 * Write items that have their numbers: $1 revision before, $2 revision after, $3 now, then an array per column. Row `k` takes the revision after $1 by `k`
 * if it changes anything; gives back how many did.
 */
export const WRITE_ITEMS = `
  WITH written AS (
    INSERT INTO items (${names.join()}, first_seen, written_revision, revision)
    SELECT ${names.map((name) => name + (CASTS[name] ?? '')).join()}, $3, $2, $1 + place
    FROM unnest(${COLUMNS.map(([, type], c) => `$${c + FIRST_COLUMN}::${type}[]`).join()}) WITH ORDINALITY AS given (${names.join()}, place)
    ON CONFLICT (id) DO UPDATE SET
      ${described.map((name) => `${name} = excluded.${name}`).join()},
      removed_at = NULL,
      written_revision = excluded.written_revision,
      revision = CASE
        WHEN items.removed_at IS NULL AND (${described.map((name) => `items.${name}`).join()}) IS NOT DISTINCT FROM (${described.map((name) => `excluded.${name}`).join()})
        THEN items.revision ELSE excluded.revision END
    RETURNING revision
  )
  SELECT count(*)::int AS changed FROM written WHERE revision > $1`;

/** The arrays of WRITE_ITEMS. */
export const columnsOf = (rows: NumberedItemToStore[]): unknown[][] => COLUMNS.map(([, , value]) => rows.map(value));

export type ItemRow = [
  no: number,
  revision: number,
  id: string,
  kind: number,
  title: string,
  categoryNos: string,
  brandNo: number,
  creatorNo: number,
  price: number | null,
  currency: string | null,
  stock: number | null,
  commercial: boolean,
  details: string,
  createdAt: number,
  availableUntil: number | null,
  removed: boolean,
];

/** Items changed after revision $1, at most $2, as ItemRow. In the order of the column, which has an index, and not of what is read of it, which has none. */
export const READ_ITEMS = `
  SELECT no, revision::float8, id, kind, title, category_nos::text, brand_no, creator_no, price, currency, stock, commercial, details::text,
    coalesce(created_at, first_seen)::float8, available_until::float8, removed_at IS NOT NULL
  FROM items WHERE revision > $1 ORDER BY items.revision LIMIT $2`;

/** Makes items of rows. Items of one category path share its two arrays, which are frozen: a shop has far fewer paths than items. */
export function itemReader(book: NameBook): (row: ItemRow) => NumberedItem {
  const paths = new Map<string, { categoryNos: number[]; categories: string[] }>();
  const pathOf = (literal: string) => {
    let path = paths.get(literal);
    if (path === undefined) {
      const categoryNos = literal === '{}' ? [] : literal.slice(1, -1).split(',').map(Number);
      path = { categoryNos, categories: categoryNos.map((no) => book.name('category', no)!) };
      Object.freeze(path.categoryNos);
      Object.freeze(path.categories);
      paths.set(literal, path);
    }
    return path;
  };
  return (row) => {
    const [no, , , , , literal, brandNo, creatorNo] = row;
    const { categoryNos, categories } = pathOf(literal);
    const item = toItem(row, categories, book.name('brand', brandNo), book.name('creator', creatorNo));
    return { no, item, categoryNos, brandNo, creatorNo, removed: row[row.length - 1] as boolean };
  };
}

/** Every field is written out, so that all items have one hidden class. */
function toItem(row: ItemRow, categories: string[], brand: string | null, creatorId: string | null): Item {
  const [, , id, kind, title, , , , price, currency, stock, commercial, json, createdAt, availableUntil] = row;
  const details = unpackDetails(json);
  return {
    id,
    kind: ITEM_KINDS[kind],
    title,
    categories,
    brand,
    creatorId,
    price,
    currency,
    stock,
    labels: details.labels,
    style: details.style,
    commercial,
    aiGenerated: details.aiGenerated,
    productIds: details.productIds,
    regions: details.regions,
    geohash: details.geohash,
    minAge: details.minAge,
    durationMs: details.durationMs,
    repurchaseDays: details.repurchaseDays,
    imageUrl: details.imageUrl,
    createdAt,
    availableUntil,
  };
}
