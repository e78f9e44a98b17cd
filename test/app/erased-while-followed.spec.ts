import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 0, 15, 12);
const BEFORE = new Date(NOW - 60_000).toISOString();

describe('somebody who is erased while another process takes over what he did', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let here: RunningApp;
  let elsewhere: RunningApp;
  const record = ({ app }: RunningApp, ...events: RawInput[]) =>
    app.recordEvents(events.map((event) => ({ occurredAt: BEFORE, ...event })));

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-erased-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    const clock = () => NOW;
    const binding = await openEmbeddedBinding({ databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock, log: keptLog() }); // prettier-ignore
    closers.push(() => binding.close());
    const options = { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', clock, locales: ['en'], stopwatch: () => 0 };
    [here, elsewhere] = [await createApp(binding, options), await createApp(binding, options)];
    closers.push(() => here.close(), () => elsewhere.close()); // prettier-ignore
    await here.app.upsertItems([{ id: 'tea', title: 'tea', categories: ['home'] }]);
    await elsewhere.index.refreshCatalogue();
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('is nobody there either, and nobody follows him', async () => {
    const { accepted } = await record(
      here,
      { id: '1', type: 'LIKE', userId: 'gone', itemId: 'tea' },
      { id: '2', type: 'FOLLOW', userId: 'fan', targetUserId: 'gone' },
      { id: '3', type: 'LIKE', userId: 'fan', itemId: 'tea' },
    );
    expect(accepted).toBe(3);
    let goOn = (): void => undefined;
    const erased = new Promise<void>((resolve) => (goOn = resolve));
    const following = elsewhere.index.follow(() => erased.then(() => () => null));
    await here.app.eraseUser('gone');
    const isRefused = async (): Promise<void> => {
      const { rejected } = await record(elsewhere, { id: '4', type: 'LIKE', userId: 'gone', itemId: 'tea' });
      expect(rejected.map(({ code }) => code)).toEqual(['ERASED_USER']);
    };
    await eventually(isRefused);
    goOn();
    await following;
    const { acts } = elsewhere.index.shop;
    expect([acts.of('gone').length, acts.of('fan').length]).toEqual([0, 1]);
    expect([...elsewhere.index.edges.followeesOf('fan').keys()]).toEqual([]);
  });
});
