import { positionsFor } from '../../../src/core/candidates/mix-owed.js';
import { creatorSizes, isSmallCreator } from '../../../src/core/candidates/creator-sizes.js';
import { styleCaps } from '../../../src/core/diversification/mix.js';
import { buildPage } from '../../../src/core/feed.js';
import { type BuiltPage, type PageInputs } from '../../../src/core/page.js';
import { type RankingConfigInput } from '../../../src/core/settings.js';
import { candidatesFor, DAY, inputsFor, NO_FILTER, NO_POLICY, NOW, PLAIN, TestShop } from '../shop-fixture.js';

const nos = ({ placed }: BuiltPage): number[] => placed.map(({ itemNo }) => itemNo);

/** 200 popular things, and 40 that nobody knows: 20 new ones and 20 old ones of ten creators who are hardly shown. */
function headShop(): TestShop {
  const shop = new TestShop();
  for (let i = 0; i < 200; i++) {
    shop.put({ categories: ['all', `c${i % 20}`], creatorId: `big-${i % 20}`, createdAt: NOW - (100 + i) * DAY, price: 5 + i });
    shop.click(i, 20 + (i % 30));
  }
  for (let i = 0; i < 20; i++) shop.put({ categories: ['all', `c${i}`], creatorId: `big-${i}`, createdAt: NOW - DAY, price: 300 + i });
  for (let i = 0; i < 20; i++) shop.put({ categories: ['all', `c${i}`], creatorId: `small-${i % 10}`, createdAt: NOW - 300 * DAY, price: 400 + i });
  return shop;
} // prettier-ignore

const test = headShop();
const month = new Map(Array.from({ length: 200 }, (_, i): [number, number] => [i, 100]));
const sizes = creatorSizes(test.catalogue, month);
const shop = test.shop({ sizes });
const isNew = (no: number): boolean => no >= 200 && no < 220;
const isSmall = (no: number): boolean => no >= 220;
const count = (page: BuiltPage, is: (no: number) => boolean): number => nos(page).filter(is).length;
const OFF = { newItemShare: 0, smallCreatorShare: 0, commercialShareMax: 1 };
const pageWith = (mix: RankingConfigInput['mix'], more: Partial<PageInputs> & { settings?: RankingConfigInput } = {}, first = 20): Promise<BuiltPage> =>
  buildPage(inputsFor(shop, { ...more, settings: { ...PLAIN, ...more.settings, mix: { ...OFF, ...mix } }, request: { first, ...more.request } })); // prettier-ignore

describe('sizes of creators', () => {
  it('are small below a share of the median creator', () => {
    // Twenty have 1,000 exposures each, ten have none: the median of thirty is 1,000.
    expect(sizes.median).toBe(1_000);
    const no = (name: string): number => test.catalogue.names.creator.no(name);
    expect([isSmallCreator(sizes, no('small-3'), 0.5), isSmallCreator(sizes, no('big-3'), 0.5)]).toEqual([true, false]);
    expect(isSmallCreator(sizes, 0, 0.5)).toBe(false);
  });

  it('are compared with those who were shown where the median creator was not', () => {
    const lonely = new TestShop();
    for (let i = 0; i < 5; i++) lonely.put({ creatorId: `c${i}` });
    const uneven = creatorSizes(lonely.catalogue, new Map([[0, 10]]));
    expect([uneven.median, isSmallCreator(uneven, 2, 0.5), isSmallCreator(uneven, 1, 0.5)]).toEqual([10, true, false]);
    expect(isSmallCreator(creatorSizes(lonely.catalogue, new Map()), 1, 1)).toBe(false);
  });
});

