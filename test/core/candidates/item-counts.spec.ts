import { ItemCountColumns } from '../../../src/core/candidates/item-counts.js';
import { PriceLevels } from '../../../src/core/candidates/price-levels.js';
import { NOW, TestShop } from '../shop-fixture.js';

describe('counts of items', () => {
  const shop = new TestShop();
  const counted = (): ItemCountColumns => {
    const counts = new ItemCountColumns();
    for (const type of ['CLICK', 'VIEW', 'ADD_TO_CART', 'PURCHASE', 'REFUND', 'REFUND'] as const)
      counts.observe(shop.event('u', type, 2000));
    counts.observe(shop.event('u', 'REVIEW', 3, { rating: 4, occurredAt: NOW }));
    return counts;
  };

  it('add up, and take back no more than was done', () => {
    const counts = counted();
    expect([counts.of('opened', 2000), counts.of('carted', 2000), counts.of('bought', 2000), counts.of('stars', 3)]).toEqual([2, 1, 0, 4]);
    expect([counts.total('opened'), counts.total('bought'), counts.total('ratings'), counts.of('opened', 99_999)]).toEqual([2, 0, 1, 0]);
  });

  it('come back as they were kept', () => {
    const again = new ItemCountColumns();
    again.restore(counted().snapshot());
    expect([again.of('opened', 2000), again.of('ratings', 3), again.total('stars')]).toEqual([2, 1, 4]);
  });
});

describe('levels of prices', () => {
  it('are geometric means that items leave as they came', () => {
    const levels = new PriceLevels();
    levels.count(1, 2, 1);
    levels.count(1, 8, 1);
    levels.count(1, 0, 1);
    levels.count(1, Number.NaN, 1);
    expect(levels.meanLog(1)).toBeCloseTo(Math.log(4), 12);
    levels.count(1, 2, -1);
    expect(levels.meanLog(1)).toBeCloseTo(Math.log(8), 12);
    levels.count(1, 8, -1);
    expect([levels.meanLog(1), levels.meanLog(7)]).toEqual([NaN, NaN]);
  });
});
