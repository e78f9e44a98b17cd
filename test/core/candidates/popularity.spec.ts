import fc from 'fast-check';
import { ActorBudget } from '../../../src/core/candidates/actor-budget.js';
import { DecayedSums } from '../../../src/core/candidates/decayed-sums.js';
import { PopularityColumns, popularityWeight } from '../../../src/core/candidates/popularity.js';
import { DAY, NOW, TestShop } from '../shop-fixture.js';

describe('DecayedSums', () => {
  it('halve every half-life, each addition from its own time', () => {
    const sums = new DecayedSums(DAY, 10);
    sums.add(3, 8, 0);
    sums.add(3, 4, DAY);
    // After two days: 8 / 4 + 4 / 2 = 4.
    expect(sums.at(3, 2 * DAY)).toBeCloseTo(4, 12);
    expect(sums.at(3, 3 * DAY)).toBeCloseTo(2, 12);
    expect(sums.at(0, DAY)).toBe(0);
    expect(sums.at(9_999, DAY)).toBe(0);
  });

  it('are not read as of a time before the latest addition', () => {
    const sums = new DecayedSums(DAY, 10);
    sums.add(0, 1, 10 * DAY);
    expect(sums.at(0, 0)).toBeCloseTo(1, 12);
  });

  it('outlast any number of half-lives', () => {
    const sums = new DecayedSums(DAY, 10);
    sums.add(0, 1, 0);
    sums.add(1, 1, 5_000 * DAY);
    sums.add(2, 3, 5_001 * DAY);
    expect(sums.at(0, 5_001 * DAY)).toBe(0);
    expect(sums.at(1, 5_001 * DAY)).toBeCloseTo(0.5, 12);
    expect(sums.top()).toEqual([2, 1]);
  });

  it('never read below zero, and what is not above it leads nothing', () => {
    const sums = new DecayedSums(DAY, 10);
    sums.add(0, -5, 0);
    expect([sums.at(0, 0), sums.orderOf(0), sums.top()]).toEqual([0, 0, []]);
    sums.add(0, 7, 0);
    expect([sums.at(0, 0), sums.top()]).toEqual([2, [0]]);
    sums.add(0, -2, 0);
    expect(sums.top()).toEqual([]);
  });

  it('equal a plain sum of decayed weights, and lead in its order', () => {
    const addition = fc.record({ no: fc.nat(8), weight: fc.integer({ min: 1, max: 9 }), day: fc.integer({ min: 0, max: 900 }) });
    fc.assert(
      fc.property(fc.array(addition, { minLength: 1, maxLength: 60 }), (additions) => {
        const sums = new DecayedSums(DAY, 4);
        for (const { no, weight, day } of additions) sums.add(no, weight, day * DAY);
        const last = Math.max(...additions.map(({ day }) => day));
        const plain = (wanted: number): number =>
          additions.reduce((sum, { no, weight, day }) => sum + (no === wanted ? weight * 2 ** (day - last) : 0), 0);
        for (let no = 0; no <= 8; no++) expect(sums.at(no, last * DAY)).toBeCloseTo(plain(no), 9);
        const led = [...sums.top()].map(plain);
        expect(led).toEqual([...led].sort((a, b) => b - a));
      }),
    );
  });

  it('come back from a snapshot', () => {
    const sums = new DecayedSums(DAY, 10);
    for (let no = 0; no < 2_000; no++) sums.add(no, no, no);
    const again = new DecayedSums(DAY, 10);
    again.restore(sums.snapshot());
    expect(again.at(1_999, DAY)).toBe(sums.at(1_999, DAY));
    expect(again.orderOf(7)).toBe(sums.orderOf(7));
    expect(again.orderOf(5_000)).toBe(0);
    expect(again.top()).toEqual(sums.top());
    again.add(2_000, 1e9, DAY);
    expect(again.top()[0]).toBe(2_000);
  });
});

describe('ActorBudget', () => {
  it('grants a day up to its limit to either side, or to a lower one', () => {
    const budget = new ActorBudget(10);
    expect([6, 6, 6, -25, 3].map((weight) => budget.spend('user item', 1, weight))).toEqual([6, 4, 0, -20, 3]);
    expect(budget.spend('user item', 2, 6)).toBe(6);
    expect(budget.spend('other item', 2, 6)).toBe(6);
    expect(new ActorBudget(10, -5).spend('user item', 1, -8)).toBe(-5);
  });
});

describe('PopularityColumns', () => {
  it('weighs what was done', () => {
    const weigh = (type: Parameters<typeof popularityWeight>[0]['type']): number => popularityWeight({ type });
    expect([weigh('CLICK'), weigh('LIKE'), weigh('REVIEW'), weigh('PURCHASE'), weigh('REFUND'), weigh('IMPRESSION')]).toEqual([
      1, 2, 2, 5, -5, 0,
    ]);
  });

  it('keeps a month and a day apart', () => {
    const popularity = new PopularityColumns();
    const shop = new TestShop();
    popularity.observe(shop.event('u', 'PURCHASE', 2, { occurredAt: NOW - 30 * DAY }));
    popularity.observe(shop.event('u', 'LIKE', 1, { occurredAt: NOW }));
    expect(popularity.at(2, NOW)).toBeCloseTo(2.5, 12);
    expect(popularity.at(1, NOW)).toBeCloseTo(2, 12);
    expect(popularity.trendAt(2, NOW)).toBeCloseTo(5 * 2 ** -30, 12);
    expect([popularity.top(), popularity.topTrending()]).toEqual([[2, 1], [1, 2]]); // prettier-ignore
    expect(popularity.orderOf(2)).toBeGreaterThan(popularity.orderOf(1));
  });

  it('takes in nothing but acts on items', () => {
    const popularity = new PopularityColumns();
    const shop = new TestShop();
    popularity.observe(shop.event('u', 'SEARCH', -1));
    popularity.observe(shop.event('u', 'RENDERED', 0));
    expect([popularity.changes, popularity.top()]).toEqual([0, []]);
  });

  it('is moved by one person by no more than ten a day and item', () => {
    const popularity = new PopularityColumns();
    const shop = new TestShop();
    for (let i = 0; i < 100; i++) popularity.observe(shop.event('fan', 'PURCHASE', 0));
    popularity.observe(shop.event('another', 'CLICK', 0));
    expect(popularity.at(0, NOW)).toBeCloseTo(11, 12);
  });

  it('comes back from a snapshot, and says that it changed', () => {
    const popularity = new PopularityColumns();
    const shop = new TestShop();
    popularity.observe(shop.event('u', 'PURCHASE', 4));
    const again = new PopularityColumns();
    again.restore(popularity.snapshot());
    expect([again.at(4, NOW), again.top(), again.changes]).toEqual([5, [4], 1]);
  });
});
