import { type Pool } from 'pg';
import { exposureId, type LoggedPage, parseExposureId, uuidTime } from '../../core/exposures/exposure.js';
import { floats, restoreFrame, restoreItem } from '../../core/exposures/kept-page.js';
import { unpackContributions } from '../../core/exposures/contributions.js';
import { type FoldCursor, isFolded } from '../../core/tags/cursor.js';
import { DAY_MS, HOUR_MS, utcDay } from '../../core/time.js';
import { type ExposureEntry, type ExposureFacts, type ExposureLog } from '../../ports/exposure-log.js';
import { arrayParameters, type Column, column } from './binary-arrays.js';
import { loggedPage, PAGE_WIDTH, READ_EXPOSURE, readExposure, readItems, readPage, readPageColumns } from './exposure-reading.js';
import { asUnavailable } from './faults.js';
import { epochMs } from './ledger-rows.js';

type Lookups = Pick<ExposureLog, 'find' | 'findLatest' | 'itemsOfFeed' | 'itemsOfPage' | 'pagesOfUser' | 'entry'>;
type LatestQuery = Parameters<ExposureLog['findLatest']>[0][number];
type Read = (name: string, text: string, values: unknown[]) => Promise<unknown[][]>;

const PAGE_MEMORY_MS = 2 * HOUR_MS;

