import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FeedAnswer } from '../../src/app/answers.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { buildPage } from '../../src/core/feed.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { seededRandom } from '../../src/core/random.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const SEED = 42;
const iso = (at: number): string => new Date(at).toISOString();

describe('a page for the same state, settings, seed and time', () => {
  let running: RunningApp;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-same-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    const clock = (): number => NOW;
    const options = { databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock, log: keptLog() };
    const binding = await openEmbeddedBinding(options);
    closers.push(() => binding.close());
    running = await createApp(binding, {
      purposes: new Set(PURPOSES),
      timeZone: 'UTC',
      currency: 'CNY',
      locales: ['en'],
      clock,
      stopwatch: () => 0,
    });
    closers.push(() => running.close());
    const items = Array.from({ length: 60 }, (_, i) => ({
      id: `i${i}`,
      kind: 'PRODUCT',
      title: `Item ${i}`,
      categories: [`c${i % 5}`, `c${i % 5}-${i % 3}`],
      brand: `b${i % 4}`,
      price: 1 + i,
      createdAt: iso(NOW - i * 86_400_000),
    }));
    await running.app.upsertItems(items);
    const acts = Array.from({ length: 40 }, (_, i) => ({
      id: `e${i}`,
      type: ['CLICK', 'LIKE', 'PURCHASE'][i % 3],
      userId: `u${i % 3}`,
      itemId: `i${(i * 7) % 60}`,
      occurredAt: iso(NOW - i * 3_600_000),
      ...(i % 3 === 2 ? { orderId: `o${i}`, amount: 2, currency: 'CNY' } : {}),
    }));
    expect((await running.app.recordEvents(acts)).accepted).toBe(40);
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const shownIn = ({ items, ranking }: FeedAnswer): string =>
    JSON.stringify([
      items.map(({ item, position, score, sources, reasons }) => [
        item.id,
        position,
        score,
        sources,
        reasons.map(({ code, contribution }) => [code, contribution]),
      ]),
      [ranking.degraded, ranking.relaxed, ranking.candidates, ranking.scorer],
    ]);

  it('is the same, byte for byte, in a preview, in serving, and in the core alone', async () => {
    const { app, index, states } = running;
    const state = structuredClone(await states.read('u1'));
    const previews = [];
    for (let i = 0; i < 2; i++) previews.push(await app.feed({ userId: 'u1', first: 20, preview: { seed: SEED, at: iso(NOW) } }));
    const served = await app.feed({ userId: 'u1', first: 20 });
    const built = await buildPage({
      request: {
        kind: 'feed', surface: 'home', first: 20, filter: null, region: null, geohash: null, hour: 12, contextItems: [], candidates: null, basket: null,
        placedBefore: [], shownOnPage: [],
      },
      config: {
        surface: 'home', version: 1, baseVersion: null, status: 'ACTIVE', settings: DEFAULT_SETTINGS, author: 'test', reason: null, createdAt: NOW, activatedAt: NOW,
      },
      shop: index.shop, state, user: null, purposes: new Set(PURPOSES), now: NOW, random: seededRandom(SEED), clock: () => 0, deadline: 1_000, cancelled: () => false,
    }); // prettier-ignore
    const core = JSON.stringify([
      built.placed.map(({ itemId, position, score, sources, reasons }) => [itemId, position, score, sources, reasons.map(({ code, contribution }) => [code, contribution ?? null])]),
      [built.degraded, built.relaxed, built.poolSize, built.scorer],
    ]); // prettier-ignore
    expect(previews.map(shownIn)).toEqual([core, core]);
    expect(shownIn(served)).toBe(core);
  });
});
