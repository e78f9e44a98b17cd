import { buildPage } from '../../../src/core/feed.js';
import { REASON_CODES, type PlacedItem } from '../../../src/core/exposures/exposure.js';
import { REASON_LOCALES, reasonText } from '../../../src/core/exposures/reason-texts.js';
import { type PageInputs } from '../../../src/core/page.js';
import { DAY, inputsFor, neighboursOf, NOW, PLAIN, TestShop } from '../shop-fixture.js';

const placedOf = async (inputs: PageInputs): Promise<(itemNo: number) => PlacedItem> => {
  const { placed } = await buildPage(inputs);
  return (itemNo) => placed.find((item) => item.itemNo === itemNo)!;
};
const codes = ({ reasons }: PlacedItem): string[] => reasons.map(({ code }) => code);

describe('reasons', () => {
  it('say that a followed person bought it, whatever weighed more', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 8; i++) shop.put({ categories: [i < 4 ? 'food' : 'toys'] });
    shop.click(1, 40, NOW);
    shop.observe(shop.event('friend', 'PURCHASE', 1, { occurredAt: NOW - 200 * DAY }), shop.event('friend', 'LIKE', 2));
    const follow = shop.event('u', 'FOLLOW', -1, { targetUserId: 'friend' });
    const state = shop.stateAfter(follow, ...[4, 5, 6].map((no) => shop.event('u', 'LIKE', no)));
    const placed = await placedOf(inputsFor(shop.shop(), { state, settings: PLAIN }));
    expect(placed(1).sources).toContain('FRIENDS');
    expect(placed(1).reasons[0].code).toBe('POPULAR');
    expect(placed(1).reasons.find(({ code }) => code === 'FRIEND_BOUGHT')).toMatchObject({ userId: 'friend' });
    expect(placed(2).reasons.find(({ code }) => code === 'FRIEND_LIKED')).toMatchObject({ userId: 'friend' });
  });

  it('name the item it is similar to, or bought together with', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 8; i++) shop.put();
    const tables = shop.shop({ similar: neighboursOf(8, { 7: [[1, 0.9]] }), boughtTogether: neighboursOf(8, { 7: [[2, 0.9]] }) });
    const placed = await placedOf(inputsFor(tables, { state: shop.stateAfter(shop.event('u', 'PURCHASE', 7)), settings: PLAIN }));
    expect(placed(1).reasons[0]).toMatchObject({ code: 'SIMILAR_TO', itemId: 'i7' });
    expect(placed(2).reasons[0]).toMatchObject({ code: 'BOUGHT_TOGETHER_WITH', itemId: 'i7' });
    expect(codes(placed(3))).not.toContain('SIMILAR_TO');
  });

  it('name the narrowest category liked best, and the brand', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 8; i++) shop.put({ categories: i < 4 ? ['food', 'fruit'] : ['toys'], brand: i < 2 ? 'b' : null });
    const placed = await placedOf(inputsFor(shop.shop(), { state: shop.stateAfter(shop.event('u', 'LIKE', 0)), settings: PLAIN }));
    expect(placed(1).reasons.map(({ code, tag }) => [code, tag])).toEqual([
      ['LIKES_CATEGORY', 'category-affinity:fruit'],
      ['LIKES_BRAND', 'brand-affinity:b'],
    ]);
    expect(codes(placed(5))).toEqual(['SOMETHING_DIFFERENT']);
  });

  it('name the creator followed', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 4; i++) shop.put({ creatorId: i === 2 ? 'maker' : 'other' });
    const placed = await placedOf(
      inputsFor(shop.shop(), { state: shop.stateAfter(shop.event('u', 'FOLLOW', -1, { targetUserId: 'maker' })) }),
    );
    expect(placed(2).reasons[0]).toMatchObject({ code: 'FOLLOWED_CREATOR', userId: 'maker' });
  });

  it('say what is new, trending and popular, the strongest first with how far it lifted the score', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 4; i++) shop.put({ createdAt: NOW - (i === 0 ? 1 : 300) * DAY });
    shop.click(1, 9, NOW - 20 * DAY);
    shop.click(2, 5, NOW);
    const placed = await placedOf(inputsFor(shop.shop(), { settings: PLAIN }));
    expect([codes(placed(0)), codes(placed(1)), codes(placed(3))]).toEqual([['NEW'], ['POPULAR'], ['SOMETHING_DIFFERENT']]); // prettier-ignore
    expect(codes(placed(2))).toEqual(['POPULAR', 'TRENDING']);
    const popularity = [0, Math.log1p(9 * 2 ** (-20 / 30)), Math.log1p(5), 0];
    const mean = popularity.reduce((sum, value) => sum + value, 0) / 4;
    expect(placed(2).reasons[0].contribution).toBeCloseTo(popularity[2] - mean, 5);
  });

  it('take the nearest to deciding where nothing lifted it', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 3; i++) shop.put();
    [9, 9, 3].forEach((times, no) => shop.click(no, times, NOW - 20 * DAY));
    const placed = await placedOf(inputsFor(shop.shop(), { settings: PLAIN }));
    expect(placed(2).reasons).toEqual([{ code: 'POPULAR', contribution: expect.any(Number) as number }]);
  });

  it('say nothing of the user without his consent', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 8; i++)
      shop.put({ categories: [i < 4 ? 'food' : 'toys'], brand: 'b', creatorId: 'maker', createdAt: NOW - i * DAY });
    shop.click(3, 2, NOW);
    shop.observe(shop.event('friend', 'PURCHASE', 1));
    const state = shop.stateAfter(
      shop.event('u', 'LIKE', 0),
      ...['friend', 'maker'].map((targetUserId) => shop.event('u', 'FOLLOW', -1, { targetUserId })),
    );
    const { placed } = await buildPage(
      inputsFor(shop.shop({ similar: neighboursOf(8, { 0: [[1, 1]] }) }), { state, purposes: new Set(['ESSENTIAL']) }),
    );
    expect(new Set(placed.flatMap(codes))).toEqual(new Set(['NEW', 'POPULAR', 'TRENDING']));
  });

  it('of related items name the item of the basket, alike or bought with it', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 6; i++) shop.put({ categories: [i < 3 ? 'food' : 'toys'] });
    const tables = shop.shop({ boughtTogether: neighboursOf(6, { 0: [[4, 0.5]] }) });
    const related = (relation: 'SIMILAR' | 'BOUGHT_TOGETHER') =>
      placedOf(inputsFor(tables, { request: { kind: 'related', first: 5, basket: { itemNos: [0, 3], relation } } }));
    const similar = await related('SIMILAR');
    expect([similar(1).reasons[0], similar(4).reasons[0]]).toMatchObject([{ code: 'SIMILAR_TO', itemId: 'i0' }, { code: 'SIMILAR_TO', itemId: 'i3' }]); // prettier-ignore
    const together = await related('BOUGHT_TOGETHER');
    expect(together(4).reasons[0]).toMatchObject({ code: 'BOUGHT_TOGETHER_WITH', itemId: 'i0' });
    expect(together(1).reasons[0]).toMatchObject({ code: 'SIMILAR_TO', itemId: 'i0' });
  });

  it('do not call alike what has nothing in common', async () => {
    const shop = new TestShop();
    shop.put({ categories: ['food'] });
    shop.put({ categories: ['toys'] });
    const placed = await placedOf(
      inputsFor(shop.shop(), { request: { kind: 'related', first: 5, basket: { itemNos: [0], relation: 'SIMILAR' } } }),
    );
    expect(placed(1).reasons).toEqual([{ code: 'SOMETHING_DIFFERENT' }]);
  });
});

