import { resolve } from 'node:path';
import { type EventType, EVENT_TYPES } from '../../core/events/event.js';
import { createClient } from '../client.js';
import { CommandError, type Output } from '../fault.js';
import { type CheckpointKey, checkpointFile, openCheckpoint, removeCheckpoint } from './checkpoint.js';
import { dryRun } from './dry-run.js';
import { type MappingContext, typeMapOf } from './mapping.js';
import { type Plan, readPlan, refuseUnreadable } from './plan.js';
import { createProgress } from './progress.js';
import { sendAll } from './send.js';
import { findSources } from './sources.js';
import { formatSummary } from './summary.js';

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
  return send({ folder, options, plan, startedAt, contextAt }, surroundings);
}

interface Job {
  folder: string;
  options: ImportOptions;
  plan: Plan;
  /** Of this run. */
  startedAt: number;
  contextAt: (at: number) => MappingContext;
}

async function send(
  { folder, options, plan, startedAt, contextAt }: Job,
  { output, now, isTerminal }: ImportSurroundings,
): Promise<number> {
  const progress = createProgress(output, isTerminal);
  const { url, token, patienceSeconds, chunkLines } = options;
  const onRetry = (reason: string, waitMs: number) => progress.say(`trying again in ${(waitMs / 1000).toFixed(1)} s: ${reason}`);
  const client = createClient({ url, token, patienceMs: patienceSeconds * 1000, onRetry });
  const file = options.checkpoint ?? checkpointFile(folder, client.url);
  const { checkpoint, resumed } = await openCheckpoint(file, keyOf(folder, client.url, options, plan), options.restart, startedAt);
  if (resumed) output.note(`going on with the import begun at ${new Date(checkpoint.startedAt).toISOString()} (${file})`);
  try {
    await sendAll(plan, contextAt(checkpoint.startedAt), checkpoint, { client, progress, file, chunkLines, mayBeRepeat: resumed });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(error.message, [
      ...error.details,
      `what was acknowledged is noted in ${file}; the same command goes on from there`,
    ]);
  } finally {
    progress.stop();
  }
  output.out(formatSummary(checkpoint, plan, now() - startedAt));
  await removeCheckpoint(file); // only now: whenever the process dies before, the next run prints the same counts
  return 0;
}

const keyOf = (folder: string, url: string, { map, shiftToNow, currency }: ImportOptions, { digests }: Plan): CheckpointKey => ({
  url,
  folder: resolve(folder),
  digests,
  options: { maps: [...map].sort(), shiftToNow, currency },
});

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
