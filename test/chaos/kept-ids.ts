import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const toDisk = promisify(fdatasync);
const EVERY_MS = 50;

/** What a client was promised, one line each, on a disk that is not the service's. */
export interface KeptIds {
  readonly ids: ReadonlySet<string>;
  add(ids: readonly string[]): void;
  close(): Promise<void>;
}

export function keepIds(path: string): KeptIds {
  const file = openSync(path, 'w');
  const ids = new Set<string>();
  let waiting: string[] = [];
  let syncing = Promise.resolve();
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    writeSync(file, waiting.join('\n') + '\n');
    waiting = [];
    await toDisk(file);
  };
  const timer = setInterval(() => void (syncing = syncing.then(flush)), EVERY_MS);
  return {
    ids,
    add(more) {
      for (const id of more) ids.add(id);
      waiting.push(...more);
    },
    async close() {
      clearInterval(timer);
      await syncing;
      await flush();
      closeSync(file);
    },
  };
}
