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
  /** End all connections, also those that are being made anew; what waits for them fails. */
  cut(): void;
}

/** As much of a connection as is used here. */
type Connection = ConnectionOptions & {
  status: string;
  connect(): Promise<unknown>;
  disconnect(): void;
  duplicate(...args: never[]): unknown;
  /** Of a cluster. */
  nodes?(): unknown[];
};

/** How BullMQ reaches Redis. */
export interface RedisQueues {
  /** A new connection for each call, which is made again without limit, as workers need it, until `isOver`. */
  connect: (isOver: () => boolean) => Connection;
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
    cut: () => undefined,
  };
}

/** In Redis, which has to keep what it holds (`maxmemory-policy noeviction`). */
export function createRedisQueueStore({ connect, prefix }: RedisQueues): QueueStore {
  const connections: Connection[] = [];
  let isOver = false;
  const noted = (made: Connection): Connection => {
    connections.push(made);
    // A worker waits for jobs on one more.
    const duplicate = made.duplicate.bind(made);
    made.duplicate = (...args: never[]) => noted(duplicate(...args) as Connection);
    return made;
  };
  const connection = (): ConnectionOptions => noted(connect(() => isOver));
  return {
    queue: (name, defaultJobOptions) => new Queue(name, { connection: connection(), prefix, defaultJobOptions }),
    worker: (name, process, options) => new Worker(name, process, { ...options, connection: connection(), prefix }),
    cut() {
      isOver = true;
      for (const one of connections) end(one);
    },
  };
}

/** One that is between two tries, or was told to end there, would never say that it has ended; its next try, after which there is no other, does. */
function end(connection: Connection): void {
  const { status } = connection;
  const isBetweenTries = status === 'reconnecting' || (status === 'disconnecting' && connection.nodes?.().length === 0);
  if (isBetweenTries)
    void connection.connect().then(() => connection.disconnect(), () => undefined); // prettier-ignore
  else if (status !== 'end') connection.disconnect();
}
