import { buildPage } from '../../src/core/feed.js';
import { type BuiltPage, type PageInputs } from '../../src/core/page.js';
import { DAY, NOW, TestShop } from './shop-fixture.js';

export const nos = ({ placed }: BuiltPage): number[] => placed.map(({ itemNo }) => itemNo);
export const page = (inputs: PageInputs): Promise<BuiltPage> => buildPage(inputs);

/** 120 items in 6 broad and 24 narrow categories, with 5 brands, 10 creators and some interest. */
export function generalShop(): TestShop {
  const shop = new TestShop();
  for (let i = 0; i < 120; i++) {
    const root = `root-${i % 6}`;
    shop.put({
      categories: [root, `${root}-${Math.floor(i / 6) % 4}`],
      brand: `brand-${(i + Math.floor(i / 6)) % 5}`,
      creatorId: `creator-${(i + Math.floor(i / 7)) % 10}`,
      price: 5 + ((i * 37) % 200),
      stock: 50,
      createdAt: NOW - (200 + (i % 60)) * DAY,
    });
    shop.click(i, (i * 7) % 11, NOW - (i % 9) * DAY);
  }
  return shop;
}
