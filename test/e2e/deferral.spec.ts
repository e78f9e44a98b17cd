import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { startTcpProxy, type TcpProxy } from '../chaos/tcp-proxy.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, idsOf, openSmallShop, recordEvents, type SmallShop } from '../support/small-shop.js';

const throughProxy = (url: string, { port }: TcpProxy): string => Object.assign(new URL(url), { port: String(port) }).href;
const EXPOSURE = 'query($id: ID!) { exposure(id: $id) { itemId } }';

describe('a service whose database is away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let service: TestService;
  let shop: SmallShop;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await startTcpProxy(Number(new URL(database.url).port));
    service = await startTestService({ SPOOL_MAX_MB: '1' }, throughProxy(database.url, proxy));
    shop = await openSmallShop(service);
    await feed(service, { userId: shop.users[0], first: 5 });
  }, 60_000);
  afterEach(() => proxy.mend());
  afterAll(async () => {
    await service.stop();
    await proxy.close();
    await database.drop();
  });

  const back = async (): Promise<void> => {
    proxy.mend();
    await eventually(
      async () => expect((await feed(service, { userId: shop.users[1], first: 1 })).ranking.degraded).not.toContain('LOG_DEFERRED'),
      15_000,
    );
  };
  const isKept = (id: string) =>
    eventually(async () => expect((await service.ask<{ exposure: object | null }>(EXPOSURE, { id })).exposure).not.toBeNull(), 15_000);

  it('answers feeds, says that their log is deferred, and logs them under the ids that it gave when it is back', async () => {
    proxy.cut();
    const input = { userId: shop.users[0], first: 5, requestId: randomUUID() };
    const page = await feed(service, input);
    expect(page.items).toHaveLength(5);
    expect(page.ranking.degraded).toContain('LOG_DEFERRED');
    expect(await feed(service, input)).toEqual(page);
    const next = await feed(service, { ...input, requestId: randomUUID(), after: page.pageInfo.endCursor });
    expect(next.ranking.degraded).toContain('CURSOR_EXPIRED');
    await back();
    for (const { exposureId } of [...page.items, ...next.items]) await isKept(exposureId);
  }, 40_000);

  it('gives no position twice while the page before waits elsewhere to be logged', async () => {
    const input = { userId: shop.users[3], first: 5 };
    const first = await feed(service, input);
    const second = await feed(service, { ...input, after: first.pageInfo.endCursor });
    expect(second.id).toBe(first.id);
    const client = new Client(database.url);
    await client.connect();
    await client.query('DELETE FROM exposure_items WHERE feed_id = $1 AND first_position = 6', [second.id]);
    await client.end();
    const third = await feed(service, { ...input, after: second.pageInfo.endCursor });
    expect([third.id === first.id, third.items[0].exposureId]).toEqual([false, `${third.id}.1`]);
    expect(third.ranking.degraded).toContain('CURSOR_EXPIRED');
    expect(idsOf(third).filter((id) => idsOf(first).includes(id))).toEqual([]);
  });

  it('acknowledges events, which act on their user when it is back, and are duplicates when they are sent again', async () => {
    const { items } = await feed(service, { userId: 'keen', first: 5 });
    proxy.cut();
    const liked = event('keen', 'LIKE', { itemId: items[0].item.id, exposureId: items[0].exposureId });
    expect(await recordEvents(service, [liked])).toMatchObject({ accepted: 1, rejectedTotal: 0 });
    await back();
    const likes = 'query { userProfile(userId: "keen") { tags { key value } } }';
    await eventually(async () => {
      const { userProfile } = await service.ask<{ userProfile: { tags: { key: string; value: number }[] } }>(likes);
      expect(userProfile.tags.find(({ key }) => key === 'likes')?.value).toBe(1);
    }, 15_000);
    expect(await recordEvents(service, [liked])).toMatchObject({ accepted: 0, duplicates: 1 });
  }, 40_000);

  it('goes on without waiting for a database that takes two seconds for every answer', async () => {
    const { items } = await feed(service, { userId: shop.users[2], first: 3 });
    expect(idsOf({ items } as never)).toHaveLength(3);
    proxy.slow(2_000);
    const from = performance.now();
    const pages = await Promise.all(Array.from({ length: 20 }, (_, i) => feed(service, { userId: `guest-${i}`, first: 5 })));
    const tookMs = performance.now() - from;
    expect(pages.every(({ ranking }) => ranking.degraded.includes('LOG_DEFERRED'))).toBe(true);
    // A page asks the database three times at least.
    expect(tookMs).toBeLessThan(5_000);
    await back();
    await isKept(pages[0].items[0].exposureId);
  }, 40_000);

  it('refuses with a time to try again, and acknowledges nothing, when the spool is full', async () => {
    proxy.cut();
    const batch = () =>
      Array.from({ length: 1_000 }, () => event('many', 'VIEW', { itemId: shop.items[0].id, sessionId: 's'.repeat(100) }));
    let status = 200;
    for (let i = 0; i < 20 && status === 200; i++) {
      const query = 'mutation($events: [EventInput!]!) { recordEvents(events: $events) { accepted } }';
      const answer = await service.http('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { events: batch() } }),
      });
      status = answer.status;
      if (status !== 200) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(status).toBe(503);
    await back();
    await eventually(
      async () => expect((await recordEvents(service, [event('many', 'VIEW', { itemId: shop.items[0].id })])).accepted).toBe(1),
      20_000,
    );
  }, 60_000);
});
