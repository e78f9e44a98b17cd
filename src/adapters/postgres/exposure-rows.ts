import { type LedgerPosition } from '../../core/events/event.js';
import { type KeptExposure, type KeptPage } from '../../core/exposures/kept-page.js';
import { ArrayBytes, arrayParameters, type Column, column, insertRows, textArray } from './binary-arrays.js';
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

interface ExposureRow {
  row: PageRow;
  item: KeptExposure;
}

const EXPOSURE_COLUMNS: readonly Column<ExposureRow>[] = [
  column('received_day', 'date', ({ row }) => row.day),
  column('feed_id', 'uuid', ({ row }) => row.page.feedId),
  column('position', 'int', ({ item }) => item.position),
  column('writer', 'int', ({ row }) => row.writer),
  column('seq', 'bigint', ({ row }) => row.seq),
  column('user_id', 'text', ({ row }) => row.page.userId),
  column('item_no', 'int', ({ item }) => item.itemNo),
  column('item_id', 'text', ({ item }) => item.itemId),
  column('served_at', 'instant', ({ row }) => row.page.servedAt),
  column('score', 'double', ({ item }) => item.score),
  column('rank_before', 'int', ({ item }) => item.rankBefore),
  column('sources', 'int', ({ item }) => item.sources),
  column('exploration', 'boolean', ({ item }) => item.exploration),
  column('promoted', 'boolean', ({ item }) => item.promoted),
  column('repeat', 'boolean', ({ item }) => item.repeat),
  column('propensity', 'double', ({ item }) => item.propensity),
  column('reasons', 'text', ({ item }) => item.reasons, 'json'),
  column('product_ids', 'text', ({ item }) => arrayOrNull(item.productIds), 'text[]'),
];

interface ProductRow extends ExposureRow {
  productId: string;
}

const PRODUCT_COLUMNS: readonly Column<ProductRow>[] = [
  column('received_day', 'date', ({ row }) => row.day),
  column('user_id', 'text', ({ row }) => row.page.userId),
  column('product_id', 'text', ({ productId }) => productId),
  column('served_at', 'instant', ({ row }) => row.page.servedAt),
  column('feed_id', 'uuid', ({ row }) => row.page.feedId),
  column('position', 'int', ({ item }) => item.position),
];

const MOVED = 'WHERE (SELECT count(*) FROM heads) > 0';
const PAGES_FIRST = HEAD_COLUMNS.length + 1;
const EXPOSURES_FIRST = PAGES_FIRST + PAGE_COLUMNS.length;
const PRODUCTS_FIRST = EXPOSURES_FIRST + EXPOSURE_COLUMNS.length;

/** One statement for all that a batch of pages adds: whole or not at all, in one round trip. It answers how many heads moved, 1 or 0. */
export const INSERT_PAGES = `
  WITH heads AS (${moveHeads(1)}),
    pages AS (${insertRows('exposure_pages', PAGE_COLUMNS, PAGES_FIRST)} ${MOVED}),
    products AS (${insertRows('exposure_products', PRODUCT_COLUMNS, PRODUCTS_FIRST)} ${MOVED}),
    items AS (${insertRows('exposures', EXPOSURE_COLUMNS, EXPOSURES_FIRST)} ${MOVED})
  SELECT count(*)::int AS moved FROM heads`;

/** The parameters of `INSERT_PAGES` for pages of one chain. */
export function pageParameters(rows: readonly PageRow[], move: HeadMove): unknown[] {
  const exposures: ExposureRow[] = [];
  const products: ProductRow[] = [];
  for (const row of rows)
    for (const item of row.page.placed) {
      exposures.push({ row, item });
      if (row.page.userId !== null) for (const productId of new Set(item.productIds)) products.push({ row, item, productId });
    }
  const blobs = rows.reduce((size, { page }) => size + page.features.length + page.contributions.length, 0);
  const bytes = new ArrayBytes(4096 + blobs + rows.length * 1024 + exposures.length * 320);
  return [
    ...arrayParameters(HEAD_COLUMNS, [move], bytes),
    ...arrayParameters(PAGE_COLUMNS, rows, bytes),
    ...arrayParameters(EXPOSURE_COLUMNS, exposures, bytes),
    ...arrayParameters(PRODUCT_COLUMNS, products, bytes),
  ];
}
