import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildService, endChildService, startChildService } from './child-service.js';
import { createTestDatabase } from './postgres.js';

/** A service in a process of its own, of which the end of what it wrote is kept for when it goes away. */
export interface FuzzedService {
  child: ChildService;
  lastWords(): string;
  stop(): Promise<void>;
}

export async function startFuzzedService(): Promise<FuzzedService> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-fuzz-'));
  const child = await startChildService({ DATABASE_URL: database.url, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  let words = '';
  for (const stream of [child.process.stdout, child.process.stderr])
    stream?.on('data', (piece: Buffer) => (words = (words + piece.toString()).slice(-4_000)));
  return {
    child,
    lastWords: () => words,
    async stop() {
      await endChildService(child, 'SIGTERM');
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
