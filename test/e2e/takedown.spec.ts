import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { eventually } from '../support/eventually.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, type FeedAnswer, idsOf, openSmallShop, recordEvents, type SmallShop, upsertItems } from '../support/small-shop.js';

const BLOCK = 'id itemId creatorId brand category titleContains level reason legalBasis by at until liftedAt exposuresBefore usersBefore';
interface Block {
  id: string;
  level: string;
  liftedAt: string | null;
  exposuresBefore: number;
  usersBefore: number;
}

describe('takedown, through the public API', () => {
  let service: TestService;
  let shop: SmallShop;
  beforeAll(async () => {
    service = await startTestService();
    shop = await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());
  afterEach(async () => {
    const { blocks } = await service.ask<{ blocks: Block[] }>('{ blocks { id } }');
    for (const { id } of blocks) await service.ask('mutation($id: ID!) { unblock(id: $id, reason: "over") { id } }', { id });
  });

  const block = async (input: object): Promise<Block> =>
    (await service.ask<{ block: Block }>(`mutation($input: BlockInput!) { block(input: $input) { ${BLOCK} } }`, { input: { reason: 'recalled', ...input } })).block; // prettier-ignore
  const refusal = async (input: object): Promise<string[]> => {
    const { errors } = await service.send('mutation($input: BlockInput!) { block(input: $input) { id } }', { input });
    expect(errors?.[0].extensions?.code).toBe('INVALID_INPUT');
    return errors![0].extensions!.faults!.map(({ path }) => path);
  };
  const madeBy = (creatorId: string): string[] => shop.items.filter((item) => item.creatorId === creatorId).map(({ id }) => id);
  const fallback = async (): Promise<string[]> =>
    ((await (await service.http('/fallback/home.json')).json()) as { items: { item: { id: string } }[] }).items.map(({ item }) => item.id);

  it('reaches feeds, open cursors, replays, related items, lists and fallbacks, outlives an upsert, and is lifted', async () => {
    const { creatorId } = shop.items[1];
    const banned = madeBy(creatorId);
    const requestId = randomUUID();
    const first = await feed(service, { userId: shop.users[0], first: 40, requestId });
    expect(idsOf(first).some((id) => banned.includes(id))).toBe(true);
    expect((await fallback()).some((id) => banned.includes(id))).toBe(true);

    const made = await block({ creatorId, level: 'REMOVE', legalBasis: 'order 7' });
    expect(made.exposuresBefore).toBeGreaterThan(0);
    expect(made.usersBefore).toBe(1);
    await upsertItems(service, shop.items.slice(0, 20).map((item) => ({ ...item, title: `${item.id} anew` }))); // prettier-ignore
    const pages: FeedAnswer[] = [
      await feed(service, { userId: shop.users[0], first: 40, requestId }),
      await feed(service, { userId: shop.users[0], first: 40, after: first.pageInfo.endCursor }),
      await feed(service, { first: 80 }),
    ];
    for (const page of pages) expect(idsOf(page).filter((id) => banned.includes(id))).toEqual([]);
    const { related, item, rank, whyNot } = await service.ask<Record<string, never> & { related: FeedAnswer; item: null; rank: FeedAnswer & { removed: { itemId: string; component: string }[] }; whyNot: { stage: string; component: string } }>(
      `query($other: ID!, $gone: ID!) {
        related(input: { itemIds: [$other], first: 50 }) { items { item { id } } }
        item(id: $gone) { id }
        rank(input: { itemIds: [$gone, $other] }) { items { item { id } } removed { itemId component } }
        whyNot(userId: "somebody", itemId: $gone) { stage component }
      }`,
      { other: shop.items[2].id, gone: banned[0] },
    ); // prettier-ignore
    expect(idsOf(related).filter((id) => banned.includes(id))).toEqual([]);
    expect(item).toBeNull();
    expect(rank.removed).toEqual([{ itemId: banned[0], component: 'blocked' }]);
    expect(whyNot).toEqual({ stage: 'FILTER', component: 'blocked' });
    expect((await fallback()).filter((id) => banned.includes(id))).toEqual([]);

    const { unblock } = await service.ask<{ unblock: Block }>('mutation($id: ID!) { unblock(id: $id, reason: "settled") { liftedAt } }', { id: made.id }); // prettier-ignore
    expect(unblock.liftedAt).not.toBeNull();
    expect(idsOf(await feed(service, { first: 80 })).some((id) => banned.includes(id))).toBe(true);
    const { auditLog } = await service.ask<{ auditLog: { entries: { action: string; subject: string }[] } }>(
      '{ auditLog(first: 2) { entries { action subject } } }',
    );
    expect(auditLog.entries.map(({ action, subject }) => [action, subject])).toEqual([['unblock', made.id], ['block', made.id]]); // prettier-ignore
  });

  it('holds over a restart, and for what comes later under the name', async () => {
    await block({ brand: 'late', level: 'NO_RECOMMEND' });
    await service.restart();
    const late = { id: 'late-1', title: 'A late lamp', categories: ['lamps'], brand: 'late', kind: 'PRODUCT' };
    await upsertItems(service, [late]);
    const { rank } = await service.ask<{ rank: FeedAnswer }>('{ rank(input: { itemIds: ["late-1"] }) { items { item { id } } } }');
    expect(idsOf(rank)).toEqual(['late-1']); // a list of the caller's own may still hold it
    expect(idsOf(await feed(service, { first: 100 }))).not.toContain('late-1');
  });

  it('is not on a page that was made before and leaves after', async () => {
    const client = new Client({ connectionString: service.databaseUrl });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE exposure_pages IN EXCLUSIVE MODE');
    const asked = feed(service, { first: 80 });
    const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'exposure_pages'::regclass AND NOT granted`;
    await eventually(async () => expect((await client.query<{ n: number }>(waiting)).rows[0].n).toBeGreaterThan(0));
    await block({ itemId: 'item-7' });
    await client.query('COMMIT');
    await client.end();
    const page = await asked;
    expect(idsOf(page).length).toBeGreaterThan(60);
    expect(idsOf(page)).not.toContain('item-7');
  });

  it('does not name in reasons what was taken down', async () => {
    const user = 'reader';
    await recordEvents(service, [
      event(user, 'LIKE', { itemId: 'item-0' }),
      event(user, 'PURCHASE', { itemId: 'item-4', orderId: 'o', quantity: 1 }),
    ]);
    await block({ itemId: 'item-0' });
    await block({ itemId: 'item-4', level: 'REMOVE' });
    const answer = await service.ask<{ feed: { items: { reasons: { itemId: string | null }[] }[] } }>(
      'query($u: ID!) { feed(input: { userId: $u, first: 60 }) { items { reasons { itemId } } } }',
      { u: user },
    );
    const named = answer.feed.items.flatMap(({ reasons }) => reasons.map(({ itemId }) => itemId));
    expect(named.filter((id) => id === 'item-0' || id === 'item-4')).toEqual([]);
  });

  it('lowers what is reduced, and leaves it in the feed', async () => {
    const user = shop.users[3];
    const preview = { preview: { seed: 4, at: new Date().toISOString() } };
    const before = await feed(service, { userId: user, first: 80, ...preview });
    const [top] = idsOf(before);
    await block({ itemId: top, level: 'REDUCE' });
    const after = await feed(service, { userId: user, first: 80, ...preview });
    expect(idsOf(after)).toContain(top);
    expect(idsOf(after).indexOf(top)).toBeGreaterThan(0);
  });

  it('ends by itself', async () => {
    const [category] = shop.items[0].categories;
    const of = { first: 20, filter: { categories: [category] } };
    await block({ category, until: new Date(Date.now() + 1_500).toISOString() });
    expect(idsOf(await feed(service, of))).toEqual([]);
    await eventually(async () => expect(idsOf(await feed(service, of)).length).toBeGreaterThan(0));
  });

  it('says everything that is wrong with an order, and keeps none of it', async () => {
    expect(await refusal({ reason: ' ' })).toEqual(['target', 'reason']);
    expect(await refusal({ itemId: 'a', brand: 'b', reason: 'r' })).toEqual(['target']);
    expect(await refusal({ titleContains: ' ', reason: 'r', until: '2020-01-01T00:00:00Z' })).toEqual(['titleContains', 'until']);
    expect(await service.ask('{ blocks { id } }')).toEqual({ blocks: [] });
    const { errors } = await service.send('mutation { unblock(id: "nothing", reason: "r") { id } }');
    expect(errors?.[0].extensions?.code).toBe('NOT_FOUND');
  });

  it('gives a fallback list that caches can ask about', async () => {
    const list = await service.http('/fallback/home.json');
    const etag = list.headers.get('etag')!;
    expect(list.headers.get('cache-control')).toContain('stale-if-error');
    expect((await service.http('/fallback/home.json', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await service.http('/fallback/No%20Surface.json')).status).toBe(400);
  });
});
