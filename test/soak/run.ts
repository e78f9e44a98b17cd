import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { untilIdle } from '../../src/cli/bench/service-process.js';
import { seededRandom } from '../../src/core/random.js';
import { bringCrowd } from './crowd.js';
import { type Answers, createLoad, type Load } from './load.js';
import { type Reading, readService, type Soaked, startSoaked } from './service.js';
import { type Row } from './verdict.js';

export interface SoakPlan {
  minutes: number;
  /** Share of the peak that is held, 0..1. */
  share: number;
  /** Requests a second to hold, whatever the peak. */
  rate: number | null;
  seed: number;
  peakSeconds: number;
  rowSeconds: number;
  readSeconds: number;
  /** Buyers before anything is measured: more than any bound of what is kept of users. */
  crowd: number;
  /** Bound of live states: small enough that it is reached before the run is judged. */
  stateMb: number;
  mayBeBuilt: boolean;
}

export interface SoakRun {
  plan: SoakPlan;
  /** ISO 8601. */
  startedAt: string;
  built: boolean;
  machine: string;
  peak: number;
  held: number;
  rows: Row[];
}

const PEAK_CONNECTIONS = 24;
const WARM_SECONDS_SHARE = 0.5;

const machine = (): string => `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.version}`;

const quantile = (ms: readonly number[], q: number): number => {
  const sorted = Float64Array.from(ms).sort();
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
};

function rowOf(
  readings: Reading[],
  before: Reading,
  { feedMs, ...answers }: Answers,
  facts: Pick<Row, 'hours' | 'seconds' | 'users' | 'load' | 'live' | 'code'>,
): Row {
  const last = readings.at(-1)!;
  const least = (of: (reading: Reading) => number): number => Math.min(...readings.map(of));
  const most = (of: (reading: Reading) => number): number => Math.max(...readings.map(of));
  return {
    ...facts,
    ...answers,
    resident: least(({ resident }) => resident),
    heap: least(({ heap }) => heap),
    external: least(({ external }) => external),
    helpersResident: most(({ helpersResident }) => helpersResident),
    descriptors: last.descriptors,
    backends: last.backends,
    lagP99Ms: most(({ lagP99Ms }) => lagP99Ms),
    feedP50Ms: quantile(feedMs, 0.5),
    feedP99Ms: quantile(feedMs, 0.99),
    cpuMsPerRequest: (1000 * (last.cpuSeconds - before.cpuSeconds)) / Math.max(1, answers.answered),
  };
}

async function* watched(soaked: Soaked, dataDir: string, load: Load, plan: SoakPlan): AsyncGenerator<Row> {
  const started = performance.now();
  const end = started + plan.minutes * 60_000;
  let before = await readService(soaked, dataDir);
  let from = started;
  load.look();
  while (from + 500 < end) {
    const until = Math.min(end, from + plan.rowSeconds * 1000);
    const readings: Reading[] = [];
    do {
      await pause(Math.max(0, Math.min(until - performance.now(), plan.readSeconds * 1000)));
      readings.push(await readService(soaked, dataDir));
    } while (performance.now() < until);
    const now = performance.now();
    yield rowOf(readings, before, load.look(), {
      hours: (now - started) / 3_600_000,
      seconds: (now - from) / 1000,
      users: plan.crowd + load.users(),
      load: loadavg()[0],
      ...(await soaked.liveMemory()),
    });
    before = readings.at(-1)!;
    from = now;
  }
}

/** Measure the peak of a service of our own, hold a share of it, and tell what was seen after every row. */
export async function runSoak(plan: SoakPlan, onRow: (run: SoakRun) => Promise<void>): Promise<SoakRun> {
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-soak-'));
  const soaked = await startSoaked(dataDir, plan.stateMb, plan.mayBeBuilt);
  const load = createLoad({ url: soaked.url, random: seededRandom(plan.seed) });
  try {
    await bringCrowd(soaked.url, plan.crowd);
    await untilIdle(soaked.url);
    await load.peak(PEAK_CONNECTIONS, plan.peakSeconds * WARM_SECONDS_SHARE);
    const peak = await load.peak(PEAK_CONNECTIONS, plan.peakSeconds);
    const held = plan.rate ?? Math.max(1, Math.round(peak * plan.share));
    const run: SoakRun = { plan, startedAt: new Date().toISOString(), built: soaked.built, peak, held, machine: machine(), rows: [] };
    load.hold(held);
    for await (const row of watched(soaked, dataDir, load, plan)) {
      run.rows.push(row);
      await onRow(run);
    }
    return run;
  } finally {
    await load.stop();
    await soaked.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
