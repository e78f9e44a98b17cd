import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventLines, importStream, itemLines } from './bench-shop.js';
import { type BodyOf, closedLoop, type LoadResult, openLoop } from './load.js';
import { readUsage, type ServerProcess, startServerProcess } from './service-process.js';

export const CONNECTIONS = 8;
/** Items of a page. */
export const FIRST = 20;
const MAIN = new URL('../../main.js', import.meta.url);
const BASELINE = new URL('./baseline-server.js', import.meta.url);
const SCHEMA = new URL('../../api/schema.graphql', import.meta.url);

/** What a storefront asks for to draw a page. */
export const FEED_QUERY = `query($input: FeedInput!) { feed(input: $input) { id items { exposureId position score sources reasons { code text }
  item { id title categories brand price stock } } pageInfo { endCursor hasNextPage } ranking { scorer degraded candidates } } }`;

export interface SizeResult {
  items: number;
  users: number;
  events: number;
  itemsPerSecond: number;
  eventsPerSecond: number;
  cpuMsPerFeed: number;
  feedsPerSecond: number;
  atHalfLoad: LoadResult;
  /** Resident bytes after each step. */
  memory: { empty: number; items: number; events: number; feeds: number };
  stages: { stage: string; p50Ms: number; share: number }[];
  baselineCpuMs: number;
}

/** With the surface, although it has a default: the compiler of queries that plain Mercurius has refuses an input without it. */
export const inputOf = (userId: string, first: number) => ({ userId, surface: 'home', first });

export const bodyFor =
  (users: number): BodyOf =>
  (request) =>
    JSON.stringify({ query: FEED_QUERY, variables: { input: inputOf(`u${(request * 7919) % users}`, FIRST) } });

/** CPU that the server itself accounts for a request, over the median of several runs. */
export async function cpuPerRequest(
  server: Pick<ServerProcess, 'url'>,
  bodyOf: BodyOf,
  seconds: number,
  rounds: number,
): Promise<{ cpuMs: number; perSecond: number }> {
  const cpu: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await readUsage(server.url);
    const load = await closedLoop(server.url, bodyOf, CONNECTIONS, seconds);
    const after = await readUsage(server.url);
    if (load.failures > 0) throw new Error(`${load.failures} of ${load.requests} requests failed`);
    cpu.push(((after.cpuSeconds - before.cpuSeconds) * 1000) / load.requests);
    rates.push(load.requests / load.seconds);
  }
  const middle = Math.floor(rounds / 2);
  return { cpuMs: cpu.sort((a, b) => a - b)[middle], perSecond: rates.sort((a, b) => a - b)[middle] };
}

async function ask<T>(url: string, query: string, variables?: object): Promise<T> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await answer.json()) as { data: T }).data;
}

async function stagesOf(url: string): Promise<SizeResult['stages']> {
  const { pipeline } = await ask<{ pipeline: { stage: string; components: { p50Ms: number | null }[] }[] }>(
    url,
    '{ pipeline { stage components { p50Ms } } }',
  );
  const sums = pipeline.map(({ stage, components }) => ({ stage, p50Ms: components.reduce((sum, { p50Ms }) => sum + (p50Ms ?? 0), 0) }));
  const total = sums.reduce((sum, { p50Ms }) => sum + p50Ms, 0);
  return sums.map((sum) => ({ ...sum, share: sum.p50Ms / total }));
}

/** A plain Mercurius server that answers the same query with an equal constant. */
async function measureBaseline(serviceUrl: string, folder: string, users: number, seconds: number, rounds: number): Promise<number> {
  const { feed } = await ask<{ feed: object }>(serviceUrl, FEED_QUERY, { input: inputOf('u1', FIRST) });
  const file = join(folder, 'answer.json');
  await writeFile(file, JSON.stringify(feed));
  const baseline = await startServerProcess(BASELINE, [fileURLToPath(SCHEMA), file], {});
  try {
    await closedLoop(baseline.url, bodyFor(users), CONNECTIONS, 2);
    return (await cpuPerRequest(baseline, bodyFor(users), seconds, rounds)).cpuMs;
  } finally {
    await baseline.stop();
  }
}

export interface SizeOptions {
  items: number;
  users: number;
  events: number;
  seconds: number;
  rounds: number;
}

/** Start the built service on an empty shop of this size, fill it, and measure. */
export async function measureSize({ items, users, events, seconds, rounds }: SizeOptions): Promise<SizeResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-bench-'));
  const service = await startServerProcess(MAIN, [], { PORT: '0', SAMPLE: 'none', DATA_DIR: dataDir, LOG_LEVEL: 'warn' });
  try {
    const now = Date.now();
    const resident = async (): Promise<number> => (await readUsage(service.url)).residentBytes;
    const empty = await resident();
    const itemSeconds = await importStream(service.url, 'items', itemLines(items, now), items);
    const afterItems = await resident();
    const eventSeconds = await importStream(service.url, 'events', eventLines(items, users, events, now, 'bench'), events);
    const afterEvents = await resident();
    // The runtime compiles beside the first thousands of feeds, in the CPU of the same process.
    await closedLoop(service.url, bodyFor(users), CONNECTIONS, Math.max(5, 3 * seconds));
    const { cpuMs, perSecond } = await cpuPerRequest(service, bodyFor(users), seconds, rounds);
    const atHalfLoad = await openLoop(service.url, bodyFor(users), perSecond / 2, seconds * 2);
    const stages = await stagesOf(service.url);
    const afterFeeds = await resident();
    const baselineCpuMs = await measureBaseline(service.url, dataDir, users, seconds, rounds);
    return {
      items, users, events, itemsPerSecond: items / itemSeconds, eventsPerSecond: events / eventSeconds, cpuMsPerFeed: cpuMs, feedsPerSecond: perSecond,
      atHalfLoad, memory: { empty, items: afterItems, events: afterEvents, feeds: afterFeeds }, stages, baselineCpuMs,
    }; // prettier-ignore
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
