import { createFallback } from '../../src/app/fallback.js';
import { Blocks } from '../../src/core/candidates/blocks.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';
import { type RankingConfig } from '../../src/core/settings.js';
import { type ShopIndex } from '../../src/app/shop-index.js';
import { inputsFor, NOW, TestShop } from '../core/shop-fixture.js';

describe('lists to fall back to', () => {
  const OWN = ['home', 'deals'];
  let now: number;
  let made: number;
  let index: Pick<ShopIndex, 'shop'>;
  let fallback: ReturnType<typeof createFallback>;
  beforeEach(() => {
    [now, made] = [NOW, 0];
    const shop = new TestShop();
    for (let i = 0; i < 5; i++) shop.put();
    index = { shop: shop.shop() };
    const { config } = inputsFor(index.shop, { settings: {} });
    const of = (surface: string): RankingConfig => {
      made++;
      return { ...config, surface: OWN.includes(surface) ? surface : 'home', settings: DEFAULT_SETTINGS };
    };
    fallback = createFallback({ index: index as ShopIndex, settings: { of }, clock: () => now });
  });
  const outcome = (surface: string) => fallback(surface).then(() => 'made', (error: unknown) => (error as { code: string }).code); // prettier-ignore
  const names = (n: number, prefix: string) => Array.from({ length: n }, (_, i) => `${prefix}-${i}`);

  it('are made once for all who ask at once, and anew after ten seconds or other blocks', async () => {
    const lists = await Promise.all([fallback('home'), fallback('home'), fallback('home')]);
    expect([new Set(lists).size, made]).toEqual([1, 1]);
    now += 10_000;
    expect(await fallback('home')).not.toBe(lists[0]);
    const [later] = [await fallback('home')];
    index.shop.blocks = new Blocks([]);
    expect(await fallback('home')).not.toBe(later);
  });

  it('of surfaces that nobody has heard of are sixteen at once and one a second', async () => {
    const first = await Promise.all(names(40, 'x').map(outcome));
    expect(first.filter((one) => one === 'made')).toHaveLength(16);
    expect(first[39]).toBe('OVERLOADED');
    now += 2_000;
    const second = await Promise.all(names(10, 'y').map(outcome));
    expect(second.filter((one) => one === 'made')).toHaveLength(2);
  });

  it('of surfaces that have settings, or were asked for before, are there in a flood of others', async () => {
    await outcome('known');
    await Promise.all(names(100, 'x').map(outcome));
    now += 10_000;
    await Promise.all(names(100, 'y').map(outcome));
    expect(await Promise.all(['home', 'deals', 'known'].map(outcome))).toEqual(['made', 'made', 'made']);
  });
});
