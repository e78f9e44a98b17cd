import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchResult } from '../../app/answers.js';
import { type Client } from '../client.js';
import { type Checkpoint, writeCheckpoint } from './checkpoint.js';
import { type MappingContext } from './mapping.js';
import { type Plan } from './plan.js';
import { type Progress } from './progress.js';
import { type Chunk, STEPS, chunksOf, importKind, linesOf } from './steps.js';
import { type SourceKind } from './sources.js';
import { countChunk, emptyTally } from './tally.js';

export interface Sending {
  client: Client;
  progress: Progress;
  /** Of the checkpoint. */
  file: string;
  chunkLines: number;
  /** The next chunk may have arrived before without its acknowledgement having been noted: at first, when the checkpoint is of an earlier run. */
  mayBeRepeat: boolean;
}

const CHUNK_BYTES = 8 * 1024 * 1024;
/** A new item reaches every process of the service within two seconds; until then its events are rejected, to be sent again. */
const CATALOGUE_LAG_WAITS_MS = [500, 1_500, 3_000];

/** Send what the checkpoint does not have yet, step by step; after every acknowledged chunk the checkpoint is written. */
export async function sendAll(plan: Plan, context: MappingContext, checkpoint: Checkpoint, sending: Sending): Promise<void> {
  if (sending.mayBeRepeat) await beginAgainIfEmptied(checkpoint, sending);
  for (const step of STEPS) {
    const total = plan.lines[step];
    if (checkpoint.steps[step].sent >= total) continue;
    sending.progress.start(step, total, checkpoint.steps[step].sent);
    await sendStep(step, plan, context, checkpoint, sending);
    sending.progress.stop();
  }
}

async function sendStep(step: SourceKind, plan: Plan, context: MappingContext, checkpoint: Checkpoint, sending: Sending): Promise<void> {
  const tally = checkpoint.steps[step];
  const limits = { lines: sending.chunkLines, bytes: CHUNK_BYTES };
  for await (const chunk of chunksOf(linesOf(step, plan, context), tally.sent, limits)) {
    const { result, repeated } = await sendChunk(step, chunk, sending.client);
    countChunk(tally, chunk.lines, result, sending.mayBeRepeat || repeated);
    if (step === 'items') checkpoint.witnessItemId ??= firstAccepted(chunk, result);
    await writeCheckpoint(sending.file, checkpoint);
    sending.progress.advance(tally.sent);
    sending.mayBeRepeat = false;
  }
}

async function sendChunk(step: SourceKind, { lines }: Chunk, client: Client): Promise<{ result: BatchResult; repeated: boolean }> {
  const body = Buffer.from(`${lines.map(({ text }) => text).join('\n')}\n`);
  const path = `/imports/${importKind(step)}`;
  let { result, attempts } = await client.postLines(path, body);
  for (const waitMs of CATALOGUE_LAG_WAITS_MS) {
    if (!result.rejected.some(({ retryable }) => retryable)) break;
    await sleep(waitMs);
    ({ result } = await client.postLines(path, body)); // whole: what was accepted comes back as a duplicate
    attempts++;
  }
  return { result, repeated: attempts > 1 };
}

function firstAccepted({ lines }: Chunk, { rejected }: BatchResult): string | null {
  const faulty = new Set(rejected.map(({ index }) => index));
  const id = lines.find((_, index) => !faulty.has(index))?.fields?.id;
  return typeof id === 'string' ? id : null;
}

/** A service emptied since the checkpoint was written gets everything again; sending again is harmless where it was not. */
async function beginAgainIfEmptied(checkpoint: Checkpoint, { client, progress }: Sending): Promise<void> {
  if (checkpoint.witnessItemId === null) return;
  const { item } = await client.query<{ item: object | null }>('query ($id: ID!) { item(id: $id) { id } }', {
    id: checkpoint.witnessItemId,
  });
  if (item !== null) return;
  progress.say(`the service no longer has item ${JSON.stringify(checkpoint.witnessItemId)} of the earlier run: sending everything again`);
  for (const step of STEPS) checkpoint.steps[step] = emptyTally();
}
