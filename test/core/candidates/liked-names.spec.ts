import { itemsByTaste, likedNames } from '../../../src/core/candidates/liked-names.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { NOW, TestShop } from '../shop-fixture.js';

function likes(values: Record<number, number>): ReturnType<typeof likedNames> {
  const state = emptyState();
  for (const [no, value] of Object.entries(values)) state.affinity.category.set(Number(no), { value, at: NOW });
  return likedNames(state, NOW);
}

describe('likedNames', () => {
  it('gives shares of what is liked, the strongest first, without what is disliked', () => {
    expect(likes({ 1: 1, 2: 3, 3: -5 })).toEqual([
      { kind: 'category', no: 2, share: 0.75 },
      { kind: 'category', no: 1, share: 0.25 },
    ]);
    expect(likedNames(emptyState(), NOW)).toEqual([]);
  });
});

describe('itemsByTaste', () => {
  const shop = new TestShop();
  shop.put({ categories: ['a'] });
  shop.put({ categories: ['a'] });
  shop.put({ categories: ['b'] });
  shop.put({ categories: ['b'] });
  const { catalogue } = shop.shop();
  const liked = likes({ [catalogue.names.category.no('a')]: 3, [catalogue.names.category.no('b')]: 1 });
  const all = (): number[] => [0, 1, 2, 3];

  it('orders by taste times value, each item once', () => {
    // 0.75 * 1, 0.75 * 2, 0.25 * 10, 0.25 * 1.
    const order = itemsByTaste(catalogue, liked, all, (no) => [1, 2, 10, 1][no], 10);
    expect([...order]).toEqual([2, 1, 0, 3]);
  });

  it('gives a strong interest a longer list than a weak one', () => {
    const many = new TestShop();
    for (let i = 0; i < 400; i++) many.put({ categories: [i % 2 ? 'a' : 'b'] });
    const items = (name: string) => Array.from({ length: 400 }, (_, no) => no).filter((no) => (no % 2 === 1) === (name === 'a'));
    const names = many.shop().catalogue.names.category;
    const taste = likes({ [names.no('a')]: 3, [names.no('b')]: 1 });
    const found = itemsByTaste(many.shop().catalogue, taste, ({ no }) => items(names.name(no)), () => 1, 40); // prettier-ignore
    // The 40 best of 1.5 times 40 times the share, and 5: of the one list 50 are looked at, of the other 20.
    expect([found.filter((no) => no % 2 === 1).length, found.filter((no) => no % 2 === 0).length]).toEqual([40, 0]);
  });
});