describe('reasonText', () => {
  it('says something for every reason in every language, named or not', () => {
    for (const locale of REASON_LOCALES) {
      const texts = REASON_CODES.map((code) => reasonText({ code }, locale, null));
      expect(new Set(texts).size).toBe(REASON_CODES.length);
      for (const text of [...texts, ...REASON_CODES.map((code) => reasonText({ code, tag: 'category-affinity:tea' }, locale, 'A pot'))]) {
        expect(text.length).toBeGreaterThan(2);
        expect(text).not.toMatch(/[{}]/);
      }
    }
  });

  it('names the item, category or brand', () => {
    expect(reasonText({ code: 'SIMILAR_TO', itemId: 'i1' }, 'en', 'A $& pot')).toBe('Similar to A $& pot');
    expect(reasonText({ code: 'LIKES_CATEGORY', tag: 'category-affinity:tea: green' }, 'en-GB', null)).toBe('Because you like tea: green');
    expect(reasonText({ code: 'LIKES_BRAND', tag: 'brand-affinity:b' }, 'zh-CN', null)).toBe('因为你喜欢“b”');
  });

  it('falls back to English, and to a text without a name', () => {
    expect(reasonText({ code: 'SIMILAR_TO', itemId: 'gone' }, 'xx', null)).toBe('Similar to what you looked at');
    expect(reasonText({ code: 'LIKES_BRAND' }, 'en', null)).toBe('From a brand you like');
  });
});
