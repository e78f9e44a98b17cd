import { event, startTestService, type TestService } from '../support/service.js';
import { feed, idsOf, openSmallShop, purchase, recordEvents, type SmallShop, upsertItems } from '../support/small-shop.js';

describe('a feed, through the public API', () => {
  let service: TestService;
  let shop: SmallShop;
  beforeAll(async () => {
    service = await startTestService();
    shop = await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  const code = async (input: object): Promise<string | undefined> =>
    (await service.send('query($i: FeedInput!) { feed(input: $i) { id } }', { i: input })).errors?.[0].extensions?.code;

  it('shows every eligible item once over its pages, with one id and growing positions, until none is left', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    let id: string | null = null;
    for (let pages = 0; pages < 20; pages++) {
      const page = await feed(service, { userId: 'reader', first: 13, after });
      id ??= page.id;
      expect(page.id).toBe(id);
      expect(page.items.map(({ position }) => position)).toEqual(page.items.map((_, i) => seen.length + i + 1));
      seen.push(...idsOf(page));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen.length).toBe(80);
    expect(new Set(seen).size).toBe(80);
  });

  it('goes on with a cursor after a restart, under the settings it began with', async () => {
    const first = await feed(service, { userId: 'traveller', first: 10 });
    await service.restart();
    const second = await feed(service, { userId: 'traveller', first: 10, after: first.pageInfo.endCursor });
    expect([second.id, second.items[0].position]).toEqual([first.id, 11]);
    expect(idsOf(second).filter((id) => idsOf(first).includes(id))).toEqual([]);
  });

  it('refuses the cursor of another user, surface or filter', async () => {
    const { pageInfo } = await feed(service, { userId: 'owner', first: 5 });
    expect(await code({ userId: 'thief', after: pageInfo.endCursor })).toBe('INVALID_INPUT');
    expect(await code({ userId: 'owner', surface: 'cart', after: pageInfo.endCursor })).toBe('INVALID_INPUT');
    expect(await code({ userId: 'owner', filter: { priceMax: 5 }, after: pageInfo.endCursor })).toBe('INVALID_INPUT');
  });

  it('gives parallel requests with one request id one page, and another input a conflict', async () => {
    const input = { userId: 'retry', first: 7, requestId: 'r-1' };
    const pages = await Promise.all(Array.from({ length: 12 }, () => feed(service, input)));
    expect(new Set(pages.map((page) => JSON.stringify(page.items))).size).toBe(1);
    expect(await code({ ...input, first: 8 })).toBe('CONFLICT');
  });

  it('shares no item between blocks of a page that are asked for in one document', async () => {
    const { a, b, c } = await service.ask<Record<'a' | 'b' | 'c', { items: { item: { id: string } }[] }>>(
      `{ a: feed(input: {userId: "page", first: 10, pageId: "p"}) { items { item { id } } }
         b: feed(input: {userId: "page", first: 10, pageId: "p", surface: "cart"}) { items { item { id } } }
         c: related(input: {itemIds: ["item-0"], userId: "page", first: 10, pageId: "p"}) { items { item { id } } } }`,
    );
    const ids = [a, b, c].flatMap(({ items }) => items.map(({ item }) => item.id));
    expect(new Set(ids).size).toBe(30);
  });

  it('holds back what was bought or reviewed, until a refund, and what is hidden, until it is unhidden', async () => {
    const all = async (): Promise<string[]> => idsOf(await feed(service, { userId: 'owner-of-things', first: 80 }));
    const [bought, reviewed, hidden] = ['item-1', 'item-2', 'item-3'];
    await recordEvents(service, [
      purchase('owner-of-things', bought),
      event('owner-of-things', 'REVIEW', { itemId: reviewed, rating: 2 }),
      event('owner-of-things', 'HIDE', { itemId: hidden }),
    ]);
    const held = await all();
    for (const id of [bought, reviewed, hidden]) expect(held).not.toContain(id);
    await recordEvents(service, [
      event('owner-of-things', 'REFUND', { itemId: bought, orderId: 'back', quantity: 1, amount: 9, currency: 'CNY' }),
      event('owner-of-things', 'UNHIDE', { itemId: hidden }),
    ]);
    const lifted = await all();
    expect(lifted).toContain(bought);
    expect(lifted).toContain(hidden);
    expect(lifted).not.toContain(reviewed);
  });

  it('hides a whole category, brand or creator when asked to', async () => {
    await recordEvents(service, [event('picky', 'HIDE', { itemId: 'item-4', hideScope: 'CATEGORY' })]);
    const narrowest = shop.items[4].categories[1];
    const page = await feed(service, { userId: 'picky', first: 80 });
    expect(page.items.length).toBeGreaterThan(0);
    expect(page.items.filter(({ item }) => item.categories.includes(narrowest))).toEqual([]);
  });

  it('previews without a trace', async () => {
    const preview = await feed(service, { userId: 'ghost', first: 5, preview: { seed: 1 } });
    expect(preview.items.every(({ exposureId }) => exposureId.startsWith('preview-'))).toBe(true);
    const { exposure } = await service.ask<{ exposure: unknown }>('query($id: ID!) { exposure(id: $id) { feedId } }', {
      id: preview.items[0].exposureId,
    });
    expect(exposure).toBeNull();
  });

  it('keeps what it used of every item, and what came of it', async () => {
    const page = await feed(service, { userId: 'watched', first: 3 });
    const { exposureId, item, score } = page.items[2];
    const done = await recordEvents(service, [
      event('watched', 'CLICK', { itemId: item.id, exposureId }),
      event('watched', 'LIKE', { itemId: item.id }),
      event('someone-else', 'CLICK', { itemId: item.id, exposureId }),
    ]);
    expect(done.accepted).toBe(3);
    const { exposure } = await service.ask<{
      exposure: {
        score: number;
        features: Record<string, number>;
        contributions: { value: number }[];
        outcomes: { type: string }[];
        hash: string;
      };
    }>('query($id: ID!) { exposure(id: $id) { score features contributions { name value } outcomes { type } hash } }', { id: exposureId });
    expect(exposure.score).toBe(score);
    expect(exposure.contributions.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(score, 9);
    expect(exposure.outcomes.map(({ type }) => type).sort()).toEqual(['CLICK', 'LIKE']);
    expect(exposure.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says that there are too few, and that no model scored', async () => {
    const none = await feed(service, { userId: 'reader', filter: { categories: ['no such category'] } });
    expect([none.items, none.ranking.degraded]).toEqual([[], ['MODEL_MISSING', 'TOO_FEW_CANDIDATES']]);
  });

  it('obeys stock, region, age and end of sale', async () => {
    await upsertItems(service, [
      { id: 'far', kind: 'PRODUCT', title: 'Only abroad', categories: ['rare'], regions: ['XX'] },
      { id: 'adult', kind: 'PRODUCT', title: 'For adults', categories: ['rare'], minAge: 18 },
      {
        id: 'over',
        kind: 'PRODUCT',
        title: 'No longer sold',
        categories: ['rare'],
        availableUntil: new Date(Date.now() - 1000).toISOString(),
      },
      { id: 'sold-out', kind: 'PRODUCT', title: 'Gone', categories: ['rare'], stock: 0 },
      { id: 'plain', kind: 'PRODUCT', title: 'For all', categories: ['rare'] },
    ]);
    const shown = async (input: object): Promise<string[]> =>
      idsOf(await feed(service, { ...input, filter: { categories: ['rare'] } })).sort();
    expect(await shown({})).toEqual(['plain']);
    expect(await shown({ context: { region: 'XX' } })).toEqual(['far', 'plain']);
    await service.ask('mutation { upsertUsers(users: [{ id: "grown", birthYear: 1980 }, { id: "child", birthYear: 2020 }]) { accepted } }');
    expect(await shown({ userId: 'grown' })).toEqual(['adult', 'plain']);
    expect(await shown({ userId: 'child' })).toEqual(['plain']);
  });
});
