import { imago } from '../cli/folders.js';
import { eventually } from '../support/eventually.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { openSmallShop, recordEvents, type SmallShop } from '../support/small-shop.js';

type Cocoon = Record<
  'index' | 'narrowCategory' | 'narrowCreator' | 'repetition' | 'amplification' | 'acceptedBreadth' | 'tasteCoverage' | 'confidence',
  number
> & { trend30d: number | null };
interface Page {
  ranking: { cocoonIndex: number | null };
  items: { exposureId: string; item: { id: string; categories: string[] } }[];
}

const DAY = 86_400_000;
const COCOON = 'index narrowCategory narrowCreator repetition amplification acceptedBreadth tasteCoverage confidence trend30d';
const off = { algorithm: 'NONE', strength: 0, maxPerCategory: 100, maxPerBrand: 100, maxPerCreator: 100 };

describe('the cocoon, through the public API', () => {
  let service: TestService;
  let shop: SmallShop;
  beforeAll(async () => {
    service = await startTestService();
    shop = await openSmallShop(service);
    for (const [surface, countsAt] of [
      ['plain', 'SERVED'],
      ['seen', 'IMPRESSION'],
    ]) {
      const input = {
        surface,
        diversity: off,
        mix: { commercialShareMax: 1 },
        fatigue: { maxImpressionsPerDay: 1000, halfLifeHours: 1, countsAt },
      };
      const { createRankingConfig: draft } = await service.ask<{ createRankingConfig: { version: number } }>(
        'mutation($i: RankingConfigInput!) { createRankingConfig(input: $i) { version } }', { i: input }); // prettier-ignore
      await service.ask('mutation($s: String!, $v: Int!) { activateRankingConfig(surface: $s, version: $v, reason: "test") { status } }', {
        s: surface,
        v: draft.version,
      });
    }
  }, 60_000);
  afterAll(() => service.stop());

  const cocoon = async (u: string): Promise<Cocoon> =>
    (await service.ask<{ userProfile: { cocoon: Cocoon } }>(`query($u: ID!) { userProfile(userId: $u) { cocoon { ${COCOON} } } }`, { u }))
      .userProfile.cocoon;
  const page = async (input: object): Promise<Page> =>
    (
      await service.ask<{ feed: Page }>(
        'query($i: FeedInput!) { feed(input: $i) { ranking { cocoonIndex } items { exposureId item { id categories } } } }',
        { i: { first: 12, surface: 'plain', ...input } },
      )
    ).feed;
  const verified = async (): Promise<{ index: number; recomputed: number; difference: number }[]> =>
    (await (await service.http('/exports/cocoons')).text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { index: number; recomputed: number; difference: number });

  it('knows nothing of whom nothing was shown, and says so', async () => {
    expect(await cocoon('nobody')).toMatchObject({ index: 0, confidence: 0, trend30d: null });
    expect((await page({ userId: 'newcomer' })).ranking.cocoonIndex).toBe(0);
    expect((await page({})).ranking.cocoonIndex).toBeNull();
  });

  it('has a higher index for whom one kind was shown than for whom many were', async () => {
    const of = (kind: number) => shop.items.filter((_, i) => i % 4 === kind).slice(0, 8);
    await recordEvents(service, of(0).map(({ id }) => event('narrow', 'LIKE', { itemId: id }))); // prettier-ignore
    await recordEvents(service, [0, 1, 2, 3].flatMap((kind) => of(kind).slice(0, 2)).map(({ id }) => event('broad', 'LIKE', { itemId: id }))); // prettier-ignore
    for (let k = 0; k < 6; k++)
      for (const userId of ['narrow', 'broad']) {
        const { items } = await page({ userId });
        const clicked = items.find(({ item }) => userId === 'broad' || item.categories[0] === shop.items[0].categories[0]);
        if (clicked) await recordEvents(service, [event(userId, 'CLICK', { itemId: clicked.item.id, exposureId: clicked.exposureId })]);
      }
    const [narrow, broad] = [await cocoon('narrow'), await cocoon('broad')];
    expect(narrow.index).toBeGreaterThan(broad.index);
    expect(narrow.narrowCategory).toBeGreaterThan(broad.narrowCategory);
    expect(narrow.confidence).toBeGreaterThan(0.5);
    for (const [part, value] of Object.entries(narrow)) if (part !== 'trend30d') expect(value! >= 0 && value! <= 1).toBe(true);
    expect((await page({ userId: 'narrow' })).ranking.cocoonIndex).toBeCloseTo(narrow.index, 12);
  });

  it('leaves out pages whose categories the caller fixed, and previews', async () => {
    const before = await cocoon('narrow');
    await page({ userId: 'narrow', filter: { categories: ['boots'] } });
    await page({ userId: 'narrow', preview: { seed: 1 } });
    expect(await cocoon('narrow')).toEqual(before);
  });

  it('counts what was seen where the surface counts impressions', async () => {
    const { items } = await page({ userId: 'watcher', surface: 'seen' });
    expect((await cocoon('watcher')).confidence).toBe(0);
    const seen = items.slice(0, 5).map(({ item, exposureId }) => event('watcher', 'IMPRESSION', { itemId: item.id, exposureId }));
    await recordEvents(service, [...seen, { ...seen[0], id: 'once-more' }]);
    // five equal cards: 5 / (5 + 20)
    await eventually(async () => expect((await cocoon('watcher')).confidence).toBeCloseTo(0.2, 6));
  });

  it('works out again from the logs what is in use, also after a restart', async () => {
    const rows = await verified();
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const { difference } of rows) expect(difference).toBeLessThan(1e-6);
    await service.restart();
    const again = await verified();
    expect(again).toHaveLength(rows.length);
    for (const { difference } of again) expect(difference).toBeLessThan(1e-6);
    const { code, out } = await imago(['cocoon', 'verify', '--url', service.url]);
    expect([code, out]).toEqual([0, expect.stringContaining(`${rows.length} users, 0 differ`)]);
  });

  it('says nothing of whom it may not use the behaviour of', async () => {
    await service.ask('mutation { setConsent(userId: "narrow", purposes: []) { purposes } }');
    expect((await cocoon('narrow')).confidence).toBe(0);
    expect((await page({ userId: 'narrow' })).ranking.cocoonIndex).toBeNull();
  });

  it('reports the population by day, today as far as it went', async () => {
    const trend = async (more: object = {}) =>
      service.send<{ cocoonTrend: Record<string, number>[] }>(
        'query($i: ReportInput!) { cocoonTrend(input: $i) { day users meanIndex p90Index exposureGini catalogueCoverage smallCreatorShare newItemShare } }',
        { i: { from: new Date(Date.now() - DAY).toISOString(), to: new Date(Date.now() + DAY).toISOString(), ...more } },
      );
    const [today, ...more] = (await trend()).data!.cocoonTrend;
    expect(more).toEqual([]);
    expect(today.users).toBeGreaterThanOrEqual(4);
    for (const [part, value] of Object.entries(today)) if (part !== 'day' && part !== 'users') expect(value >= 0 && value <= 1).toBe(true);
    expect(today.exposureGini).toBeGreaterThan(0);
    expect((await trend({ surface: 'seen' })).data!.cocoonTrend[0].users).toBe(1);
    expect((await trend({ from: new Date(Date.now() + 2 * DAY).toISOString() })).errors?.[0].extensions?.code).toBe('INVALID_INPUT');
    expect((await trend({ segment: 'all' })).errors?.[0].message).toContain('segment');
  });

  it('forgets the indices of somebody who is erased', async () => {
    const users = (await verified()).length;
    await service.ask('mutation { eraseUser(userId: "broad") { userId } }');
    expect((await verified()).length).toBe(users - 1);
  });
});
