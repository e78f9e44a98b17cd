import { type PageInputs } from '../../../src/core/page.js';
import { candidatesFor, DAY, HOUR, inputsFor, neighboursOf, NOW, TestShop } from '../shop-fixture.js';
import { described } from './described.js';

const ranked = (...nos: number[]) => ({ request: { kind: 'rank' as const, candidates: candidatesFor(nos) } });

describe('features of how an item stands in the shop', () => {
  it('compare its age, its price and its popularity with those of others', () => {
    const shop = new TestShop();
    const old = shop.put({ createdAt: NOW - 9 * DAY, price: 2, categories: ['a'], brand: 'b', creatorId: 'c' });
    const mid = shop.put({ createdAt: NOW - 5 * DAY, price: 8, categories: ['a'] });
    const young = shop.put({ createdAt: NOW - 1 * DAY, price: 5, categories: ['z'] });
    shop.click(old, 3, NOW);
    shop.click(young, 1, NOW);
    const of = described(inputsFor(shop.shop(), ranked(old, mid, young)));
    expect([old, mid, young].map((no) => of(no, 'item.age_share@1'))).toEqual([2, 1, 0].map((newer) => Math.fround(newer / 3)));
    // The geometric mean of 2 and 8 is 4.
    expect(of(old, 'item.price_level@1')).toBeCloseTo(Math.log(0.5), 5);
    expect(of(mid, 'item.price_level@1')).toBeCloseTo(Math.log(2), 5);
    expect(of(young, 'item.price_level@1')).toBeCloseTo(0, 5);
    // Three clicks of four are on the only item touched of category a, brand b and creator c.
    for (const name of ['category', 'brand', 'creator']) expect(of(old, `item.${name}_share@1`)).toBeCloseTo(0.75, 6);
    expect([of(mid, 'item.category_share@1'), of(mid, 'item.brand_share@1'), of(mid, 'item.niche_share@1')]).toEqual([0.75, 0, 0]);
    expect(of(old, 'item.niche_share@1')).toBeCloseTo(1, 6);
    // All interest is of this moment: (1 + 30 * 3) / (1 + 3).
    expect(of(old, 'item.acceleration@1')).toBeCloseTo(Math.log(91 / 4), 5);
  });

  it('draw rates and ratings to those of the shop', () => {
    const shop = new TestShop();
    for (let i = 0; i < 3; i++) shop.put();
    shop.click(0, 20);
    shop.observe(shop.event('a', 'ADD_TO_CART', 0), shop.event('b', 'ADD_TO_CART', 0), shop.event('a', 'PURCHASE', 0));
    shop.observe(shop.event('a', 'REVIEW', 0, { rating: 5 }), shop.event('b', 'REVIEW', 1, { rating: 2 }));
    const of = described(inputsFor(shop.shop(), ranked(0, 1, 2)));
    // The shop: 2 carts and 1 purchase per 20 clicks, 3.5 stars. An item nobody clicked is at that.
    expect([0, 1].map((no) => of(no, 'item.cart_rate@1'))).toEqual([Math.fround((2 + 0.1 * 20) / 40), Math.fround(0.1)]);
    expect([0, 1].map((no) => of(no, 'item.purchase_rate@1'))).toEqual([Math.fround((1 + 0.05 * 20) / 40), Math.fround(0.05)]);
    expect([0, 1, 2].map((no) => of(no, 'item.rating@1'))).toEqual([(5 + 17.5) / 6, (2 + 17.5) / 6, 3.5].map(Math.fround));
    expect([0, 2].map((no) => of(no, 'item.ratings_log@1'))).toEqual([Math.fround(Math.LN2), 0]);
  });

  it('tell kinds, styles, scarcity and the end', () => {
    const shop = new TestShop();
    shop.put({ kind: 'VIDEO', style: 'SOCIAL', stock: 5, availableUntil: NOW + 3 * DAY });
    shop.put({ kind: 'LIVE', style: 'PRACTICAL', stock: 6 });
    shop.put({ kind: 'NOTE', style: 'EMOTIONAL' });
    const of = described(inputsFor(shop.shop(), ranked(0, 1, 2)));
    const flags = ['video', 'live', 'style_practical', 'style_emotional', 'style_social', 'scarce', 'ending'];
    expect([0, 1, 2].map((no) => flags.map((name) => of(no, `item.${name}@1`)))).toEqual([
      [1, 0, 0, 0, 1, 1, 0.5],
      [0, 1, 1, 0, 0, 0, 0],
      [0, 0, 0, 1, 0, 0, 0],
    ]);
  });
});

