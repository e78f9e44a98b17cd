import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import { chainFaults, tablesHolding } from '../support/inspection.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { startRedis } from '../support/redis-server.mjs';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, idsOf, openSmallShop, purchase, recordEvents, type SmallShop, upsertItems } from '../support/small-shop.js';

const WITHIN_MS = 2_000;

/** What the processes have in common. */
interface SharedRedis {
  url: string;
  flush(): Promise<void>;
  /** Take one node away, and bring it back with nothing in it. */
  fail(): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

async function oneServer(): Promise<SharedRedis> {
  let server = await startRedis();
  const { url, port } = server;
  return {
    url,
    async flush() {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
    fail: () => server.stop(),
    mend: async () => void (server = await startRedis({ port })),
    stop: () => server.stop(),
  };
}

async function threeMasters(): Promise<SharedRedis> {
  const cluster = await startRedisCluster();
  const [node] = cluster.nodes;
  return { ...cluster, fail: () => node.kill(), mend: () => node.start() };
}

describe.each([
  ['one Redis', oneServer, 1],
  ['a cluster of three', threeMasters, 1 / 3],
])('several processes over one shop and %s', (_name, open, share) => {
  let redis: SharedRedis;
  let database: TestDatabase;
  let here: TestService;
  let there: TestService;
  let worker: TestService;
  let shop: SmallShop;
  beforeAll(async () => {
    [redis, database] = await Promise.all([open(), createTestDatabase()]);
    const start = (ROLE: string) => startTestService({ REDIS_URL: redis.url, ROLE }, database.url);
    worker = await start('worker');
    [here, there] = [await start('api'), await start('api')];
    shop = await openSmallShop(here);
  }, 90_000);
  afterAll(async () => {
    for (const service of [here, there, worker]) await service.stop();
    await redis.stop();
    await database.drop();
  }, 60_000);

  const profile = async (service: TestService, userId: string): Promise<Map<string, number>> => {
    const { userProfile } = await service.ask<{ userProfile: { tags: { key: string; value: number }[] } }>(
      'query($u: ID!) { userProfile(userId: $u) { tags { key value } } }',
      { u: userId },
    );
    return new Map(userProfile.tags.map(({ key, value }) => [key, value]));
  };

  it('what one records acts on the next feed of the other', async () => {
    await eventually(async () => expect(idsOf(await feed(there, { first: 80 })).length).toBeGreaterThan(20), WITHIN_MS);
    const [bought] = idsOf(await feed(there, { userId: 'buyer', first: 10 }));
    await recordEvents(here, [purchase('buyer', bought)]);
    expect(idsOf(await feed(there, { userId: 'buyer', first: 60 }))).not.toContain(bought);
  });

  it('events of one user recorded at once on both are all in his state', async () => {
    const of = (service: TestService) => (_: unknown, i: number) => recordEvents(service, [event('busy', 'LIKE', { itemId: `item-${i}` })]);
    await Promise.all([...Array.from({ length: 12 }, of(here)), ...Array.from({ length: 12 }, of(there))]);
    for (const service of [here, there]) expect((await profile(service, 'busy')).get('likes')).toBe(24);
  });

  it('a request id gives one answer on any process', async () => {
    const input = { userId: shop.users[0], first: 5, requestId: randomUUID() };
    const [a, b] = await Promise.all([feed(here, input), feed(there, input)]);
    expect(a.items.map(({ exposureId }) => exposureId)).toEqual(b.items.map(({ exposureId }) => exposureId));
  });

  it('blocks of one page asked of both at once show nothing twice', async () => {
    const pageId = randomUUID();
    const blocks = await Promise.all(
      [here, there, here, there].map((service) => feed(service, { userId: shop.users[1], first: 8, pageId })),
    );
    const ids = blocks.flatMap(idsOf);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a cursor of one goes on at the other', async () => {
    const first = await feed(here, { userId: shop.users[2], first: 10 });
    const second = await feed(there, { userId: shop.users[2], first: 10, after: first.pageInfo.endCursor });
    expect(second.id).toBe(first.id);
    expect(idsOf(second).filter((id) => idsOf(first).includes(id))).toEqual([]);
  });

  it('items, settings, blocks, mutes and consent of one are those of the other within two seconds', async () => {
    await upsertItems(here, [{ id: 'fresh', kind: 'PRODUCT', title: 'Fresh', categories: ['tea'], brand: 'only' }]);
    const has = async (input: object = {}) =>
      idsOf(await feed(there, { first: 20, filter: { brands: ['only'] }, ...input })).includes('fresh');
    await eventually(async () => expect(await has()).toBe(true), WITHIN_MS);
    await here.ask('mutation { mute(userId: "calm", target: { brand: "only" }) { userId } }');
    await eventually(async () => expect(await has({ userId: 'calm' })).toBe(false), WITHIN_MS);
    const { block } = await here.ask<{ block: { id: string } }>('mutation { block(input: { brand: "only", reason: "r" }) { id } }');
    await eventually(async () => expect(await has()).toBe(false), WITHIN_MS);
    await here.ask('mutation($id: ID!) { unblock(id: $id, reason: "r") { id } }', { id: block.id });
    const { createRankingConfig: draft } = await here.ask<{ createRankingConfig: { version: number } }>(
      'mutation { createRankingConfig(input: { diversity: { strength: 0.9 } }) { version } }',
    );
    await here.ask('mutation($v: Int!) { activateRankingConfig(version: $v, reason: "r") { status } }', { v: draft.version });
    await eventually(async () => expect((await feed(there, { first: 1 })).ranking.configVersion).toBe(draft.version), WITHIN_MS);
    await recordEvents(there, [event('private', 'LIKE', { itemId: 'item-1' })]);
    await here.ask('mutation { setConsent(userId: "private", purposes: [ESSENTIAL]) { userId } }');
    await eventually(async () => expect((await profile(there, 'private')).has('likes')).toBe(false), WITHIN_MS);
  });

  it('what is popular by the events of one is popular at the other', async () => {
    const { items } = await feed(here, { userId: 'watcher', first: 20 });
    const loved = items.at(-1)!.item.id;
    await recordEvents(
      here,
      Array.from({ length: 40 }, (_, i) => event(`fan-${i}`, 'LIKE', { itemId: loved })),
    );
    const place = async () => idsOf(await feed(there, { userId: 'watcher-2', first: 60 })).indexOf(loved);
    await eventually(async () => expect(await place()).toBeLessThan(10), 5_000);
  });

  it('somebody who was erased at one is nobody at the other', async () => {
    await recordEvents(there, [event('gone', 'LIKE', { itemId: 'item-3' })]);
    expect((await profile(there, 'gone')).get('likes')).toBe(1);
    await here.ask('mutation { eraseUser(userId: "gone") { hash } }');
    expect((await profile(there, 'gone')).has('likes')).toBe(false);
    const late = event('gone', 'LIKE', { itemId: 'item-3', occurredAt: new Date(Date.now() - 60_000).toISOString() });
    await eventually(
      async () => expect((await recordEvents(there, [{ ...late, id: randomUUID() }])).rejected[0]?.code).toBe('ERASED_USER'),
      WITHIN_MS,
    );
  });

  it('an erasure at one removes what is on its way at the other', async () => {
    const canary = 'canary-5e1f';
    const before = new Date(Date.now() - 3_600_000).toISOString();
    let isOver = false;
    const send = async (service: TestService): Promise<void> => {
      while (!isOver) await recordEvents(service, shop.items.slice(0, 20).map(({ id }) => event(canary, 'VIEW', { itemId: id, occurredAt: before }))); // prettier-ignore
    };
    const senders = [here, there, there, there].map(send);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await here.ask(`mutation { eraseUser(userId: "${canary}") { hash } }`);
    isOver = true;
    await Promise.all(senders);
    await eventually(async () => expect(await tablesHolding(database.url, canary)).toEqual([]), 10_000);
    for (const service of [here, there]) expect((await profile(service, canary)).has('events')).toBe(false);
    expect(await chainFaults(database.url)).toEqual([null, null]);
  }, 40_000);

  it('losing everything in Redis loses nothing', async () => {
    const before = await profile(here, 'busy');
    await redis.flush();
    const after = await profile(there, 'busy');
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const key of ['events', 'likes', 'brands-met']) expect(after.get(key)).toBe(before.get(key));
  });

  it('feeds go on without the state of those users whose Redis is away, say so, and come back', async () => {
    const users = Array.from({ length: 24 }, (_, i) => `walker-${i}`);
    const liked = users.map((userId) => event(userId, 'LIKE', { itemId: 'item-40' }));
    const pages = () => Promise.all(users.map((userId) => feed(here, { userId, first: 10 })));
    const without = async () =>
      (await pages()).filter(({ ranking }) => ranking.degraded.includes('USER_STATE_UNAVAILABLE')).length / users.length;
    expect(await without()).toBe(0);
    await redis.fail();
    for (const { items } of await pages()) expect(items).toHaveLength(10);
    const lacking = await without();
    expect(Math.abs(lacking - share)).toBeLessThan(share < 1 ? 0.3 : 0.01);
    expect((await recordEvents(here, liked)).accepted).toBe(users.length);
    await redis.mend();
    for (const userId of users) await eventually(async () => expect((await profile(there, userId)).get('likes')).toBe(1), 15_000);
    await eventually(async () => expect(await without()).toBe(0), 15_000);
  }, 60_000);

  it('a process that does without Redis is refused beside them', async () => {
    await expect(startTestService({}, database.url)).rejects.toThrow('another Imago process already uses this database');
  });
});
