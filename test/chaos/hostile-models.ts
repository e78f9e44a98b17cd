import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { readUsage } from '../../src/cli/bench/service-process.js';
import { endChildService, startChildService } from '../support/child-service.js';
import { HOSTILE_FILES } from './hostile-files.js';
import { type HostileUpload } from './hostile-uploader.js';

/**
 * What feeds are like while somebody uploads hostile models: by turns a while without, and a while in which some of them are uploaded and judged, in one
 * run of one service. `node --import ./test/support/ts-loader.mjs test/chaos/hostile-models.ts [feeds a second] [items]`
 */
const [perSecond, items] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 5_000)];
const ROUNDS = 5;
const LEAST_MS = 10_000;
const MOST_MS = 120_000;

interface Measured {
  feeds: number;
  failures: number;
  times: number[];
  cpuSeconds: number;
  seconds: number;
}
const none = (): Measured => ({ feeds: 0, failures: 0, times: [], cpuSeconds: 0, seconds: 0 });

const dataDir = await mkdtemp(join(tmpdir(), 'imago-hostile-'));
const service = await startChildService({ DATA_DIR: dataDir, LOG_LEVEL: 'error' });
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const QUERY = 'query($i: FeedInput!) { feed(input: $i) { items { position item { id title price } reasons { text } } } }';

function post(body: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request(`${service.url}/graphql`, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => (text += piece.toString()));
      answer.on('end', () => resolve(text));
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

/** Feeds at a fixed rate, timed from when each was due, until both the time and the work beside are over. */
async function measure(into: Measured, beside: Promise<void>): Promise<void> {
  let isDone = false;
  void beside.then(() => (isDone = true));
  const cpuBefore = (await readUsage(service.url)).cpuSeconds;
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (let n = 0; ; n++) {
    const due = started + (n * 1_000) / perSecond;
    const now = performance.now();
    if (now - started > MOST_MS || (now - started > LEAST_MS && isDone)) break;
    await sleep(Math.max(0, due - now));
    const sent = post({ query: QUERY, variables: { i: { userId: `u${n % 500}`, first: 20 } } })
      .then((text) => void (text.startsWith('{"data":{') || into.failures++))
      .catch(() => void into.failures++);
    pending.push(sent.then(() => void into.times.push(performance.now() - due)));
  }
  await Promise.all(pending);
  into.feeds += pending.length;
  into.seconds += (performance.now() - started) / 1_000;
  into.cpuSeconds += (await readUsage(service.url)).cpuSeconds - cpuBefore;
}

const verdicts: string[] = [];

/** Upload a part of the files, one after another, and wait until all are judged. */
async function upload(uploads: readonly HostileUpload[]): Promise<void> {
  const worker = new Worker(new URL('./hostile-uploader.ts', import.meta.url), { workerData: { url: service.url, uploads } });
  const [found] = (await once(worker, 'message')) as [string[]];
  verdicts.push(...found);
}

const quantile = (times: number[], q: number): number =>
  times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(q * times.length))];
const told = (name: string, { feeds, failures, times, cpuSeconds, seconds }: Measured): string =>
  `| ${name} | ${feeds} | ${failures} | ${quantile(times, 0.5).toFixed(1)} | ${quantile(times, 0.99).toFixed(1)} | ${((1_000 * cpuSeconds) / feeds).toFixed(1)} | ${((100 * cpuSeconds) / seconds).toFixed(0)} % |`;

try {
  for (let at = 0; at < items; at += 500) {
    const batch = Array.from({ length: 500 }, (_, i) => ({ id: `i${at + i}`, kind: 'PRODUCT', title: `Thing ${at + i}`, categories: [`c${i % 20}`, `c${i % 20}-${i % 7}`], brand: `b${i % 40}`, creatorId: `m${i % 90}`, price: 1 + (i % 300), stock: 50 })); // prettier-ignore
    await post({ query: 'mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', variables: { i: batch } });
  }
  await measure(none(), Promise.resolve()); // warm
  const [quiet, hostile] = [none(), none()];
  const share = HOSTILE_FILES.length / ROUNDS;
  const files: HostileUpload[] = [];
  for (const [n, [what, file]] of HOSTILE_FILES.entries()) {
    files.push({ what, version: `v${n}`, path: join(dataDir, `hostile-${n}.onnx`) });
    await writeFile(files[n].path, file());
  }
  for (let round = 0; round < ROUNDS; round++) {
    await measure(quiet, Promise.resolve());
    await measure(hostile, upload(files.slice(round * share, (round + 1) * share)));
  }
  process.stdout.write(
    `| ${perSecond} feeds a second | feeds | failed | p50 ms | p99 ms | CPU ms a feed | CPU of the process |\n|---|---|---|---|---|---|---|\n${told('without uploads', quiet)}\n${told('with hostile models', hostile)}\n\n${verdicts.join('\n')}\n`,
  );
} finally {
  agent.destroy();
  await endChildService(service, 'SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
}
