import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedLoop, type LoadResult, openLoop } from '../../src/cli/bench/load.js';
import { endChildService, startChildService } from '../support/child-service.js';
import { startPostgres } from './deployment.js';
import { stock } from './shop.js';

const TIMES = 5;
const WARM_SECONDS = 5;
const PEAK_CONNECTIONS = 32;
const CALM_CONNECTIONS = 4;
/** How much slower than before counts as not over it yet. */
const RECOVERED = 1.5;
const LONGEST_RECOVERY = 15;

export interface Overload {
  /** Pages a second that are answered when there is just enough to do. */
  peak: number;
  /** Pages a second that are answered when five times that is asked for. */
  goodput: number;
  offered: number;
  refusedMs: number;
  calmMs: number;
  /** Seconds until pages take no more than half as long again as before; null when that was not seen. */
  recoveredAfter: number | null;
}

const FEED = '{ feed(input: {userId: "u%", first: 5}) { items { exposureId } } }';
const bodyOf = (request: number): string => JSON.stringify({ query: FEED.replace('%', String(request % 200)) });
const answered = ({ requests, failures, seconds }: LoadResult): number => (requests - failures) / seconds;

/** Ask one process for five times what it can do, and see what it still does and how soon it is over it. */
export async function runOverload(seconds: number): Promise<Overload> {
  const folder = await mkdtemp(join(tmpdir(), 'imago-overload-'));
  const postgres = await startPostgres(join(folder, 'postgres'));
  const service = await startChildService({ DATABASE_URL: postgres.url, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' });
  try {
    const target = `${service.url}/graphql`;
    await stock(service.url);
    await closedLoop(target, bodyOf, PEAK_CONNECTIONS, WARM_SECONDS);
    const peak = answered(await closedLoop(target, bodyOf, PEAK_CONNECTIONS, seconds));
    const calm = await closedLoop(target, bodyOf, CALM_CONNECTIONS, WARM_SECONDS);
    const flood = await openLoop(target, bodyOf, Math.ceil(peak * TIMES), seconds);
    let recoveredAfter: number | null = null;
    for (let second = 1; second <= LONGEST_RECOVERY && recoveredAfter === null; second++) {
      const { p50Ms, failures } = await closedLoop(target, bodyOf, CALM_CONNECTIONS, 1);
      if (failures === 0 && p50Ms <= calm.p50Ms * RECOVERED) recoveredAfter = second;
    }
    return {
      peak,
      goodput: answered(flood),
      offered: flood.requests / flood.seconds,
      refusedMs: flood.p50Ms,
      calmMs: calm.p50Ms,
      recoveredAfter,
    };
  } finally {
    await endChildService(service, 'SIGTERM');
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export function overloadMarkdown({ peak, goodput, offered, refusedMs, calmMs, recoveredAfter }: Overload): string {
  return `
One process, feeds of 5: peak ${peak.toFixed(0)} a second; of ${offered.toFixed(0)} a second that were offered ${goodput.toFixed(0)} were answered, ${((100 * goodput) / peak).toFixed(0)} % of the peak
(median of every answer, refusals among them, ${refusedMs.toFixed(0)} ms from when it was due). Without load a page takes ${calmMs.toFixed(0)} ms; ${recoveredAfter === null ? `after ${LONGEST_RECOVERY} s it was not over it` : `after ${recoveredAfter} s it was over it`}.
`;
}
