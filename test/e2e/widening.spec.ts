import { event, startTestService, type TestService } from '../support/service.js';
import { openSmallShop, recordEvents, type SmallShop } from '../support/small-shop.js';

interface Page {
  ranking: { cocoonIndex: number | null };
  items: {
    exposureId: string;
    exploration: boolean;
    propensity: number | null;
    reasons: { code: string }[];
    item: { id: string; categories: string[] };
  }[];
}

const FEED = `ranking { cocoonIndex } items { exposureId exploration propensity reasons { code } item { id categories } }`;
const OPEN = { maxPerCategory: 100, maxPerBrand: 100, maxPerCreator: 100 };
const settings = (diversity: object): object => ({
  diversity: { ...OPEN, algorithm: 'MMR', strength: 0.1, targetCocoonIndex: 0.05, relevanceBudget: 0.3, ...diversity },
  mix: { newItemShare: 0, smallCreatorShare: 0, commercialShareMax: 1 },
  exploration: { method: 'NONE', share: 0 },
});
const entropy = ({ items }: Page): number => {
  const counts = new Map<string, number>();
  for (const { item } of items) counts.set(item.categories[0], (counts.get(item.categories[0]) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, n) => sum + (n / items.length) * Math.log2(n / items.length), 0);
};
const NARROW = ['narrow-1', 'narrow-2', 'narrow-3', 'narrow-4'];

describe('the way out of the cocoon, through the public API', () => {
  let service: TestService;
  let shop: SmallShop;
  const page = async (input: object): Promise<Page> =>
    (await service.ask<{ feed: Page }>(`query($i: FeedInput!) { feed(input: $i) { ${FEED} } }`, { i: { first: 12, ...input } })).feed;
  const activate = async (surface: string, input: object): Promise<void> => {
    const { createRankingConfig: draft } = await service.ask<{ createRankingConfig: { version: number } }>(
      'mutation($i: RankingConfigInput!) { createRankingConfig(input: $i) { version } }', { i: { surface, ...input } }); // prettier-ignore
    await service.ask('mutation($s: String!, $v: Int!) { activateRankingConfig(surface: $s, version: $v, reason: "test") { status } }', {
      s: surface,
      v: draft.version,
    });
  };
  const setBreadth = (u: string, b: number) =>
    service.ask<{ setBreadth: { controls: { breadth: number } } }>(
      'mutation($u: ID!, $b: Float!) { setBreadth(userId: $u, breadth: $b) { controls { breadth } } }', { u, b }); // prettier-ignore
  const metric = async (name: string): Promise<number> => {
    const lines = (await (await service.http('/metrics')).text()).split('\n').filter((line) => line.startsWith(name));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  beforeAll(async () => {
    service = await startTestService();
    shop = await openSmallShop(service);
    await activate('plain', { ...settings({ algorithm: 'NONE', strength: 0 }), fatigue: { maxImpressionsPerDay: 1000 } });
    await activate('wide', { ...settings({ adaptive: true }), fatigue: { maxImpressionsPerDay: 1000 } });
    const teas = shop.items.filter((_, i) => i % 4 === 0).slice(0, 10);
    for (const user of NARROW) {
      await recordEvents(service, teas.map(({ id }) => event(user, 'LIKE', { itemId: id }))); // prettier-ignore
      for (let k = 0; k < 4; k++) await page({ userId: user, surface: 'plain' });
    }
  }, 90_000);
  afterAll(() => service.stop());

  it('widens a preview for whose feeds are narrow, and leaves no trace', async () => {
    const spread = async (adaptive: boolean): Promise<number> => {
      let sum = 0;
      for (const userId of NARROW)
        sum += entropy(await page({ userId, surface: 'plain', preview: { seed: 5, config: settings({ adaptive }) } }));
      return sum;
    };
    const [off, on, again] = [await spread(false), await spread(true), await spread(true)];
    expect(on).toBeGreaterThan(off);
    expect(again).toBe(on);
    expect(await metric('imago_widening_pages_total')).toBe(0);
  });

  it('widens what it serves, says what is different, and counts it', async () => {
    let different = 0;
    for (const userId of NARROW) {
      const { items } = await page({ userId, surface: 'wide' });
      for (const { exploration, reasons, propensity } of items) {
        expect(exploration).toBe(reasons.some(({ code }) => code === 'SOMETHING_DIFFERENT'));
        expect(propensity).toBeNull();
        different += Number(exploration);
      }
    }
    expect(different).toBeGreaterThan(0);
    expect(await metric('imago_widening_pages_total')).toBe(NARROW.length);
    expect(await metric('imago_widening_cards_total')).toBe(different);
    const [worth, spent] = [await metric('imago_widening_value_total{of="pages"}'), await metric('imago_widening_value_total{of="spent"}')];
    expect(worth).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(0.3 * worth);
  });

  it('works out again from the logs what the loop remembers, also after a restart', async () => {
    const { items } = await page({ userId: NARROW[0], surface: 'wide' });
    const acts = items.map(({ item, exposureId }, i) => event(NARROW[0], i % 3 === 0 ? 'HIDE' : 'CLICK', { itemId: item.id, exposureId }));
    await recordEvents(service, acts);
    const check = async (): Promise<void> => {
      const lines = (await (await service.http('/exports/cocoons')).text()).split('\n').filter((line) => line !== '');
      expect(lines.length).toBeGreaterThanOrEqual(NARROW.length);
      for (const line of lines) expect((JSON.parse(line) as { difference: number }).difference).toBeLessThan(1e-6);
    };
    await check();
    await service.restart();
    await check();
  });

  it('obeys the dial of every user from the next feed on, and shows where it stands', async () => {
    const spread = async (breadth: number): Promise<number> => {
      let sum = 0;
      for (const userId of NARROW) {
        expect((await setBreadth(userId, breadth)).setBreadth.controls.breadth).toBe(breadth);
        sum += entropy(await page({ userId, preview: { seed: 6, config: settings({ strength: 0.3, targetCocoonIndex: 0.4 }) } }));
      }
      return sum;
    };
    const dials = [await spread(-1), await spread(0), await spread(1)];
    expect(dials).toEqual([...dials].sort((a, b) => a - b));
    expect(dials[2]).toBeGreaterThan(dials[0]);
    const { userProfile } = await service.ask<{ userProfile: { controls: { breadth: number } } }>(
      'query($u: ID!) { userProfile(userId: $u) { controls { breadth } } }', { u: NARROW[0] }); // prettier-ignore
    expect(userProfile.controls.breadth).toBe(1);
  });

  it.each([-1.01, 1.5, 1e9])('refuses a dial at %d', async (b) => {
    const { errors } = await service.send('mutation($b: Float!) { setBreadth(userId: "narrow-1", breadth: $b) { userId } }', { b });
    expect(errors?.[0].message).toBe(`breadth is ${b}; it must be a number from -1 to 1`);
  });

  it('leaves the feeds of who does not let his behaviour be used as they are', async () => {
    const config = settings({ adaptive: true });
    await service.ask('mutation { setConsent(userId: "narrow-4", purposes: []) { purposes } }');
    const { items, ranking } = await page({ userId: 'narrow-4', preview: { seed: 5, config } });
    expect([ranking.cocoonIndex, items.some(({ exploration }) => exploration)]).toEqual([null, false]);
  });
});
