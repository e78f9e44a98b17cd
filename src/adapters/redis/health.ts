import { Cluster } from 'ioredis';
import { type DependencyHealth } from '../../ports/dependency-health.js';
import { type RedisConnection } from './connection.js';
import { inTime } from './patience.js';

/** Redis is derived state: while it is away feeds go on without the user's, so a process stays ready. Of a cluster every master is asked. */
export async function redisHealth(redis: RedisConnection): Promise<DependencyHealth> {
  const told = (answers: boolean, detail: string): DependencyHealth => ({ name: 'redis', ok: true, answers, detail });
  if (redis.status !== 'ready') return told(false, 'away: feeds are answered without the state of their users');
  if (!(redis instanceof Cluster)) return told(true, 'connected');
  const { masters, away } = await lookAround(redis);
  if (away === 0) return told(true, `connected to ${masters} masters`);
  return told(false, `${away} of ${masters} masters away: feeds of their users are answered without a state`);
}

async function lookAround(redis: Cluster): Promise<{ masters: number; away: number }> {
  const addresses = new Set<string>();
  redis.slots.forEach(([master]) => addresses.add(master));
  const nodes = new Map(redis.nodes('master').map((node) => [`${node.options.host}:${node.options.port}`, node]));
  const answers = await Promise.all(
    [...addresses].map(async (address) => {
      const node = nodes.get(address);
      return node !== undefined && (await inTime(node.ping()).then(() => true, () => false)); // prettier-ignore
    }),
  );
  return { masters: addresses.size, away: answers.filter((isThere) => !isThere).length };
}
