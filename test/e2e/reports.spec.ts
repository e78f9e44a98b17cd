import { event, startTestService, type TestService } from '../support/service.js';
import { openSmallShop, recordEvents, type SmallShop } from '../support/small-shop.js';

interface Kpi {
  dimension: string | null;
  metric: string;
  value: number | null;
  sample: number;
}
interface Step {
  step: string;
  users: number;
  rateFromPrevious: number | null;
  rateFromFirst: number | null;
}
interface Page {
  items: { exposureId: string; item: { id: string } }[];
}

const KPIS = 'query($i: ReportInput!, $m: [String!]) { kpis(input: $i, metrics: $m) { dimension metric value sample } }';

describe('reports, through the public API', () => {
  let service: TestService;
  let shop: SmallShop;
  const range = (fields: object = {}) => ({
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
    ...fields,
  });
  const kpis = async (input: object, metrics?: string[]): Promise<Kpi[]> =>
    (await service.ask<{ kpis: Kpi[] }>(KPIS, { i: input, m: metrics })).kpis;

  beforeAll(async () => {
    service = await startTestService({ POOL_SAMPLE: '1' });
    shop = await openSmallShop(service);
    for (const [u, userId] of ['ann', 'bob', 'cat', 'dan'].entries()) {
      const { feed } = await service.ask<{ feed: Page }>('query($i: FeedInput!) { feed(input: $i) { items { exposureId item { id } } } }', {
        i: { userId, first: 5 },
      });
      const tell = (place: number, type: string, fields: object = {}) => {
        const { exposureId, item } = feed.items[place];
        return event(userId, type, { exposureId, itemId: item.id, ...fields });
      };
      // All see four of five; ann, bob and cat click one, ann and bob put it in the cart, ann buys it.
      const events = [0, 1, 2, 3].map((place) => tell(place, 'IMPRESSION'));
      if (u < 3) events.push(tell(0, 'CLICK'), event(userId, 'FOLLOW', { targetUserId: 'star' }));
      if (u < 2) events.push(tell(0, 'ADD_TO_CART'));
      if (u < 1) events.push(tell(0, 'PURCHASE', { orderId: 'o1', amount: 40, quantity: 2 }));
      await recordEvents(service, events);
    }
  }, 60_000);
  afterAll(() => service.stop());

  it('counts what was served, seen and done a moment ago', async () => {
    const rows = await kpis(range());
    const valueOf = (key: string) => rows.find(({ metric, dimension }) => metric === key && dimension === null);
    expect(valueOf('CLICK_RATE')).toMatchObject({ value: 3 / 16 });
    expect(valueOf('SEEN_RATE')).toMatchObject({ value: 16 / 20 });
    expect(valueOf('CONVERSION_RATE')).toMatchObject({ value: 1 / 4, sample: 4 });
    expect(valueOf('REVENUE')).toMatchObject({ value: 40, sample: 1 });
    expect(valueOf('FEEDS_SERVED')?.value).toBe(4);
    expect(valueOf('LATENCY_P99')?.sample).toBe(4);
    expect(valueOf('LATENCY_P99')?.value).toBeGreaterThan(0);
    expect(valueOf('ERROR_RATE')).toMatchObject({ value: 0, sample: 4 });
    expect(valueOf('COCOON_INDEX')?.value).not.toBeNull();
    expect(rows.length).toBeGreaterThanOrEqual(50);
  });

  it('lists every metric that it answers with', async () => {
    const { metricCatalogue } = await service.ask<{ metricCatalogue: { key: string; perUser: boolean }[] }>(
      '{ metricCatalogue { key unit description higherIsBetter perUser } }',
    );
    const keys = metricCatalogue.map(({ key }) => key);
    expect(keys.length).toBeGreaterThanOrEqual(50);
    for (const { metric } of await kpis(range())) expect(keys).toContain(metric);
    for (const key of ['CLICK_RATE', 'ADD_TO_CART_RATE', 'CONVERSION_RATE', 'REVENUE_PER_USER', 'ORDER_VALUE', 'REPURCHASE_RATE', 'FOLLOW_RATE', 'SHARE_RATE',
      'DEEP_INTERACTION_RATE', 'VIRAL_COEFFICIENT', 'RETENTION_D7', 'LTV_90D', 'ROI', 'ACQUISITION_COST', 'COCOON_INDEX', 'EXPOSURE_GINI', 'NEW_ITEM_SHARE',
      'HIDE_RATE', 'REFUND_RATE', 'ORPHAN_RATE', 'MODEL_SHARE', 'LATENCY_P99']) expect(keys).toContain(key); // prettier-ignore
    expect(metricCatalogue.find(({ key }) => key === 'EXPOSURE_GINI')!.perUser).toBe(false);
  });

  it('gives a funnel that only narrows', async () => {
    const { funnel } = await service.ask<{ funnel: Step[] }>(
      'query($i: ReportInput!) { funnel(input: $i) { step users rateFromPrevious rateFromFirst } }',
      { i: range() },
    );
    expect(funnel).toEqual([
      { step: 'EXPOSURE', users: 4, rateFromPrevious: null, rateFromFirst: null },
      { step: 'INTERACTION', users: 3, rateFromPrevious: 3 / 4, rateFromFirst: 3 / 4 },
      { step: 'FOLLOW', users: 3, rateFromPrevious: 1, rateFromFirst: 3 / 4 },
      { step: 'ADD_TO_CART', users: 2, rateFromPrevious: 2 / 3, rateFromFirst: 1 / 2 },
      { step: 'PURCHASE', users: 1, rateFromPrevious: 1 / 2, rateFromFirst: 1 / 4 },
      { step: 'REPURCHASE', users: 0, rateFromPrevious: 0, rateFromFirst: 0 },
    ]);
  });

  it.each([
    'DAY',
    'SURFACE',
    'SEGMENT',
    'LIFECYCLE',
    'VARIANT',
    'MODEL_VERSION',
    'CONFIG_VERSION',
    'SOURCE',
    'CATEGORY',
    'ITEM_KIND',
    'REGION',
  ])('answers by %s', async (dimension) => {
    const rows = await kpis(range({ dimension }), ['CLICK_RATE', 'ACTIVE_USERS']);
    if (dimension === 'VARIANT') expect(rows).toEqual([]);
    else expect(rows.filter(({ metric }) => metric === 'CLICK_RATE').some(({ value }) => value !== null)).toBe(true);
  });

  it('counts only users of a segment', async () => {
    const [all] = await kpis(range(), ['ACTIVE_USERS']);
    expect(all.value).toBe(4 + shop.users.length);
    expect(await kpis(range({ segment: 'nobody is in it' }), ['CLICK_RATE'])).toEqual([
      { dimension: null, metric: 'CLICK_RATE', value: null, sample: 0 },
    ]);
  });

  it('tells the journey of an item as a recount of the requests does', async () => {
    const lines = (await (await service.http('/exports/requests?asOf=' + new Date().toISOString())).text())
      .split('\n')
      .filter((line) => line !== '');
    type Listed = { candidates: { itemId: string }[]; removed: { itemId: string }[]; placed: { itemId: string }[] };
    const requests = lines.map((line) => JSON.parse(line) as Listed);
    expect(requests).toHaveLength(4);
    const { itemId } = requests[0].placed[0];
    const among = (list: keyof Listed) => requests.filter((request) => request[list].some((one) => one.itemId === itemId)).length;
    const { itemJourney } = await service.ask<{ itemJourney: Record<string, { sampled: number; estimated: number }> }>(
      `query($i: ReportInput!, $id: ID!) { itemJourney(itemId: $id, input: $i) { requests { sampled estimated } retrieved { sampled } removed { sampled }
         removedBy { filter sampled } ranked { sampled } displaced { sampled } served { sampled } seen { sampled } meanRank } }`,
      { i: range(), id: itemId },
    );
    expect(itemJourney.requests).toEqual({ sampled: 4, estimated: 4 });
    expect(itemJourney.ranked.sampled).toBe(among('candidates'));
    expect(itemJourney.removed.sampled).toBe(among('removed'));
    expect(itemJourney.served.sampled).toBe(among('placed'));
    expect(itemJourney.displaced.sampled).toBe(among('candidates') - among('placed'));
    expect(itemJourney.seen.sampled).toBeLessThanOrEqual(itemJourney.served.sampled);
  });

  it('looks seven days beyond a follow, once they are over', async () => {
    const { followFunnel } = await service.ask<{ followFunnel: Step[] }>(
      'query($i: ReportInput!) { followFunnel(input: $i) { step users rateFromPrevious rateFromFirst } }',
      { i: range() },
    );
    expect(followFunnel.map(({ step, users }) => [step, users])).toEqual(
      ['FOLLOW', 'INTERACTION', 'ADD_TO_CART', 'PURCHASE', 'REPURCHASE'].map((step) => [step, 0]),
    );
  });

  it('forgets a user who was erased, and one who refuses to be counted', async () => {
    await service.ask('mutation { setConsent(userId: "dan", purposes: [ESSENTIAL]) { userId } }');
    const [rate] = await kpis(range(), ['CONVERSION_RATE']);
    expect(rate).toMatchObject({ value: 1 / 3, sample: 3 });
    await service.ask('mutation { eraseUser(userId: "cat") { erasedAt } }');
    expect((await kpis(range(), ['CONVERSION_RATE']))[0]).toMatchObject({ value: 1 / 2, sample: 2 });
  });

  it('names all that is wrong with a question at once', async () => {
    const { errors } = await service.send(KPIS, {
      i: { from: '2026-01-02T00:00:00Z', to: '2024-01-01T00:00:00Z', dimension: 'DEVICE' },
      m: ['NO_SUCH_METRIC'],
    });
    expect(errors?.[0].extensions?.code).toBe('INVALID_INPUT');
    expect(errors?.[0].extensions?.faults?.map(({ path }) => path)).toEqual(['from', 'dimension', 'metrics']);
    const long = await service.send(KPIS, { i: { from: '2024-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } });
    expect(long.errors?.[0].message).toContain('at most 400 days before to');
  });
});
