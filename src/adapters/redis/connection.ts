import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Log } from '../../ports/log.js';

export type RedisConnection = Redis | Cluster;

const PORT = 6379;
const SENTINEL_PORT = 26_379;
/** Requests wait for less than that by themselves; this is for what nobody waits for. */
const COMMAND_TIMEOUT_MS = 2_000;
const LONGEST_RETRY_MS = 1_000;

/** Where Redis is: one server, one that sentinels name, or a cluster. */
export type RedisAddress =
  | { kind: 'single'; url: string }
  | { kind: 'sentinel'; hosts: { host: string; port: number }[]; name: string; password?: string; tls: boolean }
  | { kind: 'cluster'; hosts: { host: string; port: number }[]; password?: string; tls: boolean };

/**
 * Read an address: `redis://…`, `rediss://…`, `redis+sentinel://:password@h1:26379,h2/name`, `redis+cluster://h1,h2:6380,h3`; `rediss+…` is encrypted.
 *
 * @returns null for text that is none
 */
export function parseRedisAddress(text: string): RedisAddress | null {
  if (/^rediss?:\/\//.test(text)) return URL.canParse(text) ? { kind: 'single', url: text } : null;
  const match = /^(rediss?)\+(sentinel|cluster):\/\/(?::([^@/]*)@)?([^/@]+)(?:\/([\w.-]+))?$/.exec(text);
  if (!match) return null;
  const [, scheme, kind, password, list, name] = match;
  const hosts = list.split(',').map((one) => hostOf(one, kind === 'sentinel' ? SENTINEL_PORT : PORT));
  if (hosts.some((host) => host === null) || (kind === 'sentinel') === (name === undefined)) return null;
  const shared = {
    hosts: hosts as { host: string; port: number }[],
    tls: scheme === 'rediss',
    ...(password && { password: decodeURIComponent(password) }),
  };
  return kind === 'sentinel' ? { kind, name, ...shared } : { kind: 'cluster', ...shared };
}

function hostOf(text: string, otherwise: number): { host: string; port: number } | null {
  const match = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text);
  return match && { host: match[1], port: match[2] ? Number(match[2]) : otherwise };
}

const AT_ONCE: RedisOptions = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  enableAutoPipelining: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
};

/**
 * A connection that is made again whenever it is lost; one line in the log each time it goes and comes.
 *
 * @param use of a request: fails at once while Redis is away; of a queue: waits for it, as long as that takes
 * @param isOver whether it is not made again any more
 */
export function connectRedis(
  address: RedisAddress,
  log: Log,
  use: 'request' | 'queue' = 'request',
  isOver: () => boolean = () => false,
): RedisConnection {
  const options: RedisOptions = {
    connectTimeout: 2_000,
    ...(use === 'request' ? AT_ONCE : { maxRetriesPerRequest: null, enableReadyCheck: false }),
    retryStrategy: (times) => (isOver() ? null : Math.min(times * 50, LONGEST_RETRY_MS)),
    // A master that became a replica still takes the connection; 2: connect anew, and send again.
    reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? 2 : false),
  };
  const redis = open(address, options);
  sayWhenAway(redis, log, { use });
  if (redis instanceof Cluster) sayWhenNodesAreAway(redis, log, { use });
  return redis;
}

function sayWhenAway(redis: RedisConnection, log: Log, about: { use: string }): void {
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (!isAway) log.warn({ ...about, err: error }, 'Redis is away; what needs it is done without, or waits');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log.info(about, 'Redis is back');
    isAway = false;
  });
}

/** The same of the nodes of a cluster, to which connections are made anew each time. */
function sayWhenNodesAreAway(cluster: Cluster, log: Log, about: { use: string }): void {
  const away = new Set<string>();
  cluster.on('node error', (error: Error, node: string) => {
    if (!away.has(node)) log.warn({ ...about, node, err: error }, 'a node of Redis is away; what needs it is done without, or waits');
    away.add(node);
  });
  cluster.on('+node', (node: Redis) =>
    node.on('ready', () => {
      const address = `${node.options.host}:${node.options.port}`;
      if (away.delete(address)) log.info({ ...about, node: address }, 'a node of Redis is back');
    }),
  );
}

function open(address: RedisAddress, options: RedisOptions): RedisConnection {
  if (address.kind === 'single') return new Redis(address.url, options);
  const tls = address.tls ? { tls: {} } : {};
  const { hosts, password } = address;
  if (address.kind === 'sentinel') return new Redis({ ...options, ...tls, sentinels: hosts, name: address.name, password });
  // Commands that travel together fail together where only one of their slots has moved: of a cluster each goes by itself.
  const { enableAutoPipelining: _, enableOfflineQueue, retryStrategy, ...redisOptions } = options;
  return new Cluster(hosts, {
    enableOfflineQueue,
    clusterRetryStrategy: (times) => retryStrategy!(times),
    slotsRefreshTimeout: 2_000,
    redisOptions: { ...redisOptions, ...tls, password },
  });
}

/** Wait until commands are taken. @throws Error when that takes longer than `withinMs` */
export async function untilReady(redis: RedisConnection, withinMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not answer')), withinMs);
    redis.once('ready', () => resolve());
  }).finally(() => clearTimeout(timer));
}
