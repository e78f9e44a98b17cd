import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnnxRuntime } from '../../src/adapters/onnx/runtime.js';
import { type FeedAnswer } from '../../src/app/answers.js';
import { type RawInput } from '../../src/app/app.js';
import { type ReplayReportAnswer } from '../../src/app/replays/replay-answers.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { type AppError } from '../../src/core/errors.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { seededRandom } from '../../src/core/random.js';
import { type RankingConfigInput } from '../../src/core/settings.js';
import { type Binding } from '../../src/ports/binding.js';
import { keptLog } from '../support/kept-log.js';
import { priceModel } from '../support/models-app.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.now();
const [DAY, HOUR] = [86_400_000, 3_600_000];
const ITEMS = 70;
const NEW_FROM = 50;
const USERS = 40;
const SURFACE = 'deals';
const iso = (at: number): string => new Date(at).toISOString();

describe('a log of pools', () => {
  const closers: (() => Promise<unknown>)[] = [];
  const random = seededRandom(5);
  let binding: Binding;
  let running: RunningApp;
  let now = NOW;

  const activate = async (input: RankingConfigInput): Promise<number> => {
    const draft = await running.app.createRankingConfig(input, 'test');
    await running.app.activateRankingConfig({ surface: input.surface ?? 'home', version: draft.version, reason: 'test' }, 'test');
    return draft.version;
  };
  const feed = (user: number, input: RawInput): Promise<FeedAnswer> => {
    now += 1_000;
    return running.app.feed({ userId: `u${user}`, ...input });
  };
  const click = (user: number, { items }: FeedAnswer, share: number): RawInput[] =>
    items
      .filter(() => random() < share)
      .map(({ item, exposureId }) => ({
        id: `c-${exposureId}`,
        type: 'CLICK',
        userId: `u${user}`,
        itemId: item.id,
        exposureId,
        occurredAt: iso(now),
      }));

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-replays-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    const opened = await openEmbeddedBinding({ databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock: () => now, log: keptLog() }); // prettier-ignore
    const modelRuntime = createOnnxRuntime({});
    binding = { ...opened, modelRuntime };
    closers.push(() => opened.close(), () => modelRuntime.close()); // prettier-ignore
    running = await createApp(binding, { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', locales: ['en'], poolSample: 1, clock: () => now, stopwatch: () => 0 }); // prettier-ignore
    closers.push(() => running.close());
    const items = Array.from({ length: ITEMS }, (_, i): RawInput => {
      const createdAt = iso(NOW - (i < NEW_FROM ? 300 : 2) * DAY);
      return { id: `i${i}`, kind: 'PRODUCT', title: `thing ${i}`, categories: [`c${i % 6}`, `c${i % 6}-${i % 4}`], brand: `b${i % 5}`, creatorId: `m${i % 9}`, price: 1 + i, createdAt }; // prettier-ignore
    });
    expect((await running.app.upsertItems(items)).rejected).toEqual([]);
    const acts = Array.from({ length: 300 }, (_, n): RawInput => {
      return { id: `e${n}`, type: 'CLICK', userId: `u${n % USERS}`, itemId: `i${Math.floor(random() * NEW_FROM)}`, occurredAt: iso(NOW - DAY) }; // prettier-ignore
    });
    expect((await running.app.recordEvents(acts)).rejected).toEqual([]);
    for (const bias of [-1, -2]) {
      const { manifest, file } = priceModel(`v${bias}`, bias);
      await binding.modelStore.create({ name: 'intent', version: `v${bias}`, sha256: `${bias}`, uploadedBy: 'test', manifest, file });
      await binding.modelStore.judge('intent', `v${bias}`, [], 'READY');
    }
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const rebuilt = async (): Promise<Record<string, unknown>[]> => {
    const { pieces } = running.app.rebuildPages({ from: iso(NOW - DAY), to: iso(now + 1), asOf: iso(now) });
    const lines: Record<string, unknown>[] = [];
    for await (const piece of pieces) lines.push(JSON.parse(piece) as Record<string, unknown>);
    return lines;
  };
  const replayed = async (input: RawInput): Promise<ReplayReportAnswer> => {
    const { id } = await running.app.startReplay({ surface: SURFACE, ...input }, 'tester');
    await running.replays.run(id);
    const { status, error, report } = (await running.app.replay(id))!;
    expect([status, error]).toEqual(['DONE', null]);
    return report!;
  };

  it('holds all that pages were made of: every one is made again, byte for byte, from it and from its model', async () => {
    const kinds: RankingConfigInput[] = [
      { exploration: { method: 'EPSILON', share: 0.1 } },
      { diversity: { algorithm: 'DPP', strength: 0.4, window: 5 }, exploration: { method: 'THOMPSON', share: 0.15 } },
      { diversity: { algorithm: 'CALIBRATED', strength: 0.5, maxPerBrand: 2 }, exploration: { method: 'NONE' } },
    ];
    let pages = 0;
    for (const [k, kind] of kinds.entries()) {
      await activate({ surface: 'home', ...kind });
      const version = [null, 'v-1', 'v-2'][k];
      if (version) await running.app.assignModelRole({ name: 'intent', role: 'CHAMPION', version, reason: 'test' }, 'test');
      for (let user = 0; user < 34; user++) {
        const first = await feed(user, { first: 10 });
        const second = await feed(user, { first: 10, after: first.pageInfo.endCursor });
        pages += 2;
        const clicks = [...click(user, first, 0.1), ...click(user, second, 0.05)];
        if (clicks.length > 0) await running.app.recordEvents(clicks);
      }
    }
    now += 2 * HOUR;
    expect(await rebuilt()).toEqual([{ done: true, pages, equal: pages, scoresFromLog: 0 }]);
    expect(pages).toBe(204);
  }, 120_000);

  describe('of one policy with chance', () => {
    let version = 0;

    beforeAll(async () => {
      await running.app.assignModelRole({ name: 'intent', role: 'CHAMPION', version: null, reason: 'rules decide' }, 'test');
      version = await activate({
        surface: SURFACE,
        diversity: { algorithm: 'NONE', strength: 0 },
        exploration: { method: 'EPSILON', share: 0.06 },
      });
      for (let page = 0; page < 6; page++)
        for (let user = 0; user < USERS; user++) {
          const served = await feed(user, { surface: SURFACE, first: 5 });
          const clicks = click(user, served, 0.2);
          if (clicks.length > 0) await running.app.recordEvents(clicks);
        }
      now += 2 * HOUR;
    }, 120_000);

    it('gives the logged rate back for the policy that was in force, with no change', async () => {
      const report = await replayed({ configVersion: version });
      expect(report).toMatchObject({ requests: 240, exposures: 1_200, metric: 'CLICK_RATE', refused: null, churn: 0 });
      expect(report.effectiveSample).toBeCloseTo(1_200, 6);
      expect(report.estimates.map(({ estimator }) => estimator)).toEqual(['IPS', 'SNIPS', 'DM', 'DR', 'SWITCH_DR']);
      for (const { estimator, value, interval } of report.estimates) {
        expect(value).toBeCloseTo(report.logged!, ['IPS', 'SNIPS'].includes(estimator) ? 9 : 2);
        expect(interval.low <= value && value <= interval.high).toBe(true);
      }
    });

    it('answers for a little more chance, and refuses where the other policy would show what was never shown', async () => {
      const more = await replayed({ config: { exploration: { share: 0.1 } } });
      expect(more.refused).toBeNull();
      expect(more.estimates).toHaveLength(5);
      const other = await replayed({ config: { rules: [{ name: 'item.price_log@1', value: 50 }], exploration: { method: 'NONE' } } });
      expect(other.refused).toMatch(/little overlap|nothing that the other policy would show/);
      expect([other.estimates, other.churn! > 0.3]).toEqual([[], true]);
    });

    it('replays a model, and the version tells of it', async () => {
      const report = await replayed({ version: 'v-1' });
      expect(report.requests).toBe(240);
      const told = await running.app.modelVersion('intent', 'v-1');
      expect(await told!.replay()).toEqual(report);
      expect(await (await running.app.modelVersion('intent', 'v-2'))!.replay()).toBeNull();
    });

    it('tells what a draft would change', async () => {
      const { requests, refused, churn, rows } = await running.app.whatIf({ input: { surface: SURFACE, exploration: { share: 0.1 } } });
      expect([requests, refused]).toEqual([240, null]);
      expect(churn! >= 0 && churn! < 0.3).toBe(true);
      expect(rows.map(({ metric }) => metric)).toEqual(['CLICK_RATE', 'ADD_TO_CART_RATE', 'CONVERSION_RATE', 'CATEGORY_ENTROPY', 'CREATOR_GINI', 'NEW_ITEM_SHARE']); // prettier-ignore
      const [clicks, carts, orders, entropy, , fresh] = rows;
      expect(clicks.change).toBeCloseTo(clicks.predicted! - clicks.logged!, 12);
      expect(clicks.interval!.low <= clicks.change! && clicks.change! <= clicks.interval!.high).toBe(true);
      expect([carts.refused, orders.refused]).toEqual(['no exposure is older than the 24 hours within which it counts', 'no exposure is older than the 168 hours within which it counts']); // prettier-ignore
      expect(entropy.logged).toBeGreaterThan(0);
      expect(fresh.predicted! >= fresh.logged!).toBe(true);
    });

    it('leaves out who does not agree to be analysed and learned from', async () => {
      await running.app.setConsent({ userId: 'u3', purposes: ['PERSONALISATION', 'ANALYTICS'] }, 'u3');
      await running.app.setConsent({ userId: 'u4', purposes: ['PERSONALISATION', 'MODEL_TRAINING'] }, 'u4');
      expect((await replayed({ configVersion: version })).requests).toBe(240 - 12);
    });

    it('looks back a month for a what-if and four hundred days for a replay, and no further', async () => {
      const to = '2026-02-01T00:00:00Z';
      const [month, more] = ['2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z'];
      expect((await running.app.whatIf({ input: {}, from: month, to })).requests).toBe(0);
      await expect(running.app.whatIf({ input: {}, from: more, to })).rejects.toMatchObject({
        faults: [{ path: 'from', message: `from is "${more}"; it must be at most 31 days before to, which is 2026-02-01T00:00:00.000Z` }],
      });
      const replay = running.app.startReplay({ configVersion: version, from: '2024-12-28T00:00:00Z', to }, 'tester');
      await expect(replay).resolves.toBeDefined();
      const longer = running.app.startReplay({ configVersion: version, from: '2024-12-27T23:59:59Z', to }, 'tester');
      await expect(longer).rejects.toMatchObject({ faults: [{ path: 'from', message: expect.stringContaining('400 days') as string }] });
    });

    it('works out two what-ifs at once, and asks others to come back', async () => {
      const all = Array.from({ length: 4 }, () => running.app.whatIf({ input: {} }));
      const codes = (await Promise.allSettled(all)).map((one) => (one.status === 'rejected' ? (one.reason as AppError).code : 'done'));
      expect(codes).toEqual(['done', 'done', 'OVERLOADED', 'OVERLOADED']);
      await expect(running.app.whatIf({ input: {} })).resolves.toBeDefined();
    });

    it('says what it cannot replay, all at once', async () => {
      const refusal = running.app.startReplay({ surface: 'No', metric: 'HAPPINESS', from: 'yesterday' }, 'tester');
      await expect(refusal).rejects.toMatchObject({
        faults: [{ path: 'surface' }, { path: 'from' }, { path: 'metric' }, { path: 'version' }],
      });
      await expect(running.app.startReplay({ version: 'no-such' }, 'tester')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await running.app.replay('no-such')).toBeNull();
    });

    it('notes who started what', async () => {
      const { entries } = await running.app.auditLog(50, null);
      expect(entries.filter(({ action, actor }) => action === 'startReplay' && actor === 'tester').length).toBeGreaterThan(3);
    });

    it('says why where nothing is logged', async () => {
      const report = await replayed({ surface: 'elsewhere', configVersion: 1 });
      expect(report).toMatchObject({ requests: 0, exposures: 0, churn: null, rankCorrelation: null, logged: null, estimates: [] });
      expect(report.refused).toMatch(/no request of this time has its whole pool in the log/);
    });
  });
});
