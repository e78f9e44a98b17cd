import fc from 'fast-check';
import { column, columnOf, FEATURE_COUNT, FEATURE_NAMES, featureCatalogue } from '../../../src/core/features/catalogue.js';
import { FeatureMatrix } from '../../../src/core/features/matrix.js';
import { candidatesFor, DAY, HOUR, inputsFor, neighboursOf, NOW, TestShop } from '../shop-fixture.js';
import { described } from './described.js';

describe('the feature catalogue', () => {
  it('describes every column, with a name that carries a version', () => {
    expect(featureCatalogue.length).toBeGreaterThanOrEqual(20);
    featureCatalogue.forEach(({ name, index, group, unit, min, max, default: fallback, description }, i) => {
      expect(name).toMatch(/^[a-z]+\.[a-z_]+@\d+$/);
      expect([index, name.startsWith(`${group}.`), unit.length > 0, description.length > 10]).toEqual([i, true, true, true]);
      expect(fallback).toBeGreaterThanOrEqual(min ?? -Infinity);
      expect(fallback).toBeLessThanOrEqual(max ?? Infinity);
    });
    expect([new Set(FEATURE_NAMES).size, FEATURE_COUNT]).toEqual([featureCatalogue.length, featureCatalogue.length]);
  });

  it('finds a column by name', () => {
    expect([columnOf('item.popularity_log@1'), columnOf('no.such.feature')]).toEqual([0, undefined]);
    expect(() => column('no.such.feature')).toThrow('there is no feature no.such.feature');
  });
});

describe('FeatureMatrix', () => {
  const share = column('item.trend_share@1');
  const log = column('item.popularity_log@1');
  const rank = column('request.cf_rank@1');

  it('holds defaults where nothing is set, and again when reset', () => {
    const matrix = new FeatureMatrix(2);
    expect([matrix.get(0, rank), matrix.get(1, share)]).toEqual([0.5, 0]);
    for (const row of [0, 1]) matrix.set(row, rank, 0.25);
    matrix.reset([rank]);
    expect([matrix.get(0, rank), matrix.get(1, rank)]).toEqual([0.5, 0.5]);
  });

  it('draws values into their range, and takes the default for what is no number', () => {
    const matrix = new FeatureMatrix(1);
    const set = (to: number, value: number): number => {
      matrix.set(0, to, value);
      return matrix.get(0, to);
    };
    expect([set(share, 2), set(share, -1), set(rank, NaN), set(log, -3)]).toEqual([1, 0, 0.5, 0]);
    expect(Number.isFinite(set(log, Infinity))).toBe(true);
  });

  it('keeps every column apart from the others, however many there are', () => {
    for (const rows of [0, 1, 20, 470]) {
      const matrix = new FeatureMatrix(rows);
      const columns = Array.from({ length: FEATURE_COUNT }, (_, at) => matrix.fresh(at).fill(at));
      expect(columns.every((values, at) => values.length === rows && values.every((value) => value === at))).toBe(true);
    }
  });

  it('has columns that are needed made together, each once', () => {
    const asked: (readonly number[])[] = [];
    const matrix = new FeatureMatrix(1, (columns) => {
      asked.push(columns);
      matrix.reset(columns);
    });
    matrix.need([share, log]);
    matrix.need([log, rank]);
    expect(matrix.get(0, share)).toBe(0);
    expect(asked).toEqual([[share, log], [rank]]);
  });

  it('gives copies of rows', () => {
    const matrix = new FeatureMatrix(3);
    for (let row = 0; row < 3; row++) matrix.set(row, log, row + 1);
    const picked = matrix.pick(Uint32Array.of(2, 0));
    expect([picked.length, picked[log], picked[FEATURE_COUNT + log]]).toEqual([2 * FEATURE_COUNT, 3, 1]);
  });
});