/** The reading half of the exposure log. */
export function createExposureLookups({ pool, clock, retentionDays }: { pool: Pool; clock: () => number; retentionDays: number }): Lookups {
  const read: Read = async (name, text, values) => {
    const result = await pool.query<unknown[]>({ name, text, values, rowMode: 'array' }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return result.rows;
  };
  const oldest = (): number => clock() - retentionDays * DAY_MS;
  /** A time as far as the log reaches, so that it names a day that a partition can have. */
  const within = (at: number): number => Math.min(Math.max(at, oldest(), 0), clock() + DAY_MS);
  const daysOfFeed = (feedId: string): string[] => {
    const at = uuidTime(feedId);
    return at < oldest() - DAY_MS || at > clock() + DAY_MS ? [] : daysAround(at);
  };

  return {
    find: (exposureIds) => find(read, exposureIds, daysOfFeed),
    findLatest: (queries) => findLatest(read, queries, within),
    async itemsOfFeed(feedId) {
      if (!parseExposureId(exposureId(feedId, 1))) return [];
      const rows = await read(
        'exposures-of-feed',
        'SELECT item_no, position FROM exposures WHERE feed_id = $1 AND received_day = ANY($2::date[]) ORDER BY position',
        [feedId, daysOfFeed(feedId)],
      );
      return (rows as [number, number][]).map(([itemNo, position]) => ({ itemNo, position }));
    },
    async itemsOfPage(pageId) {
      const since = clock() - PAGE_MEMORY_MS;
      const rows = await read('exposures-of-page', ITEMS_OF_PAGE, [pageId, new Date(since), utcDay(since)]);
      return [...new Set((rows as [number][]).map(([itemNo]) => itemNo))];
    },
    pagesOfUser: (userId, cursor, from) =>
      pagesOfUser({ pool, read }, userId, cursor, { from, firstDay: utcDay(within(Math.max(cursor.since, from - DAY_MS))) }),
    entry: (id) => entry(read, id, daysOfFeed),
  };
}

/** The days on which pages of a feed can have been received: its own, the next, and the one before where clocks differ. */
const daysAround = (at: number): string[] => [utcDay(at - DAY_MS), utcDay(at), utcDay(at + DAY_MS)];

interface Wanted {
  index: number;
  feedId: string;
  position: number;
}

const WANTED_COLUMNS: readonly Column<Wanted>[] = [
  column('index', 'int', ({ index }) => index),
  column('feed_id', 'uuid', ({ feedId }) => feedId),
  column('position', 'int', ({ position }) => position),
];

const FACTS = `e.feed_id, e.position, e.user_id, e.item_no, e.product_ids, ${epochMs('e.served_at')}`;

/** The limit keeps the planner from reading whole partitions of which it has no statistics yet. */
const FIND = `
  SELECT w.index, ${FACTS} FROM unnest($1::int[], $2::uuid[], $3::int[]) AS w(index, feed_id, position)
   CROSS JOIN LATERAL (
     SELECT * FROM exposures WHERE feed_id = w.feed_id AND position = w.position AND received_day = ANY($4::date[]) LIMIT 1
   ) AS e`;

async function find(read: Read, ids: string[], daysOfFeed: (feedId: string) => string[]): Promise<(ExposureFacts | null)[]> {
  const days = new Set<string>();
  const wanted: Wanted[] = [];
  ids.forEach((id, index) => {
    const exposure = parseExposureId(id);
    const possible = exposure ? daysOfFeed(exposure.feedId) : [];
    if (!exposure || possible.length === 0) return;
    wanted.push({ index, ...exposure });
    for (const day of possible) days.add(day);
  });
  const rows = wanted.length === 0 ? [] : await read('exposures-find', FIND, [...arrayParameters(WANTED_COLUMNS, wanted), [...days]]);
  return placeFacts(rows, ids.length);
}

interface IndexedQuery extends LatestQuery {
  index: number;
}

const QUERY_COLUMNS: readonly Column<IndexedQuery>[] = [
  column('index', 'int', ({ index }) => index),
  column('user_id', 'text', ({ userId }) => userId),
  column('item_no', 'int', ({ itemNo }) => itemNo),
  column('item_id', 'text', ({ itemId }) => itemId),
  column('since', 'instant', ({ from }) => Math.ceil(from)),
  column('until', 'instant', ({ to }) => Math.floor(to)),
];

/** An exposure of the item itself goes before one of content that named it, where both were on one page. */
const FIND_LATEST = `
  SELECT q.index, ${FACTS}
    FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[]) AS q(index, user_id, item_no, item_id, since, until)
   CROSS JOIN LATERAL (
     (SELECT feed_id, position, received_day, served_at, 1 AS rank FROM exposures
       WHERE user_id = q.user_id AND item_no = q.item_no AND served_at BETWEEN q.since AND q.until AND received_day BETWEEN $7 AND $8
       ORDER BY served_at DESC LIMIT 1)
     UNION ALL
     (SELECT feed_id, position, received_day, served_at, 0 FROM exposure_products
       WHERE user_id = q.user_id AND product_id = q.item_id AND served_at BETWEEN q.since AND q.until AND received_day BETWEEN $7 AND $8
       ORDER BY served_at DESC LIMIT 1)
     ORDER BY served_at DESC, rank DESC LIMIT 1
   ) AS latest
   CROSS JOIN LATERAL (
     SELECT * FROM exposures
      WHERE feed_id = latest.feed_id AND position = latest.position AND received_day = latest.received_day AND received_day BETWEEN $7 AND $8 LIMIT 1
   ) AS e`;

async function findLatest(read: Read, queries: LatestQuery[], within: (at: number) => number): Promise<(ExposureFacts | null)[]> {
  if (queries.length === 0) return [];
  let first = Infinity;
  let last = -Infinity;
  for (const { from, to } of queries) {
    first = Math.min(first, from);
    last = Math.max(last, to);
  }
  const indexed = queries.map((query, index) => ({ ...query, index }));
  // A page is received on the day it is served, or on the next where it had to wait.
  const days = [utcDay(within(first - DAY_MS)), utcDay(within(last + DAY_MS))];
  return placeFacts(await read('exposures-latest', FIND_LATEST, [...arrayParameters(QUERY_COLUMNS, indexed), ...days]), queries.length);
}

function placeFacts(rows: unknown[][], length: number): (ExposureFacts | null)[] {
  const facts = new Array<ExposureFacts | null>(length).fill(null);
  for (const row of rows as [number, string, number, string | null, number, string[] | null, number][]) {
    const [index, feedId, position, userId, itemNo, productIds, servedAt] = row;
    facts[index] = { exposureId: exposureId(feedId, position), userId, itemNo, productIds: productIds ?? [], servedAt };
  }
  return facts;
}

const ITEMS_OF_PAGE = `
  SELECT e.item_no FROM exposure_pages p
    JOIN exposures e ON e.feed_id = p.feed_id AND e.writer = p.writer AND e.seq = p.seq AND e.received_day = p.received_day
   WHERE p.page_id = $1 AND p.received_at >= $2 AND p.received_day >= $3 AND e.received_day >= $3
   ORDER BY p.received_at, p.writer, p.seq, e.position`;

async function pagesOfUser(
  { pool, read }: { pool: Pool; read: Read },
  userId: string,
  cursor: FoldCursor,
  { from, firstDay }: { from: number; firstDay: string },
): Promise<LoggedPage[]> {
  const found = await read(
    'pages-of-user',
    `SELECT ${readPageColumns(false)} FROM exposure_pages p
      WHERE p.user_id = $1 AND p.received_at >= $2 AND p.served_at >= $3 AND p.received_day >= $4 ORDER BY p.received_at, p.writer, p.seq`,
    [userId, new Date(cursor.since), new Date(from), firstDay],
  );
  const rows = found.map(readPage).filter((row) => !isFolded(cursor, row));
  await readItems(pool, rows).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  return rows.map(loggedPage);
}

/** With the item go the names of the features, its row in the matrix, and how many rows there are. */
const ENTRY = `
  SELECT ${readPageColumns(true)}, c.names, (count(*) FILTER (WHERE o.position < e.position))::int, count(*)::int, ${READ_EXPOSURE}
    FROM exposures e
    JOIN exposure_pages p ON p.writer = e.writer AND p.seq = e.seq AND p.received_day = e.received_day
    JOIN exposures o ON o.feed_id = e.feed_id AND o.writer = e.writer AND o.seq = e.seq AND o.received_day = e.received_day
    JOIN feature_catalogues c ON c.hash = p.feature_catalogue
   WHERE e.feed_id = $1 AND e.position = $2
     AND e.received_day = ANY($3::date[]) AND p.received_day = ANY($3::date[]) AND o.received_day = ANY($3::date[])
   GROUP BY p.writer, p.seq, p.received_day, e.feed_id, e.position, e.received_day, c.hash`;

async function entry(read: Read, id: string, daysOfFeed: (feedId: string) => string[]): Promise<ExposureEntry | null> {
  const exposure = parseExposureId(id);
  if (!exposure) return null;
  const [row] = await read('exposure-entry', ENTRY, [exposure.feedId, exposure.position, daysOfFeed(exposure.feedId)]);
  if (!row) return null;
  const { page, writer, seq, receivedAt, hash } = readPage(row);
  const [names, place, items] = row.slice(PAGE_WIDTH) as [string[], number, number];
  const values = floats(page.features).subarray(place * names.length, (place + 1) * names.length);
  return {
    page: { ...restoreFrame(page, names), writer, seq, receivedAt, hash },
    placed: restoreItem(readExposure(row, PAGE_WIDTH + 3), page.mentions, unpackContributions(page.contributions, items)[place]),
    features: Object.fromEntries(names.map((name, i) => [name, values[i]])),
  };
}
