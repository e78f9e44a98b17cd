import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { HEAVY_JOBS, type HeavyJob, lastBuilt, runHeavyJobs } from '../../src/app/heavy-jobs.js';
import { createHeavySchedule } from '../../src/app/heavy-schedule.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { type HeavyWork } from '../../src/ports/heavy-work.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 3, 15, 12);
const NAMES = Object.keys(HEAVY_JOBS) as HeavyJob[];
const LOADER = new URL('../support/ts-loader.mjs', import.meta.url).href;
const ENTRY = new URL('../../src/heavy.ts', import.meta.url);

describe('the jobs that read whole logs', () => {
  const log = keptLog();
  const closers: (() => Promise<unknown>)[] = [];
  const common = { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', clock: () => now };
  let now = NOW;
  let acts = 0;
  let binding: Binding;
  let running: RunningApp;

  const view = (userId: string, itemId: string) => ({
    id: `a${++acts}`,
    type: 'LIKE',
    userId,
    itemId,
    occurredAt: new Date(now).toISOString(),
  });
  /** Runs in this process, and notes what it was asked. */
  const noted = (): Pick<HeavyWork, 'run'> & { runs: string[][] } => {
    const runs: string[][] = [];
    return {
      runs,
      async run(names) {
        runs.push([...names]);
        await runHeavyJobs(names as HeavyJob[], binding, common);
      },
    };
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-heavy-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    binding = await openEmbeddedBinding({
      databaseUrl: database.url,
      dataDir,
      retentionDays: 400,
      userStateMaxBytes: 1e8,
      clock: () => now,
      log,
    });
    closers.push(() => binding.close());
    running = await createApp(binding, { ...common, locales: ['en'], stopwatch: () => 0 });
    closers.push(() => running.close());
    await running.app.upsertItems(['tea', 'cup', 'pot'].map((id) => ({ id, kind: 'PRODUCT', title: id, categories: ['kitchen'] })));
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('have nothing to do before anything happened', async () => {
    const work = noted();
    const look = createHeavySchedule({ ...binding, work, clock: () => now });
    now += 3_600_000;
    await look();
    expect(work.runs).toEqual([]);
  });

  it('run together when they are due together, and not again for the same events', async () => {
    const events = ['ann', 'bob', 'cat', 'dan'].flatMap((userId) => ['tea', 'cup', 'pot'].map((itemId) => view(userId, itemId)));
    expect((await running.app.recordEvents(events)).rejected).toEqual([]);
    const work = noted();
    const look = createHeavySchedule({ ...binding, work, clock: () => now });
    await look();
    now += 20_000;
    await look();
    now += 3_600_000;
    await look();
    now += 3_600_000;
    await look();
    expect(work.runs).toEqual([
      ['neighbours', 'standing'],
      ['population', 'repurchase'],
    ]);
    expect((await lastBuilt(binding.artefacts, 'standing'))?.appended).toBe(12);
  });

  it('are not done over after a restart, until something happens', async () => {
    const work = noted();
    const look = createHeavySchedule({ ...binding, work, clock: () => now });
    now += 3_600_000;
    await look();
    expect(work.runs).toEqual([]);
    await running.app.recordEvents([view('eve', 'tea')]);
    await look();
    expect(work.runs).toEqual([NAMES]);
  });

  it('run in a process of their own, reach this one through the stores, and say there what they have to say', async () => {
    await running.app.recordEvents([view('fay', 'tea')]);
    const setup = { purposes: common.purposes, timeZone: 'UTC', currency: 'CNY' };
    const work = binding.openHeavyWork(ENTRY, setup, ['--import', LOADER]);
    const before = running.index.shop.trust;
    await work.run(NAMES);
    await work.close();
    await eventually(() => expect(running.index.shop.trust).not.toBe(before));
    expect((await lastBuilt(binding.artefacts, 'neighbours'))?.appended).toBe(14);
    expect(log.lines).toContain('info: built the neighbours of items');
  }, 60_000);

  it('are cut off when the service stops, without that being a fault', async () => {
    const work = binding.openHeavyWork(ENTRY, { purposes: common.purposes, timeZone: 'UTC', currency: 'CNY' }, ['--import', LOADER]);
    const run = work.run(NAMES);
    await work.close();
    await expect(run).resolves.toBeUndefined();
    await expect(work.run(NAMES)).resolves.toBeUndefined();
  }, 60_000);

  it('say what went wrong when their process fails', async () => {
    const entry = new URL('../support/ts-hooks.mjs', import.meta.url); // takes no message, and ends
    const work = binding.openHeavyWork(entry, {}, []);
    await expect(work.run(NAMES)).rejects.toThrow('the process ended with code 0 before it was done');
  }, 60_000);

  it('look once at each day that is over, in that process too', async () => {
    const real = Date.now();
    const work = binding.openHeavyWork(ENTRY, { purposes: common.purposes, timeZone: 'UTC', currency: 'CNY' }, ['--import', LOADER]);
    const runs: string[][] = [];
    let told = 0;
    const counted = { run: (names: readonly string[]) => (runs.push([...names]), work.run(names)) };
    const schedule = () =>
      createHeavySchedule({
        ...binding,
        ledger: { appended: () => Promise.resolve(0) },
        work: counted,
        clock: () => real,
        onEvidence: () => Promise.resolve(void told++),
      });
    const dayAgo = new Date(Math.floor((real - 2 * 3_600_000) / 86_400_000) * 86_400_000 - 2 * 86_400_000);
    await binding.artefacts.put('model-evidence-done', Buffer.from(dayAgo.toISOString().slice(0, 10)));
    await schedule()();
    expect([runs, told]).toEqual([[['model-evidence']], 1]);
    await schedule()(); // as after a restart
    expect(runs).toHaveLength(1);
    await work.close();
  }, 60_000);
});
