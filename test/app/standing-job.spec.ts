import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { runHeavyJobs } from '../../src/app/heavy-jobs.js';
import { STANDING_ARTEFACT } from '../../src/app/standing.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

describe('the judging of everybody by all that is retained', () => {
  const log = keptLog();
  const closers: (() => Promise<unknown>)[] = [];
  let now = NOW;
  let binding: Binding;
  let running: RunningApp;
  let events = 0;

  const common = { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', clock: () => now };
  const start = (): Promise<RunningApp> => createApp(binding, { ...common, locales: ['en'], stopwatch: () => 0 });
  const act = (userId: string, type: string, fields: RawInput, minutesAgo: number): RawInput => ({
    id: `e${events++}`,
    type,
    userId,
    occurredAt: new Date(now - minutesAgo * MINUTE).toISOString(),
    ...fields,
  });
  const record = async (acts: RawInput[]): Promise<void> => {
    expect((await running.app.recordEvents(acts)).rejected).toEqual([]);
    now += MINUTE;
  };
  const popularityOf = (id: string): number => {
    const { catalogue, popularity } = running.index.shop;
    return popularity.at(catalogue.no(id)!, NOW + 60 * MINUTE);
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-standing-'));
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
    running = await start();
    const titles = {
      lamp: 'Hand made oak table lamp with a shade',
      copy: 'Hand made oak table lamp with a shade',
      tea: 'Green tea from the hills',
    };
    await running.app.upsertItems(
      Object.entries(titles).map(([id, title], i) => ({ id, title, kind: 'PRODUCT', categories: ['home'], creatorId: `maker-${id}`, createdAt: new Date(NOW - (9 - i) * 1e6).toISOString() })), // prettier-ignore
    );
    await record(['ann', 'bob', 'cat'].map((userId, i) => act(userId, 'PURCHASE', { itemId: 'tea', orderId: `o${i}` }, 1)));
    await record(
      ['ann-bob', 'bob-ann', 'cat-ann', 'ann-cat'].map((tie) => act(tie.slice(0, 3), 'FOLLOW', { targetUserId: tie.slice(4) }, 1)),
    );
    // Fifteen acts do not make a machine yet.
    await record(Array.from({ length: 15 }, (_, i) => act('bot', 'LIKE', { itemId: 'lamp' }, 60 - i)));
  }, 60_000);
  afterAll(async () => {
    await running.close();
    for (const close of closers.reverse()) await close();
  });
  const built = async (): Promise<void> => {
    now += 600 * MINUTE;
    const before = running.index.shop.trust;
    await runHeavyJobs(['standing'], binding, common);
    await eventually(() => expect(running.index.shop.trust).not.toBe(before));
    await eventually(() => expect(running.index.shop.popularity.changes).toBeGreaterThan(0));
  };

  it('builds trust, near-copies and the graph, and leaves popularity as it was counted', async () => {
    const before = [popularityOf('tea'), popularityOf('lamp')];
    await built();
    const { catalogue, graph, trust } = running.index.shop;
    expect(trust.copyOf[catalogue.no('copy')!]).toBe(catalogue.no('lamp'));
    expect(graph.circleOf('ann')).not.toBeNull();
    expect(graph.influenceOf('ann')).toBeGreaterThan(graph.influenceOf('nobody'));
    await eventually(() =>
      expect([popularityOf('tea'), popularityOf('lamp')]).toEqual(before.map((value) => expect.closeTo(value, 6) as number)),
    );
  });

  it('counts anew without a machine what it did before a restart, when that can no longer be taken back', async () => {
    await running.close();
    running = await start();
    expect(popularityOf('lamp')).toBeGreaterThan(5);
    await record(Array.from({ length: 30 }, (_, i) => act('bot', 'LIKE', { itemId: 'lamp' }, 40 - i)));
    expect(running.index.shop.authenticity.weightOf('bot')).toBe(0);
    await built();
    await eventually(() => expect(popularityOf('lamp')).toBeCloseTo(0, 6));
    expect(popularityOf('tea')).toBeGreaterThan(14);
  });

  it('goes on counting after that, each event once', async () => {
    const before = popularityOf('tea');
    await record([act('dan', 'LIKE', { itemId: 'tea' }, (now - NOW) / MINUTE - 60)]);
    expect(popularityOf('tea') - before).toBeCloseTo(2, 6);
    await built();
    await eventually(() => expect(popularityOf('tea') - before).toBeCloseTo(2, 6));
  });

  it('forgets whom it is told to, in what is kept too', async () => {
    await running.index.forget(['ann', 'bot']);
    const kept = Buffer.from((await binding.artefacts.get(STANDING_ARTEFACT))!);
    expect([kept.includes('ann'), kept.includes('bot'), kept.includes('cat')]).toEqual([false, false, true]);
    expect([running.index.shop.graph.influenceOf('ann'), running.index.shop.graph.edges.followersOf('ann').size]).toEqual([0, 0]);
  });
});
