import { type EventType, EVENT_TYPES } from '../../core/events/event.js';
import { createClient } from '../client.js';
import { CommandError, type Output } from '../fault.js';
import { checkpointFile, newCheckpoint, readCheckpoint, removeCheckpoint, writeCheckpoint, type CheckpointKey } from './checkpoint.js';
import { dryRun } from './dry-run.js';
import { type MappingContext, typeMapOf } from './mapping.js';
import { type Plan, readPlan, refuseUnreadable } from './plan.js';
import { createProgress } from './progress.js';
import { sendAll } from './send.js';
import { findSources } from './sources.js';
import { formatSummary } from './summary.js';
import { resolve } from 'node:path';

export interface ImportOptions {
  url: string;
  token?: string;
  /** As written: `rating=REVIEW`. */
  map: string[];
  shiftToNow: boolean;
  dryRun: boolean;
  currency: string;
  /** Of the checkpoint; in the working folder when left out. */
  checkpoint?: string;
  restart: boolean;
  patienceSeconds: number;
  chunkLines: number;
}

export interface ImportSurroundings {
  output: Output;
  now: () => number;
  isTerminal: boolean;
}

/** Send a folder of data to a running service. Gives the exit code; what stops it is thrown. */
export async function runImport(folder: string, options: ImportOptions, surroundings: ImportSurroundings): Promise<number> {
  const startedAt = surroundings.now();
  const typeMap = typeMapOf(readMaps(options.map));
  const plan = await readPlan(await findSources(folder), typeMap);
  const contextAt = (at: number): MappingContext => ({
    startedAt: at,
    shiftMs: shiftOf(plan, options, at),
    typeMap,
    currency: options.currency,
  });
  if (options.dryRun) return reportDryRun(await dryRun(plan, contextAt(startedAt), surroundings.output), plan, surroundings.output);
  refuseUnreadable(plan);
  return send(folder, options, plan, contextAt, surroundings);
}

async function send(
  folder: string,
  options: ImportOptions,
  plan: Plan,
  contextAt: (at: number) => MappingContext,
  { output, now, isTerminal }: ImportSurroundings,
): Promise<number> {
  const startedAt = now();
  const progress = createProgress(output, isTerminal);
  const client = createClient({
    url: options.url,
    token: options.token,
    patienceMs: options.patienceSeconds * 1000,
    onRetry: (reason, waitMs) => progress.say(`trying again in ${(waitMs / 1000).toFixed(1)} s: ${reason}`),
  });
  const file = options.checkpoint ?? checkpointFile(folder, client.url);
  const key: CheckpointKey = {
    url: client.url,
    folder: resolve(folder),
    digests: plan.digests,
    options: { maps: [...options.map].sort(), shiftToNow: options.shiftToNow, currency: options.currency },
  };
  const earlier = options.restart ? null : await readCheckpoint(file, key);
  const checkpoint = earlier ?? newCheckpoint(key, startedAt);
  if (earlier === null) await writeCheckpoint(file, checkpoint);
  else output.note(`going on with the import begun at ${new Date(earlier.startedAt).toISOString()} (${file})`);
  try {
    await sendAll(plan, contextAt(checkpoint.startedAt), checkpoint, {
      client,
      progress,
      file,
      chunkLines: options.chunkLines,
      mayBeRepeat: earlier !== null,
    });
  } catch (error) {
    if (error instanceof CommandError)
      throw new CommandError(error.message, [
        ...error.details,
        `what was acknowledged is noted in ${file}; the same command goes on from there`,
      ]);
    throw error;
  } finally {
    progress.stop();
  }
  output.out(formatSummary(checkpoint, plan, now() - startedAt));
  await removeCheckpoint(file); // only now: whenever the process dies before, the next run prints the same counts
  return 0;
}

/** `rating=REVIEW` and the like; every fault in one message. */
function readMaps(maps: string[]): [string, EventType][] {
  const faults: string[] = [];
  const read = maps.flatMap((text): [string, EventType][] => {
    const [, from, to] = /^(.+)=([^=]*)$/.exec(text) ?? [];
    if (from !== undefined && isEventType(to)) return [[from, to]];
    faults.push(`--map ${JSON.stringify(text)} is not NAME=TYPE with TYPE one of ${EVENT_TYPES.join(' ')}`);
    return [];
  });
  if (faults.length > 0) throw new CommandError('nothing was sent, because of the options:', faults);
  return read;
}

const isEventType = (text: string): text is EventType => (EVENT_TYPES as readonly string[]).includes(text);

const shiftOf = ({ newestAt }: Plan, { shiftToNow }: ImportOptions, startedAt: number): number =>
  shiftToNow && newestAt !== null ? startedAt - newestAt : 0;

function reportDryRun(faults: number, { lines, users, newestAt, undated }: Plan, output: Output): number {
  const counts = Object.entries(lines).filter(([, rows]) => rows > 0);
  output.out(
    `${faults === 0 ? 'no' : faults.toLocaleString('en')} faults in ${counts.map(([kind, rows]) => `${rows.toLocaleString('en')} ${kind}`).join(', ')}`,
  );
  output.out(
    `${users.toLocaleString('en')} distinct users; newest event ${newestAt === null ? 'undated' : new Date(newestAt).toISOString()}; ${undated.toLocaleString('en')} rows without a date; nothing was sent`,
  );
  return faults === 0 ? 0 : 1;
}
