import { DelayedError, type Job, type JobsOptions } from 'bullmq';
import { type Jobs } from '../../ports/jobs.js';
import { type Log } from '../../ports/log.js';
import { closed, createBusy } from './closing.js';
import { createJobsPool, runAlone } from './jobs-pool.js';
import { createQueues } from './queues.js';
import { createPostgresQueueStore, createRedisQueueStore, type JobQueue, type QueueStore, type RedisQueues } from './queue-store.js';

const QUEUE = 'imago';
/** Handlers of different names that run side by side in this process. */
const CONCURRENCY = 2;
const POSTPONE_MS = 1_000;
/** How long a job may wait for its handler to be named, which at a start happens one after the other. */
const UNKNOWN_GRACE_MS = 60_000;
/** How long a schedule that was lost may be missing. */
const RESTORE_MS = 5_000;
const SAY_ERRORS_EVERY_MS = 10_000;
const TIMING = { runRetryDelay: 1_000, stalledInterval: 15_000, maxStalledCount: 1_000 };

export interface BullMqOptions {
  connectionString: string;
  /** Where the queues are kept; left out: in PostgreSQL. */
  redis?: RedisQueues;
  log: Log;
}

const RETENTION: JobsOptions = { removeOnComplete: { count: 100 }, removeOnFail: { count: 100 } };

/**
 * Jobs on BullMQ: on its PostgreSQL backend, in its own schema `bullmq`, or on Redis where that is given. A job runs on one process at a time by a lock in
 * PostgreSQL either way. Work begins with the first `every`; `close` waits for handlers that run. A job whose process died runs again after 30 to 60
 * seconds. Lost connections are logged and made again.
 *
 * @throws Error when the database cannot be reached or holds a schema of a newer BullMQ
 */
export async function createBullMqJobs({ connectionString, redis, log }: BullMqOptions): Promise<Jobs & { close(): Promise<void> }> {
  const pool = createJobsPool(connectionString, CONCURRENCY, log);
  const handlers = new Map<string, () => Promise<void>>();
  const sayError = errorTeller(log);
  let store: QueueStore | undefined;
  try {
    store = redis ? createRedisQueueStore(redis) : await createPostgresQueueStore(pool);
    const queue = store.queue(QUEUE, RETENTION);
    const process = createProcessor({
      handlers,
      run: (name, handler) => runAlone(pool, name, handler),
      forget: (name) => queue.removeJobScheduler(name),
      log,
    });
    const busy = createBusy();
    const worker = store.worker(QUEUE, busy.during(process), { autorun: false, concurrency: CONCURRENCY, ...TIMING });
    queue.on('error', sayError);
    worker.on('error', sayError);
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

    const queues = createQueues({ store, busy, timing: TIMING, sayError, log });
    const schedules = createSchedules(queue);
    const keeping = redis && setInterval(() => void schedules.restore().catch(sayError), RESTORE_MS).unref();
    return {
      ...queues,
      async every(name, intervalMs, handler) {
        handlers.set(name, handler);
        await schedules.set(name, intervalMs);
        if (!worker.isRunning()) void worker.run().catch(sayError);
      },
      async trigger(name) {
        await queue.add(name, {}, { deduplication: { id: name, keepLastIfActive: true } });
      },
      async close() {
        clearInterval(keeping);
        const closing = Promise.all([worker.close(), queues.close()]).then(() => queue.close());
        await closed(closing, busy, () => store?.cut());
        store?.cut();
        await pool.end();
      },
    };
  } catch (error) {
    store?.cut();
    await pool.end();
    throw error;
  }
}

/** When what runs. Redis may lose everything, and with it when; this process still knows. */
function createSchedules(queue: Pick<JobQueue, 'getJobScheduler' | 'removeJobScheduler' | 'upsertJobScheduler'>) {
  const intervals = new Map<string, number>();
  const start = (name: string, every: number): Promise<unknown> =>
    queue.upsertJobScheduler(name, { every, startDate: Date.now() + every }, { name, opts: RETENTION });
  let restoring: Promise<void> | null = null;
  const lookForAll = async (): Promise<void> => {
    for (const [name, every] of intervals) if (!(await queue.getJobScheduler(name))) await start(name, every);
  };
  return {
    async set(name: string, every: number): Promise<void> {
      await queue.removeJobScheduler(name); // or the earlier one would lend its next time to this one
      await start(name, every);
      intervals.set(name, every);
    },
    /** One at a time, since it waits for a store that is away. */
    restore: (): Promise<void> => (restoring ??= lookForAll().finally(() => (restoring = null))),
  };
}

interface ProcessorParts {
  handlers: ReadonlyMap<string, () => Promise<void>>;
  /** False when the name runs already, here or elsewhere. */
  run: (name: string, handler: () => Promise<void>) => Promise<boolean>;
  /** Schedule it no more. */
  forget: (name: string) => Promise<unknown>;
  log: Log;
}

function createProcessor({ handlers, run, forget, log }: ProcessorParts): (job: Job, token?: string) => Promise<void> {
  const openedAt = Date.now();
  const failures = new Map<string, number>();
  return async (job, token) => {
    const { name } = job;
    const handler = handlers.get(name);
    if (handler === undefined) {
      if (Date.now() - openedAt < UNKNOWN_GRACE_MS) return postpone(job, token);
      log.warn({ job: name }, 'a job that no version of this service here knows is dropped');
      await forget(name);
      return;
    }
    try {
      if (!(await run(name, handler))) return await postpone(job, token);
      failures.delete(name);
    } catch (error) {
      if (!(error instanceof DelayedError)) {
        failures.set(name, (failures.get(name) ?? 0) + 1);
        log.error({ err: error, job: name, failuresInARow: failures.get(name) }, 'a job failed; it runs again at its next time');
      }
      throw error;
    }
  };
}

/** Put a job back for a second. BullMQ takes the error for "not done, not failed". */
async function postpone(job: Job, token?: string): Promise<never> {
  await job.moveToDelayed(Date.now() + POSTPONE_MS, token);
  throw new DelayedError();
}

/** While the database is away BullMQ reports ten errors a second; one line in ten seconds says as much. */
function errorTeller(log: Log): (error: unknown) => void {
  let saidAt = -Infinity;
  let unsaid = 0;
  return (error) => {
    unsaid++;
    if (Date.now() - saidAt < SAY_ERRORS_EVERY_MS) return;
    log.warn({ err: error, errors: unsaid }, 'the job queue cannot work at the moment and tries again');
    saidAt = Date.now();
    unsaid = 0;
  };
}
