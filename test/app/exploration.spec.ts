import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

// Ids of feeds carry the time of the machine, so the shop lives now.
const NOW = Date.now();
const DAY = 86_400_000;
const ITEMS = 24;
const NEW_FROM = 18;

describe('a shop that explores', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let binding: Binding;
  let running: RunningApp;
  let now = NOW;

  const start = (): Promise<RunningApp> =>
    createApp(binding, {
      purposes: new Set(PURPOSES),
      timeZone: 'UTC',
      currency: 'CNY',
      locales: ['en'],
      poolSample: 0,
      clock: () => now,
      stopwatch: () => 0,
    });

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-exploration-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    binding = await openEmbeddedBinding({ databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock: () => now, log: keptLog() }); // prettier-ignore
    closers.push(() => binding.close());
    running = await start();
    closers.push(() => running.close());
    const items = Array.from({ length: ITEMS }, (_, i): RawInput => {
      return { id: `i${i}`, kind: 'PRODUCT', title: `thing ${i}`, categories: [`c${i}`], createdAt: new Date(NOW - (i < NEW_FROM ? 300 : 2) * DAY).toISOString() }; // prettier-ignore
    });
    expect((await running.app.upsertItems(items)).rejected).toEqual([]);
    // What is old is popular, so that nothing new gets a place but by exploration.
    const clicks = Array.from({ length: NEW_FROM * 5 }, (_, n): RawInput => {
      return { id: `e${n}`, type: 'CLICK', userId: `u${n % 5}`, itemId: `i${Math.floor(n / 5)}`, occurredAt: new Date(NOW - DAY).toISOString() }; // prettier-ignore
    });
    expect((await running.app.recordEvents(clicks)).rejected).toEqual([]);
    const diversity = { algorithm: 'NONE', strength: 0 } as const;
    const draft = await running.app.createRankingConfig({ surface: 'home', diversity, exploration: { method: 'EPSILON', share: 0.1 } }, 'test'); // prettier-ignore
    await running.app.activateRankingConfig({ surface: 'home', version: draft.version, reason: 'test' }, 'test');
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const requests = async (): Promise<{ candidates: unknown[]; samplingRate: number }[]> => {
    now += 60_000;
    const [from, to] = [NOW - DAY, now].map((at) => new Date(at).toISOString());
    const { pieces } = running.app.exportRequests({ from, to, asOf: to });
    let text = '';
    for await (const piece of pieces) text += piece;
    return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { candidates: unknown[]; samplingRate: number }); // prettier-ignore
  };

  it('gives newcomers their share of every page, says how likely that was, and keeps the whole pool though none is sampled', async () => {
    const { id, items } = await running.app.feed({ userId: 'anna', first: 10 });
    const explored = items.filter(({ exploration }) => exploration);
    expect(explored).toHaveLength(1);
    expect(explored[0].reasons[0].code).toBe('NEW');
    // Ten places for the slot and six newcomers.
    expect(explored[0].propensity).toBeCloseTo(1 / 60, 9);
    for (const { propensity } of items) expect(propensity! > 0 && propensity! <= 1).toBe(true);
    const entry = await running.app.exposure(`${id}.${explored[0].position}`);
    expect([entry!.exploration, entry!.propensity]).toEqual([true, explored[0].propensity]);
    const [kept] = await requests();
    expect([kept.samplingRate, kept.candidates.length]).toEqual([1, ITEMS]);
  });

  it('gives the same page for the same seed', async () => {
    const preview = async (seed: number): Promise<unknown> =>
      (await running.app.feed({ userId: 'anna', first: 10, preview: { seed } })).items.map(({ item, propensity }) => [item.id, propensity]);
    expect(await preview(7)).toEqual(await preview(7));
    const all = await Promise.all(Array.from({ length: 8 }, (_, seed) => preview(seed)));
    expect(new Set(all.map((page) => JSON.stringify(page))).size).toBeGreaterThan(1);
  });

  it('counts what it showed and what came of it, and remembers it over a restart', async () => {
    const { items } = await running.app.feed({ userId: 'bert', first: 10 });
    const tried = items.find(({ exploration }) => exploration)!;
    const no = running.index.shop.catalogue.no(tried.item.id)!;
    const before = running.index.shop.trials.clicks(no);
    const click = { id: 'tried', type: 'CLICK', userId: 'bert', itemId: tried.item.id, exposureId: tried.exposureId, occurredAt: new Date(NOW).toISOString() }; // prettier-ignore
    expect((await running.app.recordEvents([click])).rejected).toEqual([]);
    const { trials } = running.index.shop;
    expect(trials.clicks(no)).toBe(before + 1);
    expect(trials.shown(no, 'SERVED')).toBeGreaterThan(0);
    await running.keep();
    const later = await start();
    expect([later.index.shop.trials.clicks(no), later.index.shop.trials.shown(no, 'SERVED')]).toEqual([trials.clicks(no), trials.shown(no, 'SERVED')]); // prettier-ignore
    await later.close();
  });
});
