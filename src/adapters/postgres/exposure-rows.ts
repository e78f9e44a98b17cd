import { type LedgerPosition } from '../../core/events/event.js';
import { type KeptExposure, type KeptPage } from '../../core/exposures/kept-page.js';
import { type ArrayBytes, arrayParameters, type Column, column, insertRows, KINDS, textArray } from './binary-arrays.js';
import { HEAD_COLUMNS, type HeadMove, moveHeads } from './writer.js';

/** A page with its place in a chain. */
export interface PageRow extends LedgerPosition {
  page: KeptPage;
  receivedAt: number;
  day: string;
  hash: string;
}

const PAGE_COLUMNS: readonly Column<PageRow>[] = [
  column('received_day', 'date', ({ day }) => day),
  column('received_at', 'instant', ({ receivedAt }) => receivedAt),
  column('writer', 'int', ({ writer }) => writer),
  column('seq', 'bigint', ({ seq }) => seq),
  column('feed_id', 'uuid', ({ page }) => page.feedId),
  column('page_no', 'int', ({ page }) => page.pageNo),
  column('kind', 'text', ({ page }) => page.kind),
  column('user_id', 'text', ({ page }) => page.userId),
  column('session_id', 'text', ({ page }) => page.sessionId),
  column('surface', 'text', ({ page }) => page.surface),
  column('page_id', 'text', ({ page }) => page.pageId),
  column('served_at', 'instant', ({ page }) => page.servedAt),
  column('scorer', 'text', ({ page }) => page.scorer),
  column('model_version', 'text', ({ page }) => page.modelVersion),
  column('config_version', 'int', ({ page }) => page.configVersion),
  column('assignments', 'text', ({ page }) => page.assignments, 'json'),
  column('degraded', 'text', ({ page }) => arrayOrNull(page.degraded), 'text[]'),
  column('relaxed', 'text', ({ page }) => arrayOrNull(page.relaxed), 'text[]'),
  column('pool_size', 'int', ({ page }) => page.poolSize),
  column('fixed_by_caller', 'boolean', ({ page }) => page.fixedByCaller),
  column('feature_catalogue', 'hex', ({ page }) => page.featureCatalogue),
  column('features', 'bytes', ({ page }) => page.features),
  column('contributions', 'bytes', ({ page }) => page.contributions),
  column('seal', 'hex', ({ page }) => page.seal),
  column('mentions', 'text', ({ page }) => arrayOrNull(page.mentions), 'text[]'),
  column('mention_seals', 'text', ({ page }) => arrayOrNull(page.mentionSeals.map((sealed) => `\\x${sealed}`)), 'bytea[]'),
  column('widening', 'text', ({ page }) => page.widening, 'json'),
  column('hash', 'hex', ({ hash }) => hash),
];

const arrayOrNull = (values: readonly (string | null)[]): string | null => (values.length === 0 ? null : textArray(values));

/** Bits of `marks`. */
export const MARKS = { exploration: 1, promoted: 2, repeat: 4 } as const;

const marksOf = ({ exploration, promoted, repeat }: KeptExposure): number =>
  (exploration ? MARKS.exploration : 0) | (promoted ? MARKS.promoted : 0) | (repeat ? MARKS.repeat : 0);

/** The items of all pages of a batch, one behind the other; each page then takes its slice. */
const ITEM_COLUMNS: readonly Column<KeptExposure>[] = [
  column('item_nos', 'int', ({ itemNo }) => itemNo),
  column('item_ids', 'text', ({ itemId }) => itemId),
  column('scores', 'double', ({ score }) => score),
  column('ranks_before', 'int', ({ rankBefore }) => rankBefore),
  column('sources', 'int', ({ sources }) => sources),
  column('marks', 'smallint', marksOf),
  column('propensities', 'double', ({ propensity }) => propensity),
  column('reasons', 'text', ({ reasons }) => reasons),
  column('product_ids', 'text', ({ productIds }) => (productIds.length === 0 ? null : JSON.stringify(productIds))),
];

/** Where the items of a page are among those of its batch, from 1, both ends included. */
interface Slice {
  firstPosition: number;
  first: number;
  last: number;
}

const SLICE_COLUMNS: readonly Column<Slice>[] = [
  column('first_position', 'int', ({ firstPosition }) => firstPosition),
  column('first', 'int', ({ first }) => first),
  column('last', 'int', ({ last }) => last),
];

