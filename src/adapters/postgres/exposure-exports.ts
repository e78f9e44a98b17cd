import { type Pool } from 'pg';
import { exposureId } from '../../core/exposures/exposure.js';
import { restorePage } from '../../core/exposures/kept-page.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import {
  type ExportedOutcome,
  type ExportedPage,
  type ExportedPool,
  type ExportRange,
  type ExposureExports,
} from '../../ports/exposure-exports.js';
import { PAGE_WIDTH, readItems, readPage, readPageColumns } from './exposure-reading.js';
import { type PageRow } from './exposure-rows.js';
import { asUnavailable } from './faults.js';
import { outcomesOf } from './outcome-reading.js';
import { daysOf } from './partitions.js';
import { READ_POOL, readPool } from './pool-rows.js';

export interface ExportOptions {
  pool: Pool;
  /** Epoch ms. */
  clock: () => number;
  /** Days of receipt older than this are not read any more. */
  retentionDays: number;
}

const PAGES_A_BATCH = 50;
/** A pool holds hundreds of candidates. */
const POOLS_A_BATCH = 8;

/** Behind the place that was read last, in the order of the primary key: a batch costs the same wherever it begins. */
const CHOSEN = `
   WHERE p.received_day = $1 AND (p.writer, p.seq) > ($2, $3) AND p.received_at < $4 AND p.served_at >= $5 AND p.served_at < $6
     AND ($7::text IS NULL OR p.surface = $7) AND p.user_id IS NOT NULL AND p.kind <> 'follow'
   ORDER BY p.writer, p.seq LIMIT $8`;

const PAGES = `
  SELECT ${readPageColumns(true)}, c.names
    FROM exposure_pages p JOIN feature_catalogues c ON c.hash = p.feature_catalogue ${CHOSEN}`;

const POOLS = `
  SELECT ${readPageColumns(false)}, c.names, ${READ_POOL}
    FROM exposure_pools q
    JOIN exposure_pages p ON p.received_day = q.received_day AND p.writer = q.writer AND p.seq = q.seq
    JOIN feature_catalogues c ON c.hash = p.feature_catalogue ${CHOSEN.replace('WHERE', 'WHERE q.received_day = $1 AND (q.writer, q.seq) > ($2, $3) AND')}`;

/** Exports from PostgreSQL, a query a batch. */
export function createPostgresExposureExports({ pool, clock, retentionDays }: ExportOptions): ExposureExports {
  const daysIn = async ({ from, to, asOf }: ExportRange): Promise<string[]> => {
    // A page is received on the day it is served, or on a neighbouring one where clocks differ or it had to wait.
    const first = utcDay(Math.max(from - DAY_MS, clock() - retentionDays * DAY_MS, 0));
    const last = utcDay(Math.max(Math.min(to + DAY_MS, asOf), 0));
    const days = await daysOf(pool, 'exposure_pages');
    return days.filter((day) => day >= first && day <= last);
  };

  async function* batches(query: { name: string; text: string; size: number }, range: ExportRange): AsyncGenerator<unknown[][]> {
    const { from, to, asOf, surface } = range;
    for (const day of await daysIn(range)) {
      let after = [-1, -1];
      for (;;) {
        const values = [day, ...after, new Date(asOf), new Date(from), new Date(to), surface, query.size];
        const { rows } = await pool.query<unknown[]>({ name: query.name, text: query.text, values, rowMode: 'array' });
        if (rows.length > 0) yield rows;
        if (rows.length < query.size) break;
        const { writer, seq } = readPage(rows[rows.length - 1]);
        after = [writer, seq];
      }
    }
  }

  const restored = async (rows: unknown[][]): Promise<PageRow[]> => {
    const pages = rows.map(readPage);
    await readItems(pool, pages);
    return pages;
  };

  const outcomesByPage = async (pages: PageRow[], { asOf }: ExportRange): Promise<ExportedOutcome[][]> => {
    const ids = pages.flatMap(({ page }) => page.placed.map(({ position }) => exposureId(page.feedId, position)));
    const outcomes = await outcomesOf(pool, ids, { firstDay: pages[0].day, asOf });
    return pages.map(({ page }) => page.placed.flatMap(({ position }) => outcomes.get(exposureId(page.feedId, position)) ?? []));
  };

  return {
    pages: (range) =>
      available(async function* (): AsyncGenerator<ExportedPage[]> {
        for await (const rows of batches({ name: 'export-pages', text: PAGES, size: PAGES_A_BATCH }, range)) {
          const pages = await restored(rows);
          const outcomes = await outcomesByPage(pages, range);
          yield pages.map(({ page }, i) => ({ page: restorePage(page, rows[i][PAGE_WIDTH] as string[]), outcomes: outcomes[i] }));
        }
      }),
    pools: (range) =>
      available(async function* (): AsyncGenerator<ExportedPool[]> {
        for await (const rows of batches({ name: 'export-pools', text: POOLS, size: POOLS_A_BATCH }, range)) {
          const pages = await restored(rows);
          const outcomes = await outcomesByPage(pages, range);
          yield pages.map(({ page }, i) => ({
            page: { ...restorePage(page, []), featureNames: rows[i][PAGE_WIDTH] as string[] },
            pool: readPool(rows[i], PAGE_WIDTH + 1),
            outcomes: outcomes[i],
          }));
        }
      }),
  };
}

/** The same batches, with a lost connection as `UNAVAILABLE`. */
async function* available<T>(read: () => AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* read();
  } catch (error) {
    throw asUnavailable(error);
  }
}
