import { type Job, UnrecoverableError } from 'bullmq';
import { type Jobs, type Retries } from '../../ports/jobs.js';
import { type Log } from '../../ports/log.js';
import { type Busy } from './closing.js';
import { type QueueStore } from './queue-store.js';

/** Entries of one queue that are tried side by side in this process. */
const CONCURRENCY = 4;
const PREFIX = 'imago-';
/** Spread over this part of the wait, so that what failed together does not come again together. */
const JITTER = 0.2;
/** What was done is forgotten; the stack of a failure would name our files and nothing else. */
const RETENTION = { removeOnComplete: true, removeOnFail: { count: 10_000 }, stackTraceLimit: 0 } as const;

type Handler = Parameters<Jobs['work']>[2];

interface Parts {
  store: QueueStore;
  busy: Busy;
  /** Of workers that run at a time or hold a lock. */
  timing: { runRetryDelay: number; stalledInterval: number; maxStalledCount: number };
  sayError: (error: unknown) => void;
  log: Log;
}

type Queues = Pick<Jobs, 'work' | 'enqueue' | 'deadLetters'> & { close(): Promise<void> };

/** Queues on BullMQ, each with a worker of its own, so that no long job holds them up. */
export function createQueues({ store, busy, timing, sayError, log }: Parts): Queues {
  const begin = (name: string, retries: Retries, handler: Handler) => {
    const queue = store.queue(PREFIX + name);
    const worker = store.worker(PREFIX + name, busy.during(createTry(name, handler, log)), {
      autorun: false,
      concurrency: CONCURRENCY,
      ...timing,
    });
    queue.on('error', sayError);
    worker.on('error', sayError);
    return { queue, worker, retries };
  };
  const worked = new Map<string, ReturnType<typeof begin>>();
  const named = (name: string) => {
    const begun = worked.get(name);
    if (!begun) throw new RangeError(`no queue ${name} is worked off here`);
    return begun;
  };
  return {
    async work(name, retries, handler) {
      const begun = begin(name, retries, handler);
      const { queue, worker } = begun;
      worked.set(name, begun);
      await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
      void worker.run().catch(sayError);
    },
    async enqueue(name, ids) {
      if (ids.length === 0) return;
      const { queue, retries } = named(name);
      const { attempts, backoffMs } = retries;
      const backoff = { type: 'exponential', delay: backoffMs, jitter: JITTER };
      await queue.addBulk(ids.map((jobId) => ({ name, data: {}, opts: { jobId, attempts, backoff, ...RETENTION } })));
    },
    async deadLetters(name, first) {
      const { queue } = named(name);
      const [total, failed] = await Promise.all([queue.getFailedCount(), first > 0 ? queue.getFailed(0, first - 1) : []]);
      const latest = failed.map(({ id, failedReason, finishedOn }) => ({ id: id!, reason: failedReason ?? '', at: finishedOn ?? 0 }));
      return { total, latest };
    },
    async close() {
      const all = [...worked.values()];
      await Promise.all(all.map(({ worker }) => worker.close()));
      await Promise.all(all.map(({ queue }) => queue.close()));
    },
  };
}

function createTry(queue: string, handler: Handler, log: Log): (job: Job) => Promise<void> {
  return async ({ id, attemptsMade, opts }) => {
    const attempt = attemptsMade + 1;
    const isLast = attempt >= (opts.attempts ?? 1);
    const facts = { queue, entry: id, attempt };
    const outcome = await handler({ id: id!, attempt, isLast }).catch((error: unknown) => {
      if (isLast) log.error({ ...facts, err: error }, 'an entry of a queue failed for the last time; it is kept as a dead letter');
      else log.warn({ ...facts, err: error }, 'an entry of a queue failed and is tried again');
      throw error;
    });
    if (!outcome) return;
    log.error({ ...facts, reason: outcome.giveUp }, 'an entry of a queue was given up; it is kept as a dead letter');
    throw new UnrecoverableError(outcome.giveUp);
  };
}
