import { type Pool, type PoolClient } from 'pg';
import { type LoggedPage } from '../../core/exposures/exposure.js';
import { type KeptExposure, type KeptPage, restorePage } from '../../core/exposures/kept-page.js';
import { arrayParameters, type Column, column } from './binary-arrays.js';
import { type PageRow } from './exposure-rows.js';
import { epochMs } from './ledger-rows.js';

/** Columns of `exposure_pages p` as `readPage` takes them, in rows read as arrays. Features can be left out, since they are most of a page. */
export const readPageColumns = (withFeatures: boolean): string => `
  to_char(p.received_day, 'YYYY-MM-DD'), ${epochMs('p.received_at')}, p.writer, p.seq::float8, encode(p.hash, 'hex'), p.feed_id, p.page_no, p.kind,
  p.user_id, p.session_id, p.surface, p.page_id, ${epochMs('p.served_at')}, p.scorer, p.model_version, p.config_version, p.assignments::text, p.degraded,
  p.relaxed, p.pool_size, p.fixed_by_caller, encode(p.feature_catalogue, 'hex'), ${withFeatures ? 'p.features' : `''::bytea`}, p.contributions,
  encode(p.seal, 'hex'), p.mentions, (SELECT array_agg(encode(s, 'hex') ORDER BY i) FROM unnest(p.mention_seals) WITH ORDINALITY AS m(s, i)), p.widening::text`;
export const PAGE_WIDTH = 28;

/** The page of a row, still without its items. */
export function readPage(row: readonly unknown[]): PageRow {
  const page = {
    feedId: row[5],
    pageNo: row[6],
    kind: row[7],
    userId: row[8],
    sessionId: row[9],
    surface: row[10],
    pageId: row[11],
    servedAt: row[12],
    scorer: row[13],
    modelVersion: row[14],
    configVersion: row[15],
    assignments: row[16],
    degraded: row[17] ?? [],
    relaxed: row[18] ?? [],
    poolSize: row[19],
    fixedByCaller: row[20],
    featureCatalogue: row[21],
    features: row[22],
    contributions: row[23],
    seal: row[24],
    mentions: row[25] ?? [],
    mentionSeals: row[26] ?? [],
    widening: row[27],
    placed: [],
  } as Record<keyof KeptPage, unknown> as KeptPage;
  const [day, receivedAt, writer, seq, hash] = row as [string, number, number, number, string];
  return { page, day, receivedAt, writer, seq, hash };
}

/** Columns of `exposures e` as `readExposure` takes them. */
export const READ_EXPOSURE =
  'e.position, e.item_no, e.item_id, e.score, e.rank_before, e.sources, e.exploration, e.promoted, e.repeat, e.propensity, e.reasons::text, e.product_ids';

export function readExposure(row: readonly unknown[], first = 0): KeptExposure {
  return {
    position: row[first],
    itemNo: row[first + 1],
    itemId: row[first + 2],
    score: row[first + 3],
    rankBefore: row[first + 4],
    sources: row[first + 5],
    exploration: row[first + 6],
    promoted: row[first + 7],
    repeat: row[first + 8],
    propensity: row[first + 9],
    reasons: row[first + 10],
    productIds: row[first + 11] ?? [],
  } as KeptExposure;
}

const OWNER_COLUMNS: readonly Column<PageRow>[] = [
  column('feed_id', 'uuid', ({ page }) => page.feedId),
  column('writer', 'int', ({ writer }) => writer),
  column('seq', 'bigint', ({ seq }) => seq),
  column('received_day', 'date', ({ day }) => day),
];

/** The offset keeps the planner from reading whole partitions of which it has no statistics yet. */
const EXPOSURES_OF_PAGES = `
  SELECT p.ord::int - 1, e.user_id, ${epochMs('e.served_at')}, ${READ_EXPOSURE}
    FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::date[]) WITH ORDINALITY AS p(feed_id, writer, seq, received_day, ord)
   CROSS JOIN LATERAL (
     SELECT * FROM exposures
      WHERE feed_id = p.feed_id AND writer = p.writer AND seq = p.seq AND received_day = p.received_day AND received_day = ANY($5::date[])
     OFFSET 0
   ) AS e
   ORDER BY p.ord, e.position`;

/**
 * Read the items of pages into them.
 *
 * @returns the places of those pages of which an item says another user or another time than the page does
 */
export async function readItems(client: Pool | PoolClient, rows: readonly PageRow[]): Promise<Set<number>> {
  const astray = new Set<number>();
  if (rows.length === 0) return astray;
  const days = [...new Set(rows.map(({ day }) => day))];
  const items = await client.query<unknown[]>({
    name: 'exposures-of-pages',
    text: EXPOSURES_OF_PAGES,
    values: [...arrayParameters(OWNER_COLUMNS, rows), days],
    rowMode: 'array',
  });
  for (const item of items.rows) {
    const [owner, userId, servedAt] = item as [number, string | null, number];
    const { page } = rows[owner];
    page.placed.push(readExposure(item, 3));
    if (userId !== page.userId || servedAt !== page.servedAt) astray.add(owner);
  }
  return astray;
}

/** A page with its place in the log; features are left empty. */
export function loggedPage({ page, writer, seq, receivedAt, hash }: PageRow): LoggedPage {
  return { ...restorePage(page, []), writer, seq, receivedAt, hash };
}