interface ProductRow {
  row: PageRow;
  position: number;
  productId: string;
}

const PRODUCT_COLUMNS: readonly Column<ProductRow>[] = [
  column('received_day', 'date', ({ row }) => row.day),
  column('user_id', 'text', ({ row }) => row.page.userId),
  column('product_id', 'text', ({ productId }) => productId),
  column('served_at', 'instant', ({ row }) => row.page.servedAt),
  column('feed_id', 'uuid', ({ row }) => row.page.feedId),
  column('position', 'int', ({ position }) => position),
];

const MOVED = '(SELECT count(*) FROM heads) > 0';
const PAGES_FIRST = HEAD_COLUMNS.length + 1;
const SLICES_FIRST = PAGES_FIRST + PAGE_COLUMNS.length;
const ITEMS_FIRST = SLICES_FIRST + SLICE_COLUMNS.length;
const PRODUCTS_FIRST = ITEMS_FIRST + ITEM_COLUMNS.length;

/** What the row of a page's items has of the page. */
const OWNER_COLUMNS = ['received_day', 'writer', 'seq', 'feed_id', 'user_id', 'served_at'];
const pageParameter = (name: string): string => {
  const place = PAGE_COLUMNS.findIndex((column) => column.name === name);
  return `$${PAGES_FIRST + place}::${KINDS[PAGE_COLUMNS[place].kind].sql}[]`;
};
const sliceParameters = SLICE_COLUMNS.map((_, i) => `$${SLICES_FIRST + i}::int[]`);
const INSERT_ITEMS = `
  INSERT INTO exposure_items (${[...OWNER_COLUMNS, 'first_position', ...ITEM_COLUMNS.map(({ name }) => name)].join(', ')})
  SELECT ${OWNER_COLUMNS.map((name) => `r.${name}`).join(', ')}, r.first_position,
         ${ITEM_COLUMNS.map(({ kind }, i) => `($${ITEMS_FIRST + i}::${KINDS[kind].sql}[])[r.first:r.last]`).join(', ')}
    FROM unnest(${[...OWNER_COLUMNS.map(pageParameter), ...sliceParameters].join(', ')}) AS r(${[...OWNER_COLUMNS, ...SLICE_COLUMNS.map(({ name }) => name)].join(', ')})
   WHERE r.last >= r.first AND ${MOVED}`;

/** One statement for all that a batch of pages adds: whole or not at all, in one round trip. It answers how many heads moved, 1 or 0. */
export const INSERT_PAGES = `
  WITH heads AS (${moveHeads(1)}),
    pages AS (${insertRows('exposure_pages', PAGE_COLUMNS, PAGES_FIRST)} WHERE ${MOVED}),
    products AS (${insertRows('exposure_products', PRODUCT_COLUMNS, PRODUCTS_FIRST)} WHERE ${MOVED}),
    items AS (${INSERT_ITEMS})
  SELECT count(*)::int AS moved FROM heads`;

/** The parameters of `INSERT_PAGES` for pages of one chain, in bytes that nobody else may use until the statement is answered. */
export function pageParameters(rows: readonly PageRow[], move: HeadMove, bytes: ArrayBytes): unknown[] {
  const items = rows.flatMap(({ page }) => page.placed);
  bytes.clear();
  return [
    ...arrayParameters(HEAD_COLUMNS, [move], bytes),
    ...arrayParameters(PAGE_COLUMNS, rows, bytes),
    ...arrayParameters(SLICE_COLUMNS, slicesOf(rows), bytes),
    ...arrayParameters(ITEM_COLUMNS, items, bytes),
    ...arrayParameters(PRODUCT_COLUMNS, rows.flatMap(productsOf), bytes),
  ];
}

function slicesOf(rows: readonly PageRow[]): Slice[] {
  let last = 0;
  return rows.map(({ page: { placed } }) => {
    const first = last + 1;
    last += placed.length;
    return { firstPosition: placed.length === 0 ? 0 : placed[0].position, first, last };
  });
}

function productsOf(row: PageRow): ProductRow[] {
  if (row.page.userId === null) return [];
  return row.page.placed.flatMap(({ position, productIds }) =>
    productIds.length === 0 ? [] : [...new Set(productIds)].map((productId) => ({ row, position, productId })),
  );
}
