import {
  type ConnectionOptions,
  createPostgresBackend,
  type Job,
  type JobsOptions,
  Queue,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { type Pool } from 'pg';

type Processor = (job: Job, token?: string) => Promise<void>;

/** What is used of a queue and of a worker, wherever they are kept. */
export type JobQueue = Pick<
  Queue,
  | 'add'
  | 'addBulk'
  | 'getJobScheduler'
  | 'removeJobScheduler'
  | 'upsertJobScheduler'
  | 'getFailedCount'
  | 'getFailed'
  | 'waitUntilReady'
  | 'close'
> & { on(event: 'error', listener: (error: Error) => void): unknown };
export type JobWorker = Pick<Worker, 'run' | 'isRunning' | 'close'> & {
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

/** Where BullMQ keeps its queues. */
export interface QueueStore {
  queue(name: string, defaults?: JobsOptions): JobQueue;
  worker(name: string, process: Processor, options: Omit<WorkerOptions, 'connection'>): JobWorker;
  /** Let go of connections that the queues and workers do not close themselves. */
  close(): Promise<void>;
}

/** How BullMQ reaches Redis. */
export interface RedisQueues {
  /** A new connection for each call, without a limit of retries, as workers need it. */
  connect: () => ConnectionOptions & { disconnect(): void };
  /** Before every key; in braces, so that a queue is in one slot of a cluster. */
  prefix: string;
}

/** In the schema `bullmq` of the database. */
export async function createPostgresQueueStore(pool: Pool): Promise<QueueStore> {
  const client = await pool.connect();
  await runMigrations(client).finally(() => client.release());
  return {
    queue: (name, defaultJobOptions) => new Queue(name, { connection: pool, defaultJobOptions }, createPostgresBackend),
    worker: (name, process, options) => new Worker(name, process, { ...options, connection: pool }, createPostgresBackend),
    close: () => Promise.resolve(),
  };
}

/** In Redis, which has to keep what it holds (`maxmemory-policy noeviction`). */
export function createRedisQueueStore({ connect, prefix }: RedisQueues): QueueStore {
  const connections: { disconnect(): void }[] = [];
  const connection = (): ConnectionOptions => {
    const made = connect();
    connections.push(made);
    return made;
  };
  return {
    queue: (name, defaultJobOptions) => new Queue(name, { connection: connection(), prefix, defaultJobOptions }),
    worker: (name, process, options) => new Worker(name, process, { ...options, connection: connection(), prefix }),
    close() {
      for (const one of connections) one.disconnect();
      return Promise.resolve();
    },
  };
}
