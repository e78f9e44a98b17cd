import { type Pool } from 'pg';
import { exposureId, type LoggedPage, parseExposureId, uuidTime } from '../../core/exposures/exposure.js';
import { floats, restoreFrame, restoreItem } from '../../core/exposures/kept-page.js';
import { unpackContributions } from '../../core/exposures/contributions.js';
import { type FoldCursor, isFolded } from '../../core/tags/cursor.js';
import { DAY_MS, HOUR_MS, utcDay } from '../../core/time.js';
import { type ExposureEntry, type ExposureFacts, type ExposureLog } from '../../ports/exposure-log.js';
import { arrayParameters, type Column, column } from './binary-arrays.js';
import { loggedPage, PAGE_WIDTH, readItems, readPage, readPageColumns } from './exposure-reading.js';
import { asUnavailable } from './faults.js';
import { epochMs } from './ledger-rows.js';
import { usersAmong } from './users-among.js';

type Lookups = Pick<ExposureLog, 'find' | 'findLatest' | 'itemsOfFeed' | 'itemsOfPage' | 'pagesOfUser' | 'usersWithPages' | 'entry'>;
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
        'SELECT item_no, position FROM all_exposures WHERE feed_id = $1 AND received_day = ANY($2::date[]) ORDER BY position',
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
    async usersWithPages(userIds) {
      const rows = await read('pages-users', usersAmong('exposure_pages'), [userIds, utcDay(within(0))]);
      return new Set((rows as [string][]).map(([userId]) => userId));
    },
    entry: (id) => entry({ pool, read }, id, daysOfFeed),
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

/** What is known of the exposure at a position of a feed, received on days that a condition names. The limit keeps the planner from reading whole partitions of which it has no statistics yet. */
const factsAt = (wanted: string, days: string): string => `
   CROSS JOIN LATERAL (
     (SELECT user_id, item_nos[${wanted}.position - first_position + 1] AS item_no, product_ids[${wanted}.position - first_position + 1] AS product_ids, served_at
        FROM exposure_items
       WHERE feed_id = ${wanted}.feed_id AND first_position <= ${wanted}.position AND first_position + cardinality(item_nos) > ${wanted}.position AND ${days} LIMIT 1)
     UNION ALL
     (SELECT user_id, item_no, array_to_json(product_ids)::text, served_at
        FROM exposures WHERE feed_id = ${wanted}.feed_id AND position = ${wanted}.position AND ${days} LIMIT 1)
     LIMIT 1
   ) AS e`;
const FACTS = `e.user_id, e.item_no, e.product_ids, ${epochMs('e.served_at')}`;

const FIND = `
  SELECT w.index, w.feed_id, w.position, ${FACTS} FROM unnest($1::int[], $2::uuid[], $3::int[]) AS w(index, feed_id, position)
   ${factsAt('w', 'received_day = ANY($4::date[])')}`;

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

const IN_WINDOW = 'user_id = q.user_id AND served_at BETWEEN q.since AND q.until AND received_day BETWEEN $7 AND $8';
const LATEST_FIRST = 'ORDER BY served_at DESC LIMIT 1';

/** An exposure of the item itself goes before one of content that named it, where both were on one page. */
const FIND_LATEST = `
  SELECT q.index, latest.feed_id, latest.position, ${FACTS}
    FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[]) AS q(index, user_id, item_no, item_id, since, until)
   CROSS JOIN LATERAL (
     (SELECT feed_id, first_position + array_position(item_nos, q.item_no) - 1 AS position, received_day, served_at, 1 AS rank FROM exposure_items
       WHERE ${IN_WINDOW} AND item_nos @> ARRAY[q.item_no] ${LATEST_FIRST})
     UNION ALL
     (SELECT feed_id, position, received_day, served_at, 1 FROM exposures WHERE ${IN_WINDOW} AND item_no = q.item_no ${LATEST_FIRST})
     UNION ALL
     (SELECT feed_id, position, received_day, served_at, 0 FROM exposure_products WHERE ${IN_WINDOW} AND product_id = q.item_id ${LATEST_FIRST})
     ORDER BY served_at DESC, rank DESC LIMIT 1
   ) AS latest
   ${factsAt('latest', 'received_day = latest.received_day AND received_day BETWEEN $7 AND $8')}`;

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
  for (const row of rows as [number, string, number, string | null, number, string | null, number][]) {
    const [index, feedId, position, userId, itemNo, productIds, servedAt] = row;
    facts[index] = { exposureId: exposureId(feedId, position), userId, itemNo, productIds: readIds(productIds), servedAt };
  }
  return facts;
}

const readIds = (json: string | null): string[] => (json === null ? [] : (JSON.parse(json) as string[]));

const ITEMS_OF_PAGE = `
  WITH pages AS MATERIALIZED (
    SELECT received_day, writer, seq, feed_id, received_at FROM exposure_pages WHERE page_id = $1 AND received_at >= $2 AND received_day >= $3),
  placed AS (
    SELECT p.received_at, p.writer, p.seq, i.item_no, i.place FROM pages p
     CROSS JOIN LATERAL (SELECT item_nos FROM exposure_items
       WHERE writer = p.writer AND seq = p.seq AND received_day = p.received_day AND received_day >= $3 OFFSET 0) AS e
     CROSS JOIN LATERAL unnest(e.item_nos) WITH ORDINALITY AS i(item_no, place)
    UNION ALL
    SELECT p.received_at, p.writer, p.seq, e.item_no, e.position FROM pages p
     CROSS JOIN LATERAL (SELECT item_no, position FROM exposures
       WHERE feed_id = p.feed_id AND writer = p.writer AND seq = p.seq AND received_day = p.received_day AND received_day >= $3 OFFSET 0) AS e)
  SELECT item_no FROM placed ORDER BY received_at, writer, seq, place`;

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

const ENTRY = `
  SELECT ${readPageColumns(true)}, c.names
    FROM (SELECT writer, seq, received_day FROM exposure_items
           WHERE feed_id = $1 AND first_position <= $2 AND first_position + cardinality(item_nos) > $2 AND received_day = ANY($3::date[])
          UNION ALL
          SELECT writer, seq, received_day FROM exposures WHERE feed_id = $1 AND position = $2 AND received_day = ANY($3::date[]) LIMIT 1) AS e
    JOIN exposure_pages p ON p.writer = e.writer AND p.seq = e.seq AND p.received_day = e.received_day
    JOIN feature_catalogues c ON c.hash = p.feature_catalogue
   WHERE p.received_day = ANY($3::date[])`;

async function entry(
  { pool, read }: { pool: Pool; read: Read },
  id: string,
  daysOfFeed: (feedId: string) => string[],
): Promise<ExposureEntry | null> {
  const exposure = parseExposureId(id);
  if (!exposure) return null;
  const [found] = await read('exposure-entry', ENTRY, [exposure.feedId, exposure.position, daysOfFeed(exposure.feedId)]);
  if (!found) return null;
  const row = readPage(found);
  await readItems(pool, [row]).catch((error: unknown) => {
    throw asUnavailable(error);
  });
  const { page, writer, seq, receivedAt, hash } = row;
  const names = found[PAGE_WIDTH] as string[];
  const place = page.placed.findIndex(({ position }) => position === exposure.position);
  const values = floats(page.features).subarray(place * names.length, (place + 1) * names.length);
  return {
    page: { ...restoreFrame(page, names), writer, seq, receivedAt, hash },
    placed: restoreItem(page.placed[place], page.mentions, unpackContributions(page.contributions, page.placed.length)[place]),
    features: Object.fromEntries(names.map((name, i) => [name, values[i]])),
  };
}
