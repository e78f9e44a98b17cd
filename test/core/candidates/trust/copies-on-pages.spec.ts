import { copiesWith, hasCopies, type ItemTrust, noTrust } from '../../../../src/core/candidates/trust/item-trust.js';
import { buildPage } from '../../../../src/core/feed.js';
import { foldPage, type ServedPage } from '../../../../src/core/tags/fold.js';
import { emptyState } from '../../../../src/core/tags/state.js';
import { HOUR, inputsFor, NOW, TestShop } from '../../shop-fixture.js';

/** Items 0, 1 and 2 are one thing, all others are their own. */
const withCopies = (items: number): ItemTrust => ({
  ...noTrust(),
  copyOf: Int32Array.from({ length: items }, (_, no) => (no < 3 ? 0 : no)),
});
const OPEN = { diversity: { maxPerCategory: 10, maxPerBrand: 10, maxPerCreator: 10, window: 10 }, exploration: { share: 0 } } as const;

function shopWith(items: number) {
  const shop = new TestShop();
  for (let i = 0; i < items; i++) shop.put({ categories: [`c${i % 4}`] });
  for (let i = 0; i < items; i++) shop.click(i, 40 - i);
  return { shop, known: shop.shop({ trust: withCopies(items) }) };
}

describe('near-copies', () => {
  it('are listed with their original, and items by themselves are not', () => {
    const trust = withCopies(5);
    expect([copiesWith(trust, 0), copiesWith(trust, 2), copiesWith(trust, 3), copiesWith(trust, 99)]).toEqual([[0, 1, 2], [0, 1, 2], undefined, undefined]); // prettier-ignore
    expect([hasCopies(trust), hasCopies(noTrust())]).toEqual([true, false]);
  });

  it('stand on a page once, even where no category is capped', async () => {
    const { known } = shopWith(20);
    const { placed, relaxed } = await buildPage(inputsFor(known, { settings: OPEN }));
    expect(placed.length).toBe(10);
    expect(placed.filter(({ itemNo }) => itemNo < 3).length).toBe(1);
    expect(relaxed).toEqual([]);
  });

  it('count over pages of one feed', async () => {
    const { known } = shopWith(20);
    const { placed } = await buildPage(inputsFor(known, { settings: OPEN, request: { first: 5, placedBefore: [7, 0] } }));
    expect(placed.filter(({ itemNo }) => itemNo < 3)).toEqual([]);
  });

  it('stand together only where there is nothing else, and the page says that a cap was given up', async () => {
    const { known } = shopWith(6);
    const { placed, relaxed } = await buildPage(inputsFor(known, { settings: OPEN }));
    expect(placed.length).toBe(6);
    expect(relaxed).toEqual(['CATEGORY_CAP']);
  });

  it('are as tiring as one item, and a repeat of each other', async () => {
    const { known } = shopWith(20);
    const most = inputsFor(known).config.settings.fatigue.maxImpressionsPerDay;
    const state = emptyState();
    for (let i = 0; i < 8 * most; i++) {
      const placed = [{ itemNo: i % 2 }, { itemNo: 5 + (i % 9) }];
      foldPage(state, { feedId: `f${i}`, pageNo: 0, servedAt: NOW - HOUR + i, placed } as unknown as ServedPage);
    }
    const tired = await buildPage(inputsFor(known, { settings: OPEN, state, request: { first: 3 } }));
    expect(tired.removed.filter(({ component }) => component === 'fatigue').map(({ itemNo }) => itemNo)).toContain(2);

    const once = emptyState();
    foldPage(once, { feedId: 'f', pageNo: 0, servedAt: NOW - HOUR, placed: [{ itemNo: 1 }] } as unknown as ServedPage);
    const { placed } = await buildPage(inputsFor(known, { settings: OPEN, state: once, request: { first: 19 } }));
    expect(placed.filter(({ repeat }) => repeat).map(({ itemNo }) => itemNo < 3)).toEqual(placed.filter(({ repeat }) => repeat).map(() => true)); // prettier-ignore
    expect(placed.some(({ repeat }) => repeat)).toBe(true);
  });
});
