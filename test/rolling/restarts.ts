import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.js';
import { type LoadClient, startLoad, type Window } from '../chaos/load-client.js';
import { stock } from '../chaos/shop.js';
import { judge, type Verdict } from '../chaos/verdict.js';
import { keptLog } from '../support/kept-log.js';
import { type Fleet, startFleet } from '../takedown/fleet.js';
import { migrateAhead } from './ahead.js';
import { startBalancer } from './balancer.js';
import { type Readers, startReaders } from './readers.js';

export interface Plan {
  seed: number;
  perSecond: number;
  /** How often each process is restarted before the tables change, and again after. */
  before: number;
  after: number;
}

export interface Step {
  name: string;
  seconds: number;
  feeds: Window;
  writes: Window;
  /** Of each restart: until it was gone, until it was ready again, and what it ended with. */
  restarts: { stopMs: number; readyMs: number; code: number | null }[];
}

export interface Rolling {
  plan: Plan;
  steps: Step[];
  readers: Pick<Readers, 'feeds' | 'further' | 'moved' | 'anew' | 'faults'>;
  broken: Map<string, number>;
  verdict: Verdict;
  /** How long the tables took to change; null when they did not. */
  migrationMs: number | null;
}

const SETTLE_MS = 2_000;
const READERS = 2;
const REST_MS = 800;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function step(name: string, client: LoadClient, work: () => Promise<Step['restarts']>): Promise<Step> {
  client.look();
  const from = performance.now();
  const restarts = await work();
  await pause(SETTLE_MS);
  return { name, restarts, seconds: (performance.now() - from) / 1000, ...client.look() };
}

/** Each process in turn, so often. */
async function restartAll({ urls, restart }: Fleet, times: number): Promise<Step['restarts']> {
  const restarts: Step['restarts'] = [];
  for (let i = 0; i < times * urls().length; i++) {
    await pause(SETTLE_MS);
    restarts.push(await restart(i % urls().length));
  }
  return restarts;
}

async function runSteps(fleet: Fleet, client: LoadClient, { before, after }: Plan): Promise<Pick<Rolling, 'steps' | 'migrationMs'>> {
  const steps = [await step('nothing', client, () => Promise.resolve([]))];
  let migrationMs: number | null = null;
  if (before > 0) steps.push(await step('each restarted', client, () => restartAll(fleet, before)));
  if (after > 0) {
    const ahead = async (): Promise<[]> => {
      migrationMs = await migrateAhead(fleet.databaseUrl, keptLog());
      return [];
    };
    steps.push(await step('tables change', client, ahead));
    steps.push(await step('each restarted on the new tables', client, () => restartAll(fleet, after)));
  }
  return { steps, migrationMs };
}

/** Restart processes under load behind a balancer, and change their tables, on an empty database. */
export async function runRolling(plan: Plan, databaseUrl: string): Promise<Rolling> {
  const random = seededRandom(plan.seed);
  const folder = await mkdtemp(join(tmpdir(), 'imago-rolling-client-'));
  const fleet = await startFleet(databaseUrl);
  const balancer = await startBalancer(fleet.urls);
  try {
    await stock(balancer.url);
    const client = startLoad({ urls: () => [balancer.url], random, folder, perSecond: plan.perSecond });
    const readers = startReaders({ url: balancer.url, random, count: READERS, restMs: REST_MS });
    const done = await runSteps(fleet, client, plan).finally(() => Promise.all([client.stop(), readers.stop()]));
    await fleet.stopServices();
    return { plan, ...done, readers, broken: balancer.broken, verdict: await judge(databaseUrl, client) };
  } finally {
    await balancer.close();
    await fleet.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Requests that were not answered, by status; 0 is a connection that was cut, or fifteen seconds without an answer. */
export function unanswered({ steps }: Rolling): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { feeds, writes } of steps)
    for (const { statuses } of [feeds, writes])
      for (const [status, n] of statuses) if (status !== 200) counts.set(status, (counts.get(status) ?? 0) + n);
  return counts;
}