describe('features of the user and of what he did one after the other', () => {
  const shop = new TestShop();
  const cheap = shop.put({ categories: ['a'], price: 1, repurchaseDays: 0 });
  const dear = shop.put({ categories: ['b'], price: 1000, kind: 'VIDEO', repurchaseDays: 0 });
  const at = (ago: number) => ({ occurredAt: NOW - ago });
  const of = described(
    inputsFor(shop.shop(), {
      state: shop.stateAfter(
        shop.event('u', 'CLICK', cheap, at(8 * DAY)),
        shop.event('u', 'CLICK', dear, at(2 * DAY)),
        shop.event('u', 'CLICK', dear, at(50 * 60_000)),
        shop.event('u', 'CLICK', dear, at(25 * 60_000)),
        shop.event('u', 'ADD_TO_CART', dear, at(5 * 60_000)),
      ),
      ...ranked(cheap, dear),
    }),
  );

  it('count acts of the session, the day and the week', () => {
    // Pauses of 5, 20 and 25 minutes belong to the session; the day before does not.
    expect(of(cheap, 'sequence.session_acts@1')).toBeCloseTo(Math.log(4), 5);
    expect(of(cheap, 'sequence.day_acts@1')).toBeCloseTo(Math.log(4), 5);
    expect(of(cheap, 'sequence.week_acts@1')).toBeCloseTo(Math.log(5), 5);
    // Five acts on two items.
    expect(of(cheap, 'sequence.repetition@1')).toBeCloseTo(0.6, 6);
    expect([of(cheap, 'sequence.bought_recency@1'), of(cheap, 'sequence.page_idle@1')]).toEqual([0, 0]);
  });

  it('tell tenure, rates and the share of content', () => {
    expect(of(cheap, 'user.tenure_log@1')).toBeCloseTo(Math.log(9), 5);
    // One cart and no purchase on four clicks and ten more.
    expect(of(cheap, 'user.cart_rate@1')).toBeCloseTo(1 / 14, 6);
    expect(of(cheap, 'user.purchase_rate@1')).toBe(0);
    expect(of(cheap, 'user.content_share@1')).toBeCloseTo(0.8, 6);
    expect(of(cheap, 'user.night_share@1')).toBe(0);
  });

  it('tell how broad the taste is and at which prices', () => {
    const even = new TestShop();
    even.put({ categories: ['a'], price: 1 });
    even.put({ categories: ['b'], price: 1000 });
    const state = even.stateAfter(even.event('u', 'CLICK', 0), even.event('u', 'CLICK', 1));
    const told = described(inputsFor(even.shop(), { state, ...ranked(0, 1) }));
    expect(told(0, 'user.taste_breadth@1')).toBeCloseTo(0.5, 6);
    // A price of 1 is in band 7, one of 1,000 in band 16: 11.5 in the middle, 4.5 from either.
    expect([told(0, 'user.price_level@1'), told(0, 'user.price_spread@1')]).toEqual([11.5, 4.5]);
    // The middle of band 11.5 is 10 ^ (-2 + 11 / 3).
    expect(told(0, 'cross.price_gap@1')).toBeCloseTo(-Math.LN10 * (-2 + 11 / 3), 4);
    expect(told(1, 'cross.price_gap@1')).toBeCloseTo(Math.log(1000) - Math.LN10 * (-2 + 11 / 3), 4);
  });
});

