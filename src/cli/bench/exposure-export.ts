import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../../adapters/postgres/embedded/index.js';
import { createPostgresExposureLog } from '../../adapters/postgres/exposure-log.js';
import { ensurePartitions } from '../../adapters/postgres/partitions.js';
import { ROWS_A_PAGE, samplePage } from './exposure-rows.js';
import { readUsage, startServerProcess } from './service-process.js';

const MAIN = new URL('../../main.js', import.meta.url);
const PAGES_AT_ONCE = 32;
const LOOK_MS = 250;
const NEWLINE = 10;

export interface ExposureExportResult {
  rows: number;
  bytes: number;
  rowsPerSecond: number;
  cpuSeconds: number;
  /** Resident bytes of the service before the first line, and the most while it streamed. */
  residentBefore: number;
  residentPeak: number;
}

/** Fill a log with so many exposures, and stream all of them out of a service of its own while its memory is watched. */
export async function measureExposureExport({ rows, features }: { rows: number; features: number }): Promise<ExposureExportResult> {
  const folder = await mkdtemp(join(tmpdir(), 'imago-bench-export-'));
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'log'), log });
  try {
    await fill(server.url, rows, features);
    const env = { PORT: '0', SAMPLE: 'none', DATA_DIR: join(folder, 'service'), DATABASE_URL: server.url, LOG_LEVEL: 'warn' };
    const service = await startServerProcess(MAIN, [], env);
    try {
      return await stream(service.url);
    } finally {
      await service.stop();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(url: string, rows: number, features: number): Promise<void> {
  const database = await openDatabase({ url, poolSize: 8, log: { info: () => undefined, warn: () => undefined, error: () => undefined } });
  try {
    await ensurePartitions(database.pool, Date.now());
    const log = createPostgresExposureLog({ pool: database.pool, clock: () => Date.now(), retentionDays: 400 });
    let next = 0;
    const writer = async (): Promise<void> => {
      while (next * ROWS_A_PAGE < rows) await log.append(samplePage(next++, features));
    };
    await Promise.all(Array.from({ length: PAGES_AT_ONCE }, writer));
    await database.pool.query('ANALYZE');
  } finally {
    await database.close();
  }
}

async function stream(url: string): Promise<ExposureExportResult> {
  const before = await readUsage(url);
  let residentPeak = before.residentBytes;
  const watch = setInterval(
    () => void readUsage(url).then(({ residentBytes }) => (residentPeak = Math.max(residentPeak, residentBytes)), () => undefined),
    LOOK_MS,
  ); // prettier-ignore
  const started = performance.now();
  let [rows, bytes] = [0, 0];
  try {
    const answer = await fetch(`${url}/exports/exposures?asOf=${new Date().toISOString()}`);
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows++;
    }
  } finally {
    clearInterval(watch);
  }
  const seconds = (performance.now() - started) / 1000;
  const { cpuSeconds } = await readUsage(url);
  return {
    rows,
    bytes,
    rowsPerSecond: rows / seconds,
    cpuSeconds: cpuSeconds - before.cpuSeconds,
    residentBefore: before.residentBytes,
    residentPeak,
  };
}
