import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.js';
import { type Deployment, type PartName, startDeployment } from './deployment.js';
import { type LoadClient, startLoad, type Window } from './load-client.js';
import { judge, type Verdict } from './verdict.js';

export interface Plan {
  seed: number;
  perSecond: number;
  /** Parts to kill at the same time, and how often. */
  kills: readonly { parts: readonly PartName[]; times: number }[];
  /** Milliseconds that PostgreSQL and Redis are away, stopped in their tracks, and slow. */
  awayMs: number;
  frozenMs: number;
  slowMs: number;
}

export interface Phase {
  name: string;
  kills: number;
  seconds: number;
  requests: number;
  feeds: Window;
  writes: Window;
  /** Until every service took requests again; null where none was ended. */
  backMs: number | null;
}

export interface Run {
  plan: Plan;
  phases: Phase[];
  verdict: Verdict;
  requests: number;
  seconds: number;
  /** Until nothing waited for the database any more, from when the load ended. */
  drainedAfterMs: number;
}

const SLOW_BY_MS = 2_000;
const GAP_MS = 2_500;
const SETTLE_MS = 3_000;
const DRAINED_WITHIN_MS = 600_000;
const ITEMS = 80;
const UPSERT = 'mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function stock(url: string): Promise<void> {
  const items = Array.from({ length: ITEMS }, (_, i) => ({
    id: `item-${i}`,
    kind: 'PRODUCT',
    title: `Thing ${i}`,
    categories: [`c${i % 4}`],
    stock: 9,
  }));
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: UPSERT, variables: { i: items } }),
  });
  if (!answer.ok) throw new Error(`the items were not taken: ${await answer.text()}`);
}

/** Whatever happens in one phase, under load, with what the client saw. */
async function phase(name: string, client: LoadClient, work: () => Promise<{ kills: number; backMs: number | null }>): Promise<Phase> {
  client.look();
  const [from, before] = [performance.now(), client.requests];
  const done = await work();
  return {
    name,
    ...done,
    seconds: (performance.now() - from) / 1000,
    requests: client.requests - before,
    ...client.look(),
  };
}

async function killing(
  deployment: Deployment,
  parts: readonly PartName[],
  times: number,
  random: () => number,
): Promise<{ kills: number; backMs: number | null }> {
  let kills = 0;
  for (let i = 0; i < times; i++) {
    await pause(200 + random() * GAP_MS);
    const killed = await Promise.all(parts.map((part) => deployment.kill(part)));
    kills += killed.some((n) => n > 0) ? 1 : 0;
  }
  const from = performance.now();
  await deployment.whole();
  const backMs = performance.now() - from;
  await pause(SETTLE_MS);
  return { kills, backMs: parts.some((part) => part === 'api' || part === 'worker') ? backMs : null };
}

const NO_KILL = { kills: 0, backMs: null };

async function faults(deployment: Deployment, client: LoadClient, { awayMs, frozenMs, slowMs }: Plan): Promise<Phase[]> {
  const { proxies } = deployment;
  const phases: Phase[] = [];
  for (const part of ['redis', 'postgres'] as const) {
    const steps: [string, number, () => () => void][] = [
      ['away', awayMs, () => (proxies[part].cut(), () => proxies[part].mend())],
      ['stopped', frozenMs, () => deployment.freeze(part)],
      [`slower by ${SLOW_BY_MS / 1000} s`, slowMs, () => (proxies[part].slow(SLOW_BY_MS), () => proxies[part].mend())],
    ];
    for (const [name, ms, begin] of steps) {
      if (ms === 0) continue;
      phases.push(
        await phase(`${part} ${name}`, client, async () => {
          const end = begin();
          await pause(ms);
          end();
          return NO_KILL;
        }),
      );
      phases.push(await phase(`${part} back`, client, () => pause(SETTLE_MS).then(() => NO_KILL)));
    }
  }
  return phases;
}

/** Wait until no spool holds anything. @throws Error when that takes more than ten minutes */
async function untilDrained(folders: readonly string[]): Promise<number> {
  const from = performance.now();
  const waiting = async (): Promise<number> => {
    const names = await Promise.all(folders.map((folder) => readdir(join(folder, 'spool'), { recursive: true }).catch(() => [])));
    return names.flat().filter((name) => name.endsWith('.spool')).length;
  };
  while ((await waiting()) > 0) {
    if (performance.now() - from > DRAINED_WITHIN_MS) throw new Error('the spools are not drained');
    await pause(200);
  }
  return performance.now() - from;
}

/** Run a plan from an empty database to the verdict. */
export async function runChaos(plan: Plan, say: (line: string) => void): Promise<Run> {
  const random = seededRandom(plan.seed);
  const folder = await mkdtemp(join(tmpdir(), 'imago-chaos-client-'));
  const deployment = await startDeployment();
  try {
    await stock(deployment.urls()[0]);
    const client = startLoad({ urls: deployment.urls, random, folder, perSecond: plan.perSecond });
    const from = performance.now();
    const phases = [await phase('nothing', client, () => pause(SETTLE_MS).then(() => NO_KILL))];
    for (const { parts, times } of plan.kills) {
      say(`killing ${parts.join(' + ')} ${times} times …`);
      phases.push(await phase(parts.join(' + '), client, () => killing(deployment, parts, times, random)));
    }
    say('taking away, stopping and slowing …');
    phases.push(...(await faults(deployment, client, plan)));
    await deployment.whole();
    await pause(SETTLE_MS);
    await client.stop();
    const seconds = (performance.now() - from) / 1000;
    const drainedAfterMs = await untilDrained(deployment.folders);
    await deployment.stopServices();
    const verdict = await judge(deployment.databaseUrl, client);
    return { plan, phases, verdict, requests: client.requests, seconds, drainedAfterMs };
  } finally {
    await deployment.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
