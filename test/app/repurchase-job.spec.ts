import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { createRepurchaseJob } from '../../src/app/repurchase-job.js';
import { CYCLES_ARTEFACT } from '../../src/app/shop-index.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY = 86_400_000;
const CYCLE = 20;

describe('the learning of how long it takes until things are bought again', () => {
  const log = keptLog();
  const closers: (() => Promise<unknown>)[] = [];
  let now = NOW;
  let binding: Binding;
  let running: RunningApp;
  let learn: () => Promise<boolean>;

  const start = (): Promise<RunningApp> =>
    createApp(binding, {
      purposes: new Set(PURPOSES),
      timeZone: 'UTC',
      currency: 'CNY',
      locales: ['en'],
      clock: () => now,
      stopwatch: () => 0,
    });
  const act = (id: string, type: string, userId: string, itemId: string, daysAgo: number): RawInput => ({
    id,
    type,
    userId,
    itemId,
    occurredAt: new Date(now - daysAgo * DAY).toISOString(),
    ...(type === 'REVIEW' ? { rating: 5 } : { orderId: `order-${id}`, amount: 2, currency: 'CNY' }),
  });
  const filterOf = async (userId: string, itemId: string): Promise<string | null> => {
    const { stage, component } = await running.app.whyNot({ userId, itemId, surface: 'home' });
    return stage === 'FILTER' ? component : null;
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-cycles-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    const options = { databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock: () => now, log };
    binding = await openEmbeddedBinding(options);
    closers.push(() => binding.close());
    running = await start();
    closers.push(() => running.close());
    const item = (id: string, category: string, fields: RawInput = {}): RawInput => ({
      id,
      kind: 'PRODUCT',
      title: id,
      categories: [category],
      price: 2,
      createdAt: new Date(NOW - 300 * DAY).toISOString(),
      ...fields,
    });
    await running.app.upsertItems([
      ...[item('tea', 'tea'), item('lamp', 'lamps'), item('gift', 'tea', { repurchaseDays: 0 })],
      item('subscription', 'tea', { repurchaseDays: 90 }),
    ]);
    // Twelve users buy tea again after 20 days, and nobody a lamp.
    const users = Array.from({ length: 12 }, (_, i) => `u${i}`);
    const acts = users.flatMap((user) => [
      act(`${user}-first`, 'PURCHASE', user, 'tea', 5 + CYCLE),
      act(`${user}-again`, 'PURCHASE', user, 'tea', 5),
      act(`${user}-lamp`, 'PURCHASE', user, 'lamp', 100),
    ]);
    const other = [act('gift', 'PURCHASE', 'u0', 'gift', 0), act('subscription', 'PURCHASE', 'u0', 'subscription', 25), act('review', 'REVIEW', 'v', 'tea', 5), act('once', 'PURCHASE', 'w', 'tea', 5)]; // prettier-ignore
    expect((await running.app.recordEvents([...acts, ...other])).rejected).toEqual([]);
    learn = createRepurchaseJob({ ...binding, index: running.index, clock: () => now });
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('holds everything for good before anything is learned, but for what the shop itself says', async () => {
    now = NOW + 30 * DAY;
    expect([await filterOf('w', 'tea'), await filterOf('u0', 'lamp'), await filterOf('u0', 'gift')]).toEqual([
      'already-bought',
      'already-bought',
      null,
    ]);
    now = NOW;
  });

  it('reaches this process and those that start later', async () => {
    await learn();
    await eventually(() => expect(running.index.shop.cycles.builtAt).toBe(NOW));
    const later = await start();
    expect(later.index.shop.cycles).toEqual(running.index.shop.cycles);
    await later.close();
  });

  it('lets go of tea, bought or reviewed, after its cycle, of lamps never, and lets the shop’s own days come first', async () => {
    const held: (string | null)[][] = [];
    for (const days of [CYCLE - 5.01, CYCLE - 5]) {
      now = NOW + days * DAY;
      held.push([
        await filterOf('w', 'tea'),
        await filterOf('v', 'tea'),
        await filterOf('u0', 'lamp'),
        await filterOf('u0', 'subscription'),
      ]);
    }
    now = NOW;
    expect(held).toEqual([
      ['already-bought', 'already-bought', 'already-bought', 'already-bought'],
      [null, null, 'already-bought', 'already-bought'],
    ]);
  });

  it('lets go earlier for somebody who has bought it again before', async () => {
    // The category says 20 days; his own gap of 20 days says 20 · ln(4/3) = 5.8 and weighs a third: 13.2 days after the purchase of five days ago.
    now = NOW + 8.3 * DAY;
    expect([await filterOf('u0', 'tea'), await filterOf('w', 'tea')]).toEqual([null, 'already-bought']);
    now = NOW;
  });

  it('lets go at once of what is given back', async () => {
    expect(await filterOf('u1', 'lamp')).toBe('already-bought');
    await running.app.recordEvents([act('back', 'REFUND', 'u1', 'lamp', 0)]);
    expect(await filterOf('u1', 'lamp')).toBeNull();
  });

  it('takes in a refund when it learns again', async () => {
    now = NOW + DAY;
    await learn();
    now = NOW;
    await eventually(() => expect(running.index.shop.cycles.builtAt).toBe(NOW + DAY));
  });

  it('keeps what it knows when what was kept cannot be read', async () => {
    await eventually(() => expect(running.index.shop.cycles.builtAt).toBe(NOW + DAY));
    const known = running.index.shop.cycles;
    await binding.artefacts.put(CYCLES_ARTEFACT, Uint8Array.of(9, 9, 9));
    await binding.notices.publish('cycles');
    await eventually(() => expect(log.lines.filter((line) => line.includes('cycles of buying again cannot be read'))).not.toEqual([]));
    expect(running.index.shop.cycles).toBe(known);
  });
});
