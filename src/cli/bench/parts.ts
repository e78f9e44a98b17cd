import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { continueFeed } from '../../app/continue-feed.js';
import { openParts } from '../../app/open-parts.js';
import { loadPageInputs, pageRequest } from '../../app/page-inputs.js';
import { openEmbeddedBinding } from '../../bindings/embedded.js';
import { readConfig } from '../../config.js';
import { FEATURE_NAMES } from '../../core/features/catalogue.js';
import { buildPage } from '../../core/feed.js';
import { type PageInputs } from '../../core/page.js';
import { seededRandom } from '../../core/random.js';
import { readFeedInput } from '../../core/requests/page-input.js';
import { foldPage } from '../../core/tags/fold.js';
import { fillShop } from './bench-shop.js';
import { median } from '../numbers.js';
import { measureEdge } from './edge.js';
import { samplePage } from './exposure-rows.js';
import { bodyFor, CONNECTIONS, cpuPerRequest, FIRST, inputOf, type SizeOptions } from './measure.js';
import { startServerProcess } from './service-process.js';

export interface PartsResult {
  /** CPU of a feed asked for over HTTP. */
  wholeCpuMs: number;
  /** CPU of what it is made of, each in a loop of its own. */
  parts: { part: string; cpuMs: number }[];
  /** The whole in sums of the parts. */
  ratio: number;
}

const MAIN = new URL('../../main.js', import.meta.url);
/** Pages whose inputs are loaded once and built again and again. */
const PAGES = 300;

type Effort = Pick<SizeOptions, 'seconds' | 'rounds'>;

/** What a feed costs beside the sum of its parts, on a shop of this size: the same code, data and model, each part alone, after the whole. */
export async function measureParts({ items, users, events, ...effort }: SizeOptions): Promise<PartsResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-bench-parts-'));
  try {
    const wholeCpuMs = await measureWhole(dataDir, { items, users, events, ...effort });
    const { edgeCpuMs } = await measureEdge(effort);
    const parts = [{ part: 'edge: HTTP, GraphQL and the answer', cpuMs: edgeCpuMs }, ...(await measureInside(dataDir, users, effort))];
    return { wholeCpuMs, parts, ratio: wholeCpuMs / parts.reduce((sum, { cpuMs }) => sum + cpuMs, 0) };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureWhole(dataDir: string, { items, users, events, seconds, rounds }: SizeOptions): Promise<number> {
  const service = await startServerProcess(MAIN, [], { PORT: '0', SAMPLE: 'none', DATA_DIR: dataDir, LOG_LEVEL: 'warn' });
  try {
    await fillShop(service.url, { items, users, events });
    await cpuPerRequest(service, bodyFor(users), 3 * seconds, 1); // the runtime compiles beside it
    return (await cpuPerRequest(service, bodyFor(users), seconds, rounds)).cpuMs;
  } finally {
    await service.stop();
  }
}

/** The parts behind the edge, in this process, on what the service left. */
async function measureInside(dataDir: string, users: number, effort: Effort): Promise<PartsResult['parts']> {
  const config = readConfig({ DATA_DIR: dataDir });
  const [clock, stopwatch] = [() => Date.now(), () => performance.now()];
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const binding = await openEmbeddedBinding({ ...config, databaseUrl: null, clock, log });
  const { shared, scoring, stopFollowing } = await openParts(binding, { ...config, purposes: config.defaultConsent, clock, stopwatch });
  try {
    const load = async (number: number): Promise<PageInputs> => {
      const input = readFeedInput(inputOf(`u${(number * 7919) % users}`, FIRST));
      const continuation = await continueFeed({ input, obeying: { kind: 'feed', policy: null }, cursor: null, expired: false }, shared);
      return loadPageInputs(input, pageRequest(input, shared, continuation), shared, continuation);
    };
    const loaded: PageInputs[] = [];
    for (let i = 0; i < PAGES; i++) loaded.push(await load(i));
    const build = (number: number) =>
      buildPage({ ...loaded[number % PAGES], random: seededRandom(number), deadline: stopwatch() + 1_000, maxCandidates: undefined });
    const { catalogue } = shared.index.shop;
    const keep = async (number: number): Promise<void> => {
      const kept = await shared.exposureLog.append(samplePage(number, FEATURE_NAMES.length, FIRST, catalogue.size));
      if (kept.status !== 'appended') throw new Error(`a page was ${kept.status}`);
      const shown = await shared.shownCardsOf(kept.page);
      await shared.states.update([kept.page.userId!], (_, state) => foldPage(state, kept.page, shown));
    };
    return [
      { part: 'state, settings, models, what the user decided', cpuMs: await cpuOf(load, effort) },
      { part: 'page: candidates, features, model, slate, reasons', cpuMs: await cpuOf(build, effort) },
      { part: 'log, and the state after it', cpuMs: await cpuOf(keep, effort) },
    ];
  } finally {
    stopFollowing();
    await scoring.close();
    await binding.close();
  }
}

/** CPU of this process for one, as many at once as the service had; the median of the rounds after one to warm up. */
async function cpuOf(work: (number: number) => Promise<unknown>, { seconds, rounds }: Effort): Promise<number> {
  let next = 0;
  const round = async (): Promise<number> => {
    const [from, before, end] = [next, process.cpuUsage(), performance.now() + seconds * 1000];
    const worker = async (): Promise<void> => {
      while (performance.now() < end) await work(next++);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (next - from);
  };
  await round();
  const found: number[] = [];
  for (let n = 0; n < rounds; n++) found.push(await round());
  return median(found);
}
