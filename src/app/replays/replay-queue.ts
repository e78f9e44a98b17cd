import { type Jobs, type Retries } from '../../ports/jobs.js';
import { type Log } from '../../ports/log.js';
import { type ReplayStore } from '../../ports/replay-store.js';
import { type ReplayQueue } from './replay-operations.js';

export const REPLAYS = 'replays';
/** Only a store that is away is worth another try. */
const RETRIES: Retries = { attempts: 8, backoffMs: 1_000 };
/** For replays of a process that ended before it could put them into the queue. */
const SWEEP_MS = 60_000;
const MOST_AT_ONCE = 1_000;

/** Work replays off: those of now as they come, and what earlier processes left. Gives what ends that. */
export async function startReplays(
  jobs: Jobs,
  queue: ReplayQueue,
  { replayStore, log }: { replayStore: Pick<ReplayStore, 'open'>; log: Log },
): Promise<() => void> {
  await jobs.work(REPLAYS, RETRIES, ({ id }) => queue.run(id));
  await jobs.every(REPLAYS, SWEEP_MS, async () => jobs.enqueue(REPLAYS, await replayStore.open(MOST_AT_ONCE)));
  queue.onNew = (ids) => void jobs.enqueue(REPLAYS, ids).catch((error: unknown) => log.warn({ err: error }, 'replays start with a delay'));
  await jobs.trigger(REPLAYS);
  return () => (queue.onNew = () => undefined);
}
