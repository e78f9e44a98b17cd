import { retellStock, stockTold } from '../../../src/core/candidates/stock-told.js';
import { NOW, TestShop } from '../shop-fixture.js';

describe('when a stock was told', () => {
  const put = (shop: TestShop, stock: number, toldAt: number): void => {
    const no = shop.put({ stock });
    shop.catalogue.stockToldAt[no] = toldAt;
  };

  it('is kept of few things that were told lately', () => {
    const shop = new TestShop();
    put(shop, 3, NOW);
    put(shop, 3, NOW - 10);
    put(shop, 6, NOW);
    put(shop, 0, NOW);
    put(shop, 5, NaN);
    expect(stockTold(shop.catalogue, 5, NOW - 10)).toEqual([[0, 3, NOW]]);
  });

  it('holds for a stock that is the same still, and not for one of which something later is known', () => {
    const shop = new TestShop();
    put(shop, 3, NaN);
    put(shop, 2, NaN);
    put(shop, 3, NOW);
    retellStock(shop.catalogue, [[0, 3, NOW - 5], [1, 3, NOW - 5], [2, 3, NOW - 5], [9, 3, NOW - 5]]); // prettier-ignore
    expect([...shop.catalogue.stockToldAt.subarray(0, 3)]).toEqual([NOW - 5, NaN, NOW]);
  });
});