describe('features', () => {
  it('of an item are the same for everyone', () => {
    const shop = new TestShop();
    shop.put({ price: 9, createdAt: NOW - 14 * DAY, commercial: true, kind: 'VIDEO' });
    shop.put();
    shop.observe(shop.event('a', 'PURCHASE', 0, { occurredAt: NOW - 30 * DAY }), shop.event('b', 'CLICK', 0, { occurredAt: NOW - DAY }));
    const of = described(inputsFor(shop.shop()));
    // 5 / 2 from a month ago and nearly all of 1 from yesterday; half of that by the day.
    const month = 2.5 + 2 ** (-1 / 30);
    const day = 0.5 + 5 * 2 ** -30;
    expect(of(0, 'item.popularity_log@1')).toBeCloseTo(Math.log1p(month), 5);
    expect(of(0, 'item.trend_log@1')).toBeCloseTo(Math.log1p(day), 5);
    expect(of(0, 'item.trend_share@1')).toBeCloseTo(day / (1 + month), 5);
    expect(of(0, 'item.freshness@1')).toBeCloseTo(0.5, 6);
    expect(of(0, 'item.age_log@1')).toBeCloseTo(Math.log(15), 5);
    expect(of(0, 'item.price_log@1')).toBeCloseTo(Math.log(10), 5);
    expect(['price_known', 'commercial', 'content'].map((name) => of(0, `item.${name}@1`))).toEqual([1, 1, 1]);
    expect(['popularity_log', 'price_log', 'price_known', 'commercial', 'content'].map((name) => of(1, `item.${name}@1`))).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  it('of taste are shares of what the user likes', () => {
    const shop = new TestShop();
    const apple = shop.put({ categories: ['food', 'fruit'], brand: 'b', creatorId: 'c', price: 10 });
    const bread = shop.put({ categories: ['food', 'bakery'], brand: 'd', price: 500 });
    const doll = shop.put({ categories: ['toys'] });
    const state = shop.stateAfter(shop.event('u', 'LIKE', apple), shop.event('u', 'SKIP', doll));
    const of = described(inputsFor(shop.shop(), { state }));
    // All taste is for food and fruit, half of it for food alone.
    expect(of(apple, 'user.category_affinity@1')).toBeCloseTo(Math.log(1.05), 5);
    expect(of(bread, 'user.category_affinity@1')).toBeCloseTo(Math.log(0.55), 5);
    expect(of(doll, 'user.category_affinity@1')).toBeCloseTo(Math.log(0.05), 5);
    expect(of(bread, 'user.category_recent@1')).toBeCloseTo(Math.log(0.6), 5);
    expect([apple, bread].map((no) => [of(no, 'user.brand_affinity@1'), of(no, 'user.creator_affinity@1'), of(no, 'user.price_match@1')])).toEqual([[1, 1, 1], [0, 0, 0]]); // prettier-ignore
    // SKIP counts half a click against.
    expect(of(doll, 'user.aversion@1')).toBeCloseTo(Math.log1p(0.5), 5);
    expect([of(apple, 'user.touched@1'), of(bread, 'user.touched@1')]).toEqual([1, 0]);
  });

  it('of memory tell what was shown and owned', () => {
    const shop = new TestShop();
    for (let i = 0; i < 3; i++) shop.put({ repurchaseDays: 0 });
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 1, { quantity: 3 }));
    state.shown.set(2, { value: 4, at: NOW - 6 * HOUR });
    const of = described(inputsFor(shop.shop(), { state, settings: { fatigue: { halfLifeHours: 6 } } }));
    expect(of(2, 'user.shown@1')).toBeCloseTo(Math.log1p(2), 5);
    expect(of(1, 'user.owned@1')).toBeCloseTo(Math.log1p(3), 5);
    expect([of(0, 'user.shown@1'), of(0, 'user.owned@1')]).toEqual([0, 0]);
  });

  it('of the user are the same for every item', () => {
    const shop = new TestShop();
    for (let i = 0; i < 2; i++) shop.put({ repurchaseDays: 0 });
    const state = shop.stateAfter(
      shop.event('u', 'PURCHASE', 0, { orderId: 'o', occurredAt: NOW - HOUR }),
      shop.event('u', 'FOLLOW', -1, { targetUserId: 'f', occurredAt: NOW - HOUR }),
    );
    const of = described(inputsFor(shop.shop(), { state, request: { hour: 11 } }));
    for (const no of [0, 1]) {
      expect(of(no, 'user.activity@1')).toBeCloseTo(Math.log(3), 5);
      expect(of(no, 'user.orders_log@1')).toBeCloseTo(Math.log(2), 3);
      expect(of(no, 'user.ties_log@1')).toBeCloseTo(Math.log(2), 5);
      expect(of(no, 'user.idle_log@1')).toBeCloseTo(Math.log(2), 5);
      // A little before noon: sine of 165 degrees; all activity was at 11 UTC.
      expect(of(no, 'context.hour_sin@1')).toBeCloseTo(Math.sin((165 * Math.PI) / 180), 5);
      expect(of(no, 'context.hour_cos@1')).toBeCloseTo(Math.cos((165 * Math.PI) / 180), 5);
      expect(of(no, 'context.hour_activity@1')).toBe(1);
    }
  });

  it('of evidence are logarithms of sums', () => {
    const shop = new TestShop();
    for (let i = 0; i < 6; i++) shop.put({ creatorId: i === 5 ? 'maker' : null });
    shop.observe(shop.event('friend', 'PURCHASE', 4));
    const state = shop.stateAfter(
      shop.event('u', 'PURCHASE', 0),
      ...['friend', 'maker'].map((targetUserId) => shop.event('u', 'FOLLOW', -1, { targetUserId })),
    );
    const tables = { similar: neighboursOf(6, { 0: [[1, 0.5]] }), boughtTogether: neighboursOf(6, { 0: [[2, 0.2]] }) };
    const of = described(inputsFor(shop.shop(tables), { state }));
    expect(of(1, 'cross.cf@1')).toBeCloseTo(Math.log(6), 5);
    expect(of(1, 'cross.last_cf@1')).toBeCloseTo(Math.log(11), 5);
    expect(of(2, 'cross.together@1')).toBeCloseTo(Math.log(3), 5);
    expect(of(4, 'cross.friends@1')).toBeCloseTo(Math.log(1.5), 5);
    expect([of(5, 'cross.creator_tie@1'), of(4, 'cross.creator_tie@1'), of(3, 'cross.cf@1')]).toEqual([0.5, 0, 0]);
  });

  it('of a basket tell how an item relates to it', () => {
    const shop = new TestShop();
    for (let i = 0; i < 3; i++) shop.put({ categories: [i === 2 ? 'toys' : 'food'] });
    const of = described(
      inputsFor(shop.shop({ similar: neighboursOf(3, { 0: [[2, 0.1]] }) }), {
        request: { kind: 'related', first: 2, basket: { itemNos: [0], relation: 'SIMILAR' } },
      }),
    );
    expect([of(1, 'cross.basket@1'), of(1, 'cross.basket_known@1'), of(1, 'cross.basket_content@1')]).toEqual([0, 0, 0.5]);
    expect(of(2, 'cross.basket@1')).toBeCloseTo(Math.log(2), 5);
    expect([of(2, 'cross.basket_known@1'), of(2, 'cross.basket_content@1')]).toEqual([1, 0]);
  });

  it('of the request rank candidates among each other, level ones in the middle', () => {
    const shop = new TestShop();
    for (let i = 0; i < 4; i++) shop.put({ createdAt: NOW - (i === 3 ? 1 : 50) * DAY });
    shop.click(0, 3);
    shop.click(1, 1);
    const of = described(inputsFor(shop.shop()));
    // Two without a click share places 1 and 2 of 4: 0 below, 2 level, so 1 / 4; then 2.5 / 4 and 3.5 / 4.
    expect([2, 3, 1, 0].map((no) => of(no, 'request.popularity_rank@1'))).toEqual([0.25, 0.25, 0.625, 0.875]);
    expect(of(3, 'request.freshness_rank@1')).toBe(0.875);
    expect(of(2, 'request.cf_rank@1')).toBe(0.5);
    expect([of(0, 'request.sources@1'), of(2, 'request.sources@1'), of(2, 'request.prior@1')]).toEqual([2, 1, 0]);
  });

  it("of the request hold the caller's scores", () => {
    const shop = new TestShop();
    for (let i = 0; i < 4; i++) shop.put();
    const of = described(inputsFor(shop.shop(), { request: { kind: 'rank', candidates: candidatesFor([2, 0, 3, 1]) } }));
    expect([0, 1, 2, 3].map((no) => of(no, 'request.prior@1'))).toEqual([0.75, 0.25, 1, 0.5]);
  });

  it('of the user are defaults where he is unknown, or did not consent', () => {
    const shop = new TestShop();
    for (let i = 0; i < 3; i++) shop.put({ price: 4, brand: 'b', repurchaseDays: 0 });
    const state = shop.stateAfter(shop.event('u', 'LIKE', 0), shop.event('u', 'PURCHASE', 1));
    const personal = featureCatalogue.filter(({ name }) => /^(user|cross)\.|hour_activity/.test(name));
    for (const inputs of [
      inputsFor(shop.shop(), { state: null }),
      inputsFor(shop.shop(), { state, purposes: new Set(['ESSENTIAL', 'SOCIAL_GRAPH']) }),
    ]) {
      const of = described(inputs);
      for (const { name, default: fallback } of personal) expect(of(0, name)).toBe(Math.fround(fallback));
    }
  });

  it('are finite and within their range, whatever is known of the user', () => {
    const shop = new TestShop();
    for (let i = 0; i < 12; i++)
      shop.put({
        categories: [i % 2 ? 'food' : 'toys', `leaf-${i % 5}`],
        brand: i % 3 ? 'b' : null,
        price: i % 4 ? i * 10 : null,
        createdAt: NOW - (i - 2) * DAY,
        repurchaseDays: 0,
      });
    const act = fc.record({
      type: fc.constantFrom('CLICK', 'LIKE', 'PURCHASE', 'HIDE', 'SKIP', 'REFUND'),
      no: fc.nat(11),
      ago: fc.nat(400 * DAY),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const events = acts.map(({ type, no, ago }) => shop.event('u', type as 'CLICK', no, { occurredAt: NOW - ago }));
        const of = described(
          inputsFor(shop.shop(), {
            state: shop.stateAfter(...events),
            settings: { fatigue: { maxImpressionsPerDay: 9 } },
            request: { kind: 'rank', candidates: candidatesFor([0, 1, 2, 3, 4, 5]) },
          }),
        );
        const isIn = (value: number, min: number | null, max: number | null): boolean =>
          Number.isFinite(value) && value >= Math.fround(min ?? -Infinity) && value <= Math.fround(max ?? Infinity);
        for (let no = 0; no < 6; no++) expect(featureCatalogue.filter(({ name, min, max }) => !isIn(of(no, name), min, max))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
