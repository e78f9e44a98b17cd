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

const NOW = Date.UTC(2026, 0, 15, 12);

describe('what is trending in a region', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let binding: Binding;
  let running: RunningApp;
  const common = { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', clock: () => NOW };
  const start = (): Promise<RunningApp> => createApp(binding, { ...common, locales: ['en'], stopwatch: () => 0 });
  const record = async (...acts: [id: string, userId: string, itemId: string][]): Promise<void> => {
    const occurredAt = new Date(NOW - 60_000).toISOString();
    const events = acts.map(([id, userId, itemId]): RawInput => ({ id, type: 'LIKE', userId, itemId, occurredAt }));
    expect((await running.app.recordEvents(events)).rejected).toEqual([]);
  };
  const top = (region: string): string[] => {
    const { catalogue, regional } = running.index.shop;
    return regional.top(region).map((no) => catalogue.item(no).id);
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-regional-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    const files = { dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock: () => NOW, log: keptLog() };
    binding = await openEmbeddedBinding({ databaseUrl: database.url, ...files });
    closers.push(() => binding.close());
    running = await start();
    await running.app.upsertItems(['tea', 'lamp', 'cup'].map((id) => ({ id, title: id, categories: ['home'] })));
    await running.app.upsertUsers([{ id: 'ann', region: 'DE' }, { id: 'bob', region: 'DE' }, { id: 'cat', region: 'FR' }, { id: 'dan' }]); // prettier-ignore
  }, 60_000);
  afterAll(async () => {
    await running.close();
    for (const close of closers.reverse()) await close();
  });

  it('is counted by where those live who act, as far as that is known, and each act once', async () => {
    await record(['1', 'ann', 'tea'], ['2', 'bob', 'lamp'], ['3', 'ann', 'lamp'], ['4', 'cat', 'cup'], ['5', 'dan', 'tea']);
    await record(['1', 'ann', 'tea'], ['1', 'ann', 'tea'], ['6', 'dan', 'tea']);
    expect([top('DE'), top('FR'), top('IT')]).toEqual([['lamp', 'tea'], ['cup'], []]);
  });

  it('is known after a restart, and counted on', async () => {
    await running.close();
    running = await start();
    expect([top('DE'), top('FR')]).toEqual([['lamp', 'tea'], ['cup']]);
    await record(['7', 'bob', 'cup'], ['8', 'ann', 'cup'], ['9', 'ann', 'tea'], ['10', 'bob', 'tea'], ['11', 'ann', 'tea']);
    expect(top('DE')).toEqual(['tea', 'lamp', 'cup']);
  });
});
