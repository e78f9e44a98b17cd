import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

it('looks at no event and at no user of a feed where no rule is on', async () => {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-triggers-'));
  const clock = (): number => Date.now();
  const options = { databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock, log: keptLog() };
  const binding = await openEmbeddedBinding(options);
  const settings = { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', locales: ['en'], clock, stopwatch: () => 0 };
  const { app, triggers, close } = await createApp(binding, settings);
  const isIdle = () => [triggers.watch(new Map()) === null, triggers.versionFor('ann', 'home') === null];
  try {
    expect(isIdle()).toEqual([true, true]);
    const strategy = { surface: 'home', configVersion: 1 };
    const rule = { name: 'a rule', tag: 'likes', comparison: 'ABOVE', threshold: 1, action: 'STRATEGY', strategy };
    const { id } = await app.saveTrigger(rule, 'ann');
    expect([isIdle(), triggers.versionFor('ann', 'search')]).toEqual([[false, false], null]); // it switches home alone
    await app.saveTrigger({ ...rule, id, enabled: false }, 'ann');
    expect(isIdle()).toEqual([true, true]);
  } finally {
    await close();
    await binding.close();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
