import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 5, 15, 12);

describe('the ledger of cocoons', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let now = START;
  let binding: Binding;
  let running: RunningApp;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-cocoon-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    const log = keptLog();
    binding = await openEmbeddedBinding({
      databaseUrl: database.url,
      dataDir,
      retentionDays: 400,
      userStateMaxBytes: 1e8,
      clock: () => now,
      log,
    });
    closers.push(() => binding.close());
    const options = {
      purposes: new Set(PURPOSES),
      timeZone: 'UTC',
      currency: 'CNY',
      clock: () => now,
      locales: ['en'],
      stopwatch: () => 0,
    };
    running = await createApp(binding, options);
    closers.push(() => running.close());
    await running.app.upsertItems(
      Array.from({ length: 80 }, (_, i) => ({ id: `i${i}`, kind: 'PRODUCT', title: `Thing ${i}`, categories: ['all', `c${i % 20}`], creatorId: `m${i % 9}` })),
    ); // prettier-ignore
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const serve = (userId: string) => running.app.feed({ userId, first: 12 });

  it('keeps a row per user and day, fixes what the next day is measured against, and tells the change of thirty days', async () => {
    for (const userId of ['ann', 'bob', 'cid']) await serve(userId);
    await running.keep();
    expect(await binding.cocoonLedger.usersOf('2026-06-15', 10)).toEqual(['ann', 'bob', 'cid']);
    expect(await binding.cocoonLedger.baseline('2026-06-15')).toBeNull();

    now = START + DAY;
    await binding.maintain();
    await running.closeDay();
    const kept = await binding.cocoonLedger.baseline('2026-06-16');
    expect(kept).toMatchObject({ version: 1, level: 1 });
    expect(kept!.categories.mean).toBeCloseTo((await binding.cocoonLedger.meanCollisions('2026-06-15'))!.categories, 12);
    await running.closeDay();
    expect(await binding.cocoonLedger.baseline('2026-06-16')).toEqual(kept);

    expect((await running.app.userProfile('ann')).cocoon.trend30d).toBeNull();
    now = START + 31 * DAY;
    await binding.maintain();
    await serve('ann');
    const [before, { cocoon }] = [
      await binding.cocoonLedger.lastOf('ann', { from: '2026-06-01', to: '2026-06-16' }),
      await running.app.userProfile('ann'),
    ];
    expect(cocoon.trend30d).toBeCloseTo(cocoon.index - before!.index, 12);
    const trend = await running.app.cocoonTrend({ from: new Date(START - DAY).toISOString(), to: new Date(now + DAY).toISOString() });
    expect(trend.map(({ day, users }) => [day, users])).toEqual([['2026-06-15', 3], ['2026-07-16', 1]]); // prettier-ignore
  });

  it('writes the rows of a day that a process which ended had not written', async () => {
    await serve('dan');
    await binding.cocoonLedger.put([]);
    expect(await binding.cocoonLedger.missing('2026-07-16', 10)).toEqual(['dan']);
    now += DAY;
    await binding.maintain();
    await running.closeDay();
    expect(await binding.cocoonLedger.missing('2026-07-16', 10)).toEqual([]);
  });
});