describe('positions of a share', () => {
  it('are its whole part, and what is owed of earlier pages', () => {
    expect([positionsFor(0.2, 20, 0), positionsFor(0.3, 10, 0), positionsFor(0.25, 10, 0), positionsFor(0.25, 10, 0.5)]).toEqual([
      4, 3, 2, 3,
    ]);
  });

  it('pay back one position and half of the page’s own at most, and nothing where nothing is asked', () => {
    expect([positionsFor(0.2, 20, 100), positionsFor(0, 20, 100), positionsFor(1, 5, 9), positionsFor(0.2, 10, -3)]).toEqual([7, 0, 5, 2]);
  });
});

describe('the mix of a page', () => {
  it('gives new items and small creators their shares, and nothing where none is asked for', async () => {
    const plain = await pageWith({});
    expect([count(plain, isNew), count(plain, isSmall)]).toEqual([0, 0]);
    const mixed = await pageWith({ newItemShare: 0.2, smallCreatorShare: 0.1 });
    expect([count(mixed, isNew), count(mixed, isSmall), mixed.relaxed]).toEqual([4, 2, []]);
    for (let start = 0; start + 10 <= 20; start++) {
      const run = nos(mixed).slice(start, start + 10);
      expect([run.filter(isNew).length >= 2, run.filter(isSmall).length >= 1]).toEqual([true, true]);
    }
  });

  it('finds enough whatever else is proposed, and under a filter', async () => {
    const settings = { sources: [{ source: 'FRESH' as const, limit: 0 }] };
    const mixed = await pageWith({ newItemShare: 0.3, smallCreatorShare: 0.2 }, { settings });
    expect([count(mixed, isNew), count(mixed, isSmall)]).toEqual([6, 4]);
    const filter = { ...NO_FILTER, categories: ['c3', 'c4', 'c5', 'c6', 'c7'] };
    const filtered = await pageWith(
      { newItemShare: 0.3, smallCreatorShare: 0.2 },
      { settings, request: { ...inputsFor(shop).request, filter, first: 10 } },
    );
    expect([count(filtered, isNew), count(filtered, isSmall), filtered.relaxed]).toEqual([3, 2, []]);
  });

  it('names a share that there are no candidates for', async () => {
    const filter = { ...NO_FILTER, priceMax: 100 };
    const page = await pageWith(
      { newItemShare: 0.2, smallCreatorShare: 0.2 },
      { request: { ...inputsFor(shop).request, filter, first: 10 } },
    );
    expect([page.placed.length, page.relaxed]).toEqual([10, ['NEW_ITEM_SHARE', 'SMALL_CREATOR_SHARE']]);
    const unknown = await buildPage(inputsFor(test.shop(), { settings: { ...PLAIN, mix: { ...OFF, smallCreatorShare: 0.2 } } }));
    expect(unknown.relaxed).toEqual(['SMALL_CREATOR_SHARE']);
  });

  it('keeps a share over the pages of a feed', async () => {
    const placedBefore: number[] = [];
    for (let i = 0; i < 4; i++) {
      const page = await pageWith(
        { newItemShare: 0.3 },
        { request: { ...inputsFor(shop).request, first: 10, placedBefore: [...placedBefore] } },
      );
      placedBefore.push(...nos(page));
      expect(page.relaxed).toEqual([]);
    }
    expect(new Set(placedBefore).size).toBe(40);
    for (let start = 0; start + 10 <= 40; start++)
      expect(placedBefore.slice(start, start + 10).filter(isNew).length).toBeGreaterThanOrEqual(3);
  });

  it('keeps shares beside chance', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const settings = { exploration: { method: 'EPSILON' as const, share: 0.15 } };
      const random = () => seed / 30;
      const page = await pageWith({ newItemShare: 0.1, smallCreatorShare: 0.2 }, { settings, random });
      expect([page.placed.length, count(page, isSmall) >= 4, count(page, isNew) >= 2]).toEqual([20, true, true]);
      expect(page.placed.filter(({ exploration }) => exploration).length).toBe(3);
    }
  });

  it('pays back what the surface owes', async () => {
    const page = await pageWith({ newItemShare: 0.2 }, { owed: { newItems: 1.2, smallCreators: 0 } });
    expect(count(page, isNew)).toBe(5);
  });

  it('has no part in what relates to a basket, nor in a list without caps', async () => {
    const request = inputsFor(shop).request;
    const candidates = candidatesFor([1, 2, 3, 200, 201, 230], { policy: NO_POLICY });
    const ranked = await pageWith({ newItemShare: 1 }, { request: { ...request, kind: 'rank', first: 3, candidates } });
    expect(ranked.relaxed).toEqual([]);
    const related = await pageWith(
      { newItemShare: 1 },
      { request: { ...request, kind: 'related', first: 3, basket: { itemNos: [0], relation: 'SIMILAR' } } },
    );
    expect(related.relaxed).toEqual([]);
    const capped = candidatesFor([1, 2, 3, 200, 201, 230], { policy: { ...NO_POLICY, caps: true } });
    expect(
      count(await pageWith({ newItemShare: 0.4 }, { request: { ...request, kind: 'rank', first: 5, candidates: capped } }), isNew),
    ).toBe(2);
  });
});

