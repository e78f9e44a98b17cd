import { exposureByMerit } from '../../../src/core/diversification/cocoon/exposure-fairness.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';
import { DAY, NOW, TestShop } from '../shop-fixture.js';

describe('exposure by merit', () => {
  const shop = new TestShop();
  shop.put({ creatorId: 'big', commercial: true });
  shop.put({ creatorId: 'small', brand: 'new', createdAt: NOW - 20 * DAY });
  shop.put({ creatorId: 'middle', createdAt: NOW - DAY });
  const month = new Map([[0, 100], [1, 10], [2, 50]]); // prettier-ignore
  const about = { catalogue: shop.catalogue, mix: DEFAULT_SETTINGS.mix, now: NOW };

  it('compares what groups were shown for every click with what all others were', () => {
    const shown = new Map([[0, 60], [1, 10], [2, 30]]); // prettier-ignore
    const clicked = new Map([[0, 6], [1, 2], [2, 2]]); // prettier-ignore
    const of = Object.fromEntries(exposureByMerit({ shown, clicked, month }, about).map(({ group, ...rest }) => [group, rest]));
    // Below half of 50 exposures is only the one with ten: 10 exposures for 2 clicks, and 90 for 8 of the others.
    expect(of.SMALL_CREATORS).toEqual({ items: 1, exposureShare: 0.1, clickShare: 0.2, treatmentRatio: 5 / 11.25 });
    // Thirty for two clicks, and seventy for eight.
    expect(of.NEW_ITEMS).toEqual({ items: 1, exposureShare: 0.3, clickShare: 0.2, treatmentRatio: 15 / 8.75 });
    expect([of.NEW_BRANDS.exposureShare, of.NON_COMMERCIAL.exposureShare]).toEqual([0.1, 0.4]);
  });

  it('says nothing of merit where nothing was clicked', () => {
    const [small] = exposureByMerit({ shown: new Map([[0, 5]]), clicked: new Map(), month }, about);
    expect(small).toEqual({ group: 'SMALL_CREATORS', items: 0, exposureShare: 0, clickShare: 0, treatmentRatio: null });
  });
});
