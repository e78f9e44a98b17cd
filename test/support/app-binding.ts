import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppOptions } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { keptLog } from './kept-log.js';
import { createTestDatabase } from './postgres.js';

export interface TestBinding {
  binding: Binding;
  /** For every app on it. */
  options: AppOptions;
  close(): Promise<void>;
}

/** A binding on a database of its own, whose apps share it as processes would. */
export async function openTestBinding(clock: () => number): Promise<TestBinding> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-binding-'));
  const binding = await openEmbeddedBinding({ databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock, log: keptLog() }); // prettier-ignore
  return {
    binding,
    options: { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', clock, locales: ['en'], stopwatch: () => 0 },
    async close() {
      await binding.close();
      await database.drop();
      await rm(dataDir, { recursive: true });
    },
  };
}
