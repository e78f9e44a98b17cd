import { buildPage } from '../../../src/core/feed.js';
import { type DiversityAlgorithm } from '../../../src/core/settings.js';
import { inputsFor, NOW, PLAIN, TestShop } from '../shop-fixture.js';

describe('a feed with each algorithm', () => {
  const shop = new TestShop();
  for (let i = 0; i < 40; i++) {
    shop.put({ categories: [i < 25 ? 'much' : 'little'], brand: `b${i}` });
    shop.click(i, 60 - i);
  }
  const state = shop.stateAfter(shop.event('u', 'LIKE', 0), shop.event('u', 'LIKE', 30));
  const littleOn = async (algorithm: DiversityAlgorithm, strength: number): Promise<number> => {
    const settings = { ...PLAIN, diversity: { ...PLAIN.diversity, algorithm, strength } };
    const { placed } = await buildPage(inputsFor(shop.shop(), { state, settings, now: NOW }));
    expect(new Set(placed.map(({ itemNo }) => itemNo)).size).toBe(10);
    return placed.filter(({ itemNo }) => itemNo >= 25).length;
  };

  it.each<DiversityAlgorithm>(['MMR', 'DPP', 'SSD', 'CALIBRATED'])('shows more kinds by %s', async (algorithm) => {
    expect(await littleOn(algorithm, 0)).toBe(0);
    expect(await littleOn(algorithm, 0.7)).toBeGreaterThanOrEqual(1);
  });

  it('is calibrated to nothing for somebody of whom nothing is known, who gets marginal relevance', async () => {
    const of = async (algorithm: DiversityAlgorithm): Promise<number[]> =>
      (await buildPage(inputsFor(shop.shop(), { settings: { ...PLAIN, diversity: { ...PLAIN.diversity, algorithm, strength: 0.7 } } }))).placed.map(({ itemNo }) => itemNo); // prettier-ignore
    expect(await of('CALIBRATED')).toEqual(await of('MMR'));
  });
});