describe('what is paid for', () => {
  it('has three in ten at most by default, on every page and in every ten positions over pages', async () => {
    const paid = new TestShop();
    for (let i = 0; i < 120; i++) {
      paid.put({ categories: ['all', `c${i % 30}`], commercial: i % 2 === 0 });
      paid.click(i, i % 2 === 0 ? 40 : 5);
    }
    const placedBefore: number[] = [];
    for (let i = 0; i < 3; i++) {
      const page = await buildPage(inputsFor(paid.shop(), { request: { first: 12, placedBefore: [...placedBefore] } }));
      expect(nos(page).filter((no) => no % 2 === 0).length).toBeLessThanOrEqual(3);
      expect(page.relaxed).toEqual([]);
      placedBefore.push(...nos(page));
    }
    for (let start = 0; start + 10 <= 36; start++)
      expect(placedBefore.slice(start, start + 10).filter((no) => no % 2 === 0).length).toBeLessThanOrEqual(3);
  });
});

describe('the mix of styles', () => {
  it('lets a style have its share of what the user turns to, and a fifth of a window more', () => {
    // 14 + 1 of 23 is 0.652, with 0.2 more of ten positions 9; 5 + 1 of 23 is 0.261: 5; 1 + 1 of 23 is 0.087: 3.
    expect(styleCaps(Float64Array.of(14, 5, 1), 10)).toEqual([9, 5, 3]);
  });

  it('keeps one style from taking the page of somebody who likes two', async () => {
    const styled = new TestShop();
    for (let i = 0; i < 80; i++) {
      styled.put({ kind: 'NOTE', categories: ['all', `c${i % 20}`], style: i < 40 ? 'PRACTICAL' : 'EMOTIONAL' });
      styled.click(i, i < 40 ? 30 : 3);
    }
    const likes = (no: number): ReturnType<TestShop['event']> => styled.event('u', 'LIKE', no, { occurredAt: NOW - DAY });
    const state = styled.stateAfter(...Array.from({ length: 24 }, (_, i) => likes(i % 2 === 0 ? i : 40 + i)));
    const of = async (algorithm: 'MMR' | 'NONE', as = state): Promise<number> => {
      const diversity = { algorithm, strength: 0.1 };
      const page = await buildPage(
        inputsFor(styled.shop(), { state: as, settings: { diversity, fatigue: { maxImpressionsPerDay: 100 } }, request: { first: 10 } }),
      );
      expect(page.relaxed).toEqual([]);
      return nos(page).filter((no) => no < 40).length;
    };
    expect(await of('NONE')).toBe(10);
    // Half and half: (12 + 1) / 27 + 0.2 of ten positions is 7 (6.8).
    expect(await of('MMR')).toBeLessThanOrEqual(7);
    expect(await of('MMR', styled.stateAfter())).toBe(10);
  });
});
