import { type Pool, type PoolClient } from 'pg';
import { type LoggedPage } from '../../core/exposures/exposure.js';
import { type KeptExposure, type KeptPage, restorePage } from '../../core/exposures/kept-page.js';
import { arrayParameters, type Column, column } from './binary-arrays.js';
import { MARKS, type PageRow } from './exposure-rows.js';
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

const OWNER_COLUMNS: readonly Column<PageRow>[] = [
  column('feed_id', 'uuid', ({ page }) => page.feedId),
  column('writer', 'int', ({ writer }) => writer),
  column('seq', 'bigint', ({ seq }) => seq),
  column('received_day', 'date', ({ day }) => day),
];

/** The offset keeps the planner from reading whole partitions of which it has no statistics yet. */
const ofPages = (table: string, columns: string, order: string): string => `
  SELECT p.ord::int - 1, e.user_id, ${epochMs('e.served_at')}, ${columns}
    FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::date[]) WITH ORDINALITY AS p(feed_id, writer, seq, received_day, ord)
   CROSS JOIN LATERAL (
     SELECT * FROM ${table}
      WHERE feed_id = p.feed_id AND writer = p.writer AND seq = p.seq AND received_day = p.received_day AND received_day = ANY($5::date[])
     OFFSET 0
   ) AS e
   ORDER BY ${order}`;

const ITEMS_OF_PAGES = ofPages(
  'exposure_items',
  'e.first_position, e.item_nos, e.item_ids, e.scores, e.ranks_before, e.sources, e.marks, e.propensities, e.reasons, e.product_ids',
  'p.ord',
);

type ItemsRow = [
  owner: number,
  userId: string | null,
  servedAt: number,
  firstPosition: number,
  itemNos: number[],
  itemIds: string[],
  scores: number[],
  ranksBefore: number[],
  sources: number[],
  marks: number[],
  propensities: (number | null)[] | null,
  reasons: (string | null)[] | null,
  productIds: (string | null)[] | null,
];

/** Items of a page from their row; null where its columns are not equally long. */
function unpackItems(row: ItemsRow): KeptExposure[] | null {
  const [, , , firstPosition, itemNos, itemIds, scores, ranksBefore, sources, marks, propensities, reasons, productIds] = row;
  const columns = row.slice(4) as (unknown[] | null)[];
  if (columns.some((column) => column !== null && column.length !== itemNos.length)) return null;
  return itemNos.map((itemNo, i) => {
    const products = productIds?.[i] ?? null;
    return {
      position: firstPosition + i,
      itemNo,
      itemId: itemIds[i],
      score: scores[i],
      rankBefore: ranksBefore[i],
      sources: sources[i],
      exploration: (marks[i] & MARKS.exploration) !== 0,
      promoted: (marks[i] & MARKS.promoted) !== 0,
      repeat: (marks[i] & MARKS.repeat) !== 0,
      propensity: propensities?.[i] ?? null,
      reasons: reasons?.[i] ?? null,
      productIds: products === null ? [] : (JSON.parse(products) as string[]),
    };
  });
}

/** For pages whose items are in rows of their own. */
const EXPOSURES_OF_PAGES = ofPages(
  'exposures',
  'e.position, e.item_no, e.item_id, e.score, e.rank_before, e.sources, e.exploration, e.promoted, e.repeat, e.propensity, e.reasons::text, e.product_ids',
  'p.ord, e.position',
);

function readExposure(row: readonly unknown[]): KeptExposure {
  return {
    position: row[3],
    itemNo: row[4],
    itemId: row[5],
    score: row[6],
    rankBefore: row[7],
    sources: row[8],
    exploration: row[9],
    promoted: row[10],
    repeat: row[11],
    propensity: row[12],
    reasons: row[13],
    productIds: row[14] ?? [],
  } as KeptExposure;
}

/**
 * Read the items of pages into them.
 *
 * @returns the places of those pages of which an item says another user or another time than the page does, or items are not whole
 */
export async function readItems(client: Pool | PoolClient, rows: readonly PageRow[]): Promise<Set<number>> {
  const astray = new Set<number>();
  if (rows.length === 0) return astray;
  const read = async (name: string, text: string, of: readonly PageRow[]): Promise<unknown[][]> => {
    const days = [...new Set(of.map(({ day }) => day))];
    const result = await client.query<unknown[]>({ name, text, values: [...arrayParameters(OWNER_COLUMNS, of), days], rowMode: 'array' });
    return result.rows;
  };
  const note = (owner: PageRow, userId: unknown, servedAt: unknown): void => {
    if (userId !== owner.page.userId || servedAt !== owner.page.servedAt) astray.add(rows.indexOf(owner));
  };
  const found = new Set<PageRow>();
  for (const row of (await read('items-of-pages', ITEMS_OF_PAGES, rows)) as ItemsRow[]) {
    const owner = rows[row[0]];
    const items = unpackItems(row);
    if (items) owner.page.placed.push(...items);
    else astray.add(row[0]);
    note(owner, row[1], row[2]);
    found.add(owner);
  }
  const others = rows.filter((row) => !found.has(row));
  if (others.length > 0)
    for (const row of await read('exposures-of-pages', EXPOSURES_OF_PAGES, others)) {
      const owner = others[row[0] as number];
      owner.page.placed.push(readExposure(row));
      note(owner, row[1], row[2]);
    }
  return astray;
}

/** A page with its place in the log; features are left empty. */
export function loggedPage({ page, writer, seq, receivedAt, hash }: PageRow): LoggedPage {
  return { ...restorePage(page, []), writer, seq, receivedAt, hash };
}
