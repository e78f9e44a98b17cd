import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.js';
import { phaseRow } from './phase-row.js';
import { type PartName, startDeployment } from './deployment.js';
import { startLoad } from './load-client.js';
import { calm, faults, killing, overflow, type Phase, SETTLE_MS, type Stage } from './phases.js';
import { activateDistantModel, stock, untilSound } from './shop.js';
import { judge, type Verdict } from './verdict.js';

export interface Plan {
  seed: number;
  perSecond: number;
  /** Parts to kill at the same time, and how often. */
  kills: readonly { parts: readonly PartName[]; times: number }[];
  /** How far kills are apart, as a share of 2.5 s at the most; 1 when left out. */
  haste?: number;
  /** After so long no more kills of one kind are begun; never when left out. */
  killingMs?: number;
  /** Milliseconds that PostgreSQL and Redis are away, stopped in their tracks, and slow. */
  awayMs: number;
  frozenMs: number;
  slowMs: number;
  /** Milliseconds that the spools are full before, and after, a process is killed. */
  fullMs: number;
  /** Whether the services are what was built, or the sources; the sources when left out. */
  built?: boolean;
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

/** What was to be killed and was not there a single time. */
export const neverKilled = ({ plan, phases }: Run): string[] =>
  plan.kills.map(({ parts }) => parts.join(' + ')).filter((killed) => phases.every(({ name, kills }) => name !== killed || kills === 0));

const DRAINED_WITHIN_MS = 600_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

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

async function phasesOf(stage: Stage, plan: Plan, say: (line: string) => void): Promise<Phase[]> {
  const phases: Phase[] = [];
  const add = (more: Phase[]): void => {
    for (const phase of more) say(phaseRow(phase));
    phases.push(...more);
  };
  add([await calm(stage, 'nothing')]);
  for (const { parts, times } of plan.kills) {
    say(`killing ${parts.join(' + ')} ${times} times …`);
    add([await killing(stage, parts, times)]);
  }
  say('taking away, stopping and slowing …');
  for await (const phase of faults(stage, plan)) add([phase]);
  if (plan.fullMs > 0) {
    say('filling the spools …');
    add(await overflow(stage, plan.fullMs));
  }
  return phases;
}

/** Run a plan from an empty database to the verdict. */
export async function runChaos(plan: Plan, say: (line: string) => void): Promise<Run> {
  const random = seededRandom(plan.seed);
  const folder = await mkdtemp(join(tmpdir(), 'imago-chaos-client-'));
  const deployment = await startDeployment(plan.built);
  try {
    await stock(deployment.urls()[0]);
    await activateDistantModel(deployment.urls()[0]);
    await untilSound(deployment.urls);
    const client = startLoad({ urls: deployment.urls, random, folder, perSecond: plan.perSecond });
    const from = performance.now();
    const phases = await phasesOf({ deployment, client, random, haste: plan.haste ?? 1, killingMs: plan.killingMs ?? Infinity }, plan, say);
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