describe('features of an item and a user', () => {
  const shop = new TestShop();
  const seen = shop.put({ categories: ['a', 'a1'], brand: 'b', creatorId: 'c', price: 10, style: 'SOCIAL' });
  const alike = shop.put({ categories: ['a', 'a1'], brand: 'b', price: 20 });
  const other = shop.put({ categories: ['z'], kind: 'VIDEO', style: 'SOCIAL' });
  const inputs: PageInputs = inputsFor(shop.shop({ similar: neighboursOf(3, { 0: [[1, 0.5]], 2: [[1, 0.25]] }) }), {
    state: shop.stateAfter(
      shop.event('u', 'CLICK', other, { occurredAt: NOW - 8 * DAY }),
      shop.event('u', 'LIKE', seen, { occurredAt: NOW - 7 * DAY }),
      shop.event('u', 'ADD_TO_CART', seen, { occurredAt: NOW - 7 * DAY }),
    ),
    ...ranked(seen, alike, other),
  });
  const of = described(inputs);

  it('tell how near the last act in its category, brand and creator is', () => {
    for (const name of ['category', 'brand'])
      expect([of(seen, `cross.${name}_recency@1`), of(alike, `cross.${name}_recency@1`)]).toEqual([0.5, 0.5]);
    expect([of(seen, 'cross.creator_recency@1'), of(alike, 'cross.creator_recency@1')]).toEqual([0.5, 0]);
    expect([seen, alike].map((no) => of(no, 'cross.category_acts@1'))).toEqual([Math.log(3), Math.log(3)].map(Math.fround));
    expect([seen, alike].map((no) => [of(no, 'cross.item_acts@1'), of(no, 'cross.item_recency@1')])).toEqual([[Math.fround(Math.log(3)), 0.5], [0, 0]]); // prettier-ignore
  });

  it('know the cart that was left and what was kept', () => {
    expect([seen, alike].map((no) => [of(no, 'cross.cart_left@1'), of(no, 'cross.kept@1')])).toEqual([[1, 1], [0, 0]]); // prettier-ignore
    const later = shop.stateAfter(
      shop.event('u', 'ADD_TO_CART', alike, { occurredAt: NOW - DAY }),
      shop.event('u', 'SAVE', alike, { occurredAt: NOW - DAY }),
      shop.event('u', 'REMOVE_FROM_CART', alike),
      shop.event('u', 'UNSAVE', alike),
    );
    const taken = described({ ...inputs, state: later });
    expect([taken(alike, 'cross.cart_left@1'), taken(alike, 'cross.kept@1')]).toEqual([0, 0]);
  });

  it('compare it with the last things', () => {
    expect([seen, other].map((no) => of(no, 'cross.kind_recent@1'))).toEqual([0.5, 0.5]);
    expect([seen, alike].map((no) => of(no, 'cross.style_recent@1'))).toEqual([1, 0]);
    // Same categories and brand, half the price: 0.5 + 0.15 + 0.2 / 2.
    expect(of(alike, 'cross.last_alike@1')).toBeCloseTo(0.75, 6);
    expect(of(alike, 'cross.price_gap_last@1')).toBeCloseTo(Math.LN2, 5);
    // Of two acts at one instant the like comes first, so the cart weighs 0.8 * 0.9; the click behind it weighs 0.4 * 0.9.
    expect(of(alike, 'cross.cf_best@1')).toBeCloseTo(Math.log1p(10 * 0.72 * 0.5), 5);
    expect(of(alike, 'cross.cf@1')).toBeCloseTo(Math.log1p(10 * (0.72 * 0.5 + 0.36 * 0.25)), 5);
    expect(of(alike, 'cross.cf_votes@1')).toBeCloseTo(Math.log(3), 5);
  });

  it('count what followed people did', () => {
    const social = new TestShop();
    for (let i = 0; i < 2; i++) social.put();
    social.observe(social.event('f', 'PURCHASE', 0), social.event('g', 'LIKE', 0));
    const follows = ['f', 'g'].map((targetUserId) => social.event('u', 'FOLLOW', -1, { targetUserId }));
    const told = described(inputsFor(social.shop(), { state: social.stateAfter(...follows), ...ranked(0, 1) }));
    // A new tie counts half: 0.5 for the purchase, 0.25 for the like; popularity is 5 + 2.
    expect(told(0, 'social.acts@1')).toBeCloseTo(Math.log(3), 5);
    expect(told(0, 'social.best@1')).toBeCloseTo(0.5, 6);
    expect(told(0, 'social.lift@1')).toBeCloseTo(0.75 / 7.75, 6);
    expect(told(1, 'social.lift@1')).toBe(0);
  });
});

describe('features of the context and of the request', () => {
  it('tell the day of the week where the user is', () => {
    const shop = new TestShop();
    shop.put();
    // Saturday noon in UTC; where it is 2 at night it is Sunday already.
    const sunday = described(inputsFor(shop.shop(), { request: { hour: 2 }, now: NOW + 5 * HOUR }));
    const angle = (2 * Math.PI * (6 * 24 + 2)) / 168;
    expect(sunday(0, 'context.weekday_sin@1')).toBeCloseTo(Math.sin(angle), 5);
    expect(sunday(0, 'context.weekday_cos@1')).toBeCloseTo(Math.cos(angle), 5);
  });

  it('tell what is near, for the region, and like what is looked at', () => {
    const shop = new TestShop();
    shop.put({ geohash: 'wx4g0', regions: ['north'] });
    shop.put({ categories: ['z'] });
    shop.put({ categories: ['all'], price: 4 });
    const request = { geohash: 'wx4g0', region: 'north', contextItems: [2], ...ranked(0, 1).request };
    const of = described(inputsFor(shop.shop({ similar: neighboursOf(3, { 2: [[1, 0.2]] }) }), { request }));
    expect([0, 1].map((no) => [of(no, 'context.nearness@1'), of(no, 'context.regional@1')])).toEqual([[1, 1], [0, 0]]); // prettier-ignore
    expect([0, 1].map((no) => of(no, 'context.current_alike@1'))).toEqual([0.5, 0]);
    expect(of(1, 'context.current_cf@1')).toBeCloseTo(Math.log(3), 5);
  });

  it('rank by price, trend, taste, likeness and friends', () => {
    const shop = new TestShop();
    [7, null, 9].forEach((price, i) => shop.put({ price, categories: [`c${i}`] }));
    shop.click(1, 2, NOW);
    const state = shop.stateAfter(shop.event('u', 'CLICK', 2));
    const of = described(inputsFor(shop.shop(), { state, ...ranked(0, 1, 2) }));
    const ranks = (name: string) => [0, 1, 2].map((no) => of(no, `request.${name}_rank@1`));
    expect(ranks('price')).toEqual([0.5, 1 / 6, 5 / 6].map(Math.fround));
    // Two of three level below the one: (0 + 2) / 6 and 2.5 / 3.
    expect(ranks('trend')).toEqual([1 / 3, 5 / 6, 1 / 3].map(Math.fround));
    expect(ranks('affinity')).toEqual([1 / 3, 1 / 3, 5 / 6].map(Math.fround));
    expect([ranks('last_cf'), ranks('friends')]).toEqual([[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]); // prettier-ignore
    expect(of(0, 'request.pool_log@1')).toBeCloseTo(Math.log(4), 5);
  });
});
