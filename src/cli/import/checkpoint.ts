import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandError } from '../fault.js';
import { type SourceKind } from './sources.js';
import { type Tally, emptyTally } from './tally.js';

const VERSION = 1;

/** How far an import has come: everything that a second run needs in order to end with the same counts as one run would have. */
export interface Checkpoint {
  version: typeof VERSION;
  url: string;
  folder: string;
  /** SHA-256 of every file, by name. */
  digests: Record<string, string>;
  options: { maps: string[]; shiftToNow: boolean; currency: string };
  /** Epoch ms of the first run: what undated rows and the shift go by. */
  startedAt: number;
  steps: Record<SourceKind, Tally>;
  /** An item that the service acknowledged: when it no longer has it, its data were emptied since. */
  witnessItemId: string | null;
}

export type CheckpointKey = Pick<Checkpoint, 'url' | 'folder' | 'digests' | 'options'>;

const newCheckpoint = (key: CheckpointKey, startedAt: number): Checkpoint => ({
  version: VERSION,
  ...key,
  startedAt,
  steps: { users: emptyTally(), items: emptyTally(), events: emptyTally(), follows: emptyTally() },
  witnessItemId: null,
});

/** In the working folder, one for each pair of folder and service. */
export function checkpointFile(folder: string, url: string): string {
  return `.imago-import-${createHash('sha256')
    .update(`${resolve(folder)}\n${url}`)
    .digest('hex')
    .slice(0, 12)}.json`;
}

/** The checkpoint to go on from, or a new one, which is then already written: its start is the start for all runs to come. */
export async function openCheckpoint(
  file: string,
  key: CheckpointKey,
  restart: boolean,
  startedAt: number,
): Promise<{ checkpoint: Checkpoint; resumed: boolean }> {
  const earlier = restart ? null : await readCheckpoint(file, key);
  if (earlier !== null) return { checkpoint: earlier, resumed: true };
  const checkpoint = newCheckpoint(key, startedAt);
  await writeCheckpoint(file, checkpoint);
  return { checkpoint, resumed: false };
}

/**
 * The checkpoint of an earlier run; null when there is none.
 *
 * @throws CommandError when it belongs to other files, options or another service, or is not a checkpoint at all
 */
async function readCheckpoint(file: string, key: CheckpointKey): Promise<Checkpoint | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CommandError(`the checkpoint ${file} cannot be read: ${error.message}`);
  });
  if (text === null) return null;
  const checkpoint = parseCheckpoint(file, text);
  const differing = (['url', 'folder', 'digests', 'options'] as const).filter(
    (field) => canonical(checkpoint[field]) !== canonical(key[field]),
  );
  if (differing.length === 0) return checkpoint;
  const what = differing.map(
    (field) =>
      ({ url: 'another service', folder: 'another folder', digests: 'files that have changed since', options: 'other options' })[field],
  );
  throw new CommandError(`the checkpoint ${file} is of an import with ${what.join(', ')}; go on as it was begun, or say --restart`);
}

function parseCheckpoint(file: string, text: string): Checkpoint {
  try {
    const checkpoint = JSON.parse(text) as Checkpoint | null;
    if (checkpoint?.version === VERSION && typeof checkpoint.startedAt === 'number' && typeof checkpoint.steps === 'object')
      return checkpoint;
  } catch {
    // said below
  }
  throw new CommandError(`${file} is not a checkpoint of this version; say --restart to begin again`);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** Replace the file whole: whenever the process dies, either the old or the new one is there. */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(JSON.stringify(checkpoint));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

export const removeCheckpoint = (file: string): Promise<void> => rm(file, { force: true });
