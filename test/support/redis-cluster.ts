import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort, startRedis, type TestRedisServer } from './redis-server.mjs';

const SLOTS = 16_384;

export interface TestRedisCluster {
  /** As `REDIS_URL` takes it; in `nodes` the first has the lowest slots. */
  url: string;
  nodes: readonly { kill(): Promise<void>; start(): Promise<void>; url: string }[];
  /** Forget everything. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A cluster of masters on this machine, each with as many slots. Where one is away the others go on. */
export async function startRedisCluster(masters = 3): Promise<TestRedisCluster> {
  const nodes = await Promise.all(Array.from({ length: masters }, startNode));
  const share = SLOTS / masters;
  for (const [i, { url }] of nodes.entries()) {
    const slots = [Math.round(i * share), Math.round((i + 1) * share) - 1];
    await tell(url, ['ADDSLOTSRANGE', ...slots], ['SET-CONFIG-EPOCH', i + 1]);
  }
  for (const { port, busPort } of nodes.slice(1)) await tell(nodes[0].url, ['MEET', '127.0.0.1', port, busPort]);
  await isWhole(nodes);
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes: nodes.map((node) => ({
      ...node,
      async start() {
        await node.start();
        await isWhole(nodes);
      },
    })),
    async flush() {
      for (const { url } of nodes) await withClient(url, (client) => client.flushall());
    },
    async stop() {
      for (const { kill, dir } of nodes) {
        await kill();
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}

async function startNode() {
  const dir = await mkdtemp(join(tmpdir(), 'imago-redis-'));
  const [port, busPort] = [await freePort(), await freePort()];
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no']; // prettier-ignore
  let server: TestRedisServer = await startRedis({ port, dir, args });
  return {
    port,
    busPort,
    dir,
    url: server.url,
    kill: () => server.stop(),
    start: async () => void (server = await startRedis({ port, dir, args })),
  };
}

async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

const tell = (url: string, ...commands: [string, ...(string | number)[]][]): Promise<void> =>
  withClient(url, async (client) => {
    for (const command of commands) await client.call('CLUSTER', ...command);
  });

/** Wait until every node knows all others, and that all slots are served. */
async function isWhole(nodes: readonly { url: string }[]): Promise<void> {
  const told = `cluster_slots_ok:${SLOTS}\r\n`;
  for (const { url } of nodes)
    await withClient(url, (client) =>
      eventually(async () => {
        const info = (await client.call('CLUSTER', 'INFO')) as string;
        if (!info.includes(told) || !info.includes('cluster_state:ok')) throw new Error(`the cluster is not whole: ${info}`);
      }, 20_000),
    );
}
