import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../numbers.js';
import { closedLoop } from './load.js';
import { FEED_QUERY, inputOf } from './measure.js';
import { readUsage, type ServerProcess, startServerProcess } from './service-process.js';

const CONNECTIONS = 8;
const FIRST = 20;
const WARM_UP_SECONDS = 3;
const SCHEMA = new URL('../../api/schema.graphql', import.meta.url);
const SERVERS = { edge: new URL('./edge-server.js', import.meta.url), plain: new URL('./baseline-server.js', import.meta.url) };

export interface EdgeResult {
  /** CPU of an answer, the median of all rounds. */
  edgeCpuMs: number;
  plainCpuMs: number;
  /** Median of the ratios of rounds, in which both servers take turns, so that whatever else the machine does counts for both. */
  ratio: number;
}

/** A page of `FIRST` items with all that the query of the bench asks for, and what metrics count of it. */
function samplePage(): object {
  const items = Array.from({ length: FIRST }, (_, i) => ({
    exposureId: `01a3d2f4-7b1c-7c1e-9f00-0123456789ab.${i + 1}`,
    position: i + 1,
    score: 1.73 - i / 50,
    sources: ['SIMILAR', 'TRENDING'],
    reasons: [{ code: 'LIKES_CATEGORY', text: 'Because you like category 17' }],
    item: {
      id: `i${i * 7919}`,
      title: `Item ${i} of category 17`,
      categories: ['c17', 'c17-narrow'],
      brand: 'b12',
      price: 10 + i,
      stock: 100,
    },
    socialProof: null,
  }));
  const msByStage = { signals: 0.1, candidates: 0.5, filter: 0.1, features: 0.5, score: 0.5, slate: 0.2, explain: 0.1 };
  return {
    id: '01a3d2f4-7b1c-7c1e-9f00-0123456789ab',
    items,
    pageInfo: { endCursor: 'c'.repeat(180), hasNextPage: true },
    ranking: { scorer: 'RULES', degraded: [], relaxed: [], candidates: 500, tookMs: 4.2 },
    making: { msByStage, exposures: FIRST, cocoonIndex: 0.4 },
  };
}

const bodyOf = (request: number): string =>
  JSON.stringify({ query: FEED_QUERY, variables: { input: inputOf(`u${(request * 7919) % 10_000}`, FIRST) } });

async function cpuMsOf({ url }: ServerProcess, seconds: number): Promise<number> {
  const before = await readUsage(url);
  const { requests, failures } = await closedLoop(url, bodyOf, CONNECTIONS, seconds);
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  return (((await readUsage(url)).cpuSeconds - before.cpuSeconds) * 1000) / requests;
}

/** What the edge takes for one page, in turns with a plain Mercurius server that answers the same query with the same page. */
export async function measureEdge({ seconds, rounds }: { seconds: number; rounds: number }): Promise<EdgeResult> {
  const folder = await mkdtemp(join(tmpdir(), 'imago-bench-edge-'));
  const file = join(folder, 'page.json');
  await writeFile(file, JSON.stringify(samplePage()));
  const edge = await startServerProcess(SERVERS.edge, [file], {});
  const plain = await startServerProcess(SERVERS.plain, [fileURLToPath(SCHEMA), file], {});
  try {
    for (const server of [edge, plain]) await closedLoop(server.url, bodyOf, CONNECTIONS, WARM_UP_SECONDS);
    const [edges, plains]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      edges.push(await cpuMsOf(edge, seconds));
      plains.push(await cpuMsOf(plain, seconds));
    }
    return { edgeCpuMs: median(edges), plainCpuMs: median(plains), ratio: median(edges.map((ms, i) => ms / plains[i])) };
  } finally {
    await Promise.all([edge.stop(), plain.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}
