import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { v7 as uuidv7 } from 'uuid';
import { openDatabase } from '../../adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../../adapters/postgres/embedded/index.js';
import { createPostgresExposureLog } from '../../adapters/postgres/exposure-log.js';
import { ensurePartitions } from '../../adapters/postgres/partitions.js';
import { type Page } from '../../core/exposures/exposure.js';
import { seededRandom } from '../../core/random.js';
import { median } from '../numbers.js';

/** Exposures of a page as the bench writes them. */
export const ROWS_A_PAGE = 50;
const PAGES_AT_ONCE = 32;

export interface ExposureRows {
  rowsPerSecond: number;
  /** Rows of the same bytes by a plain COPY into one table without an index. */
  copyRowsPerSecond: number;
  ratio: number;
  /** CPU of this process a page of 50 rows. */
  cpuMsPerPage: number;
}

/** A page with so many features of each item, seeded by its number; of 50 out of 100,000 where nothing else is said. */
export function samplePage(number: number, features: number, rows = ROWS_A_PAGE, items = 100_000): Page {
  const random = seededRandom(number);
  const numbers = Float32Array.from({ length: rows * features }, random);
  const feedId = uuidv7();
  return {
    feedId, pageNo: 0, kind: 'feed', userId: `u${number % 1000}`, sessionId: null, surface: 'home', pageId: null, servedAt: Date.now(), scorer: 'RULES',
    modelVersion: null, configVersion: 1, assignments: [], degraded: [], relaxed: [], poolSize: 500, fixedByCaller: false,
    featureNames: Array.from({ length: features }, (_, f) => `bench.feature_${f}@1`), features: numbers,
    placed: Array.from({ length: rows }, (_, i) => ({
      itemNo: Math.floor(random() * items), itemId: `i${i}`, position: i + 1, score: random(), rankBefore: i + 1, sources: ['SIMILAR', 'TRENDING'],
      exploration: false, promoted: false, repeat: false, propensity: null, contributions: [{ name: 'item.popularity_log@1', value: random() }],
      reasons: [{ code: 'POPULAR' }], productIds: [],
    })),
  }; // prettier-ignore
}

/** Bytes of an exposure as the log keeps them with its share of the page, read off the tables themselves. */
async function bytesPerRow(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    `SELECT ((SELECT avg(pg_column_size(i.*)) FROM exposure_items i) + (SELECT avg(pg_column_size(p.*)) FROM exposure_pages p))::float8 AS bytes`,
  );
  return Math.round(rows[0].bytes / ROWS_A_PAGE);
}

async function copyRate(pool: Pool, bytes: number, rows: number): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('CREATE TABLE IF NOT EXISTS bench_copy (row_text text); TRUNCATE bench_copy');
    const line = `${'x'.repeat(bytes)}\n`;
    const chunk = line.repeat(500);
    const started = performance.now();
    await pipeline(Readable.from(Array.from({ length: rows / 500 }, () => chunk)), client.query(copyFrom('COPY bench_copy FROM STDIN')));
    return (rows * 1000) / (performance.now() - started);
  } finally {
    await client.query('DROP TABLE IF EXISTS bench_copy');
    client.release();
  }
}

interface RowsOptions {
  features: number;
  pages: number;
  rounds: number;
}

/** Append pages of 50 exposures as serving does, and COPY as many bytes, in turns, on a server of their own. */
export async function measureExposureRows(dataDir: string, options: RowsOptions): Promise<ExposureRows> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = await startEmbeddedPostgres({ dataDir, log });
  const database = await openDatabase({ url: server.url, poolSize: 8, log });
  try {
    await ensurePartitions(database.pool, Date.now());
    return await measure(database.pool, options);
  } finally {
    await database.close();
    await server.stop();
  }
}

async function measure(pool: Pool, { features, pages, rounds }: RowsOptions): Promise<ExposureRows> {
  const log = createPostgresExposureLog({ pool, clock: () => Date.now(), retentionDays: 400 });
  const [appended, copied, cpu]: [number[], number[], number[]] = [[], [], []];
  let made = 0;
  for (let round = 0; round < rounds; round++) {
    const batch = Array.from({ length: pages }, () => samplePage(made++, features));
    const before = process.cpuUsage();
    const started = performance.now();
    let next = 0;
    const writer = async (): Promise<void> => {
      while (next < batch.length) await log.append(batch[next++]);
    };
    await Promise.all(Array.from({ length: PAGES_AT_ONCE }, writer));
    appended.push((pages * ROWS_A_PAGE * 1000) / (performance.now() - started));
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000 / pages);
    copied.push(await copyRate(pool, await bytesPerRow(pool), pages * ROWS_A_PAGE));
  }
  const [rowsPerSecond, copyRowsPerSecond] = [median(appended), median(copied)];
  return { rowsPerSecond, copyRowsPerSecond, ratio: rowsPerSecond / copyRowsPerSecond, cpuMsPerPage: median(cpu) };
}
