import { CandidateSet } from '../../../src/core/candidates/candidate-set.js';
import { callerCandidates, FEED_SOURCES } from '../../../src/core/candidates/feed-sources.js';
import { findCandidates } from '../../../src/core/candidates/find-candidates.js';
import { ALIKE_SOURCES, RELATION_SOURCES } from '../../../src/core/candidates/related-sources.js';
import { gatherSignals } from '../../../src/core/candidates/signals.js';
import { sourcesOf } from '../../../src/core/candidates/sources.js';
import { type ItemFilter, type PageInputs } from '../../../src/core/page.js';
import { PipelineRun } from '../../../src/core/pipeline.js';
import { candidatesFor, DAY, inputsFor, neighboursOf, NO_FILTER, NOW, serveTimes, TestShop } from '../shop-fixture.js';

const SOURCES = [...FEED_SOURCES, callerCandidates, ...RELATION_SOURCES, ...ALIKE_SOURCES];

/** What one source alone offers, in its order. */
function offeredBy(name: string, inputs: PageInputs): number[] {
  const run = new PipelineRun(inputs);
  const signals = gatherSignals(inputs, run);
  const set = new CandidateSet(signals);
  run.propose(SOURCES.filter((source) => source.name === name), signals, inputs.config.settings, set); // prettier-ignore
  return [...set.itemNos.subarray(0, set.size)];
}

/** Item numbers to the sources that proposed them, after filters and filling up. */
function found(inputs: PageInputs): Map<number, string[]> {
  const run = new PipelineRun(inputs);
  const candidates = findCandidates(gatherSignals(inputs, run), run);
  return new Map(Array.from(candidates.itemNos, (no, row) => [no, sourcesOf(candidates.sources[row])]));
}

describe('friends', () => {
  const shop = new TestShop();
  for (let i = 0; i < 6; i++) shop.put();
  shop.observe(
    shop.event('near', 'PURCHASE', 1, { occurredAt: NOW - DAY }),
    shop.event('near', 'LIKE', 4, { occurredAt: NOW - DAY }),
    shop.event('far', 'PURCHASE', 2, { occurredAt: NOW - 90 * DAY }),
    shop.event('stranger', 'PURCHASE', 5),
  );
  const state = shop.stateAfter(...['near', 'far'].map((targetUserId) => shop.event('u', 'FOLLOW', -1, { targetUserId })));

  it('bring what followed people bought, the more recent first, then what they liked', () => {
    expect(offeredBy('friends', inputsFor(shop.shop(), { state }))).toEqual([1, 2, 4]);
  });

  it('bring nothing without consent to the use of ties', () => {
    expect(offeredBy('friends', inputsFor(shop.shop(), { state, purposes: new Set(['PERSONALISATION']) }))).toEqual([]);
  });

  it('keep to their limit', () => {
    expect(offeredBy('friends', inputsFor(shop.shop(), { state, settings: { sources: [{ source: 'FRIENDS', limit: 2 }] } }))).toEqual([
      1, 2,
    ]);
    expect(offeredBy('friends', inputsFor(shop.shop(), { state, settings: { sources: [{ source: 'FRIENDS', limit: 0 }] } }))).toEqual([]);
  });
});

describe('followed-creators', () => {
  it('brings the newest and the most popular of each creator', () => {
    const shop = new TestShop();
    for (let i = 0; i < 20; i++) shop.put({ creatorId: i % 2 ? 'maker' : 'other' });
    shop.click(3, 4);
    const state = shop.stateAfter(shop.event('u', 'FOLLOW', -1, { targetUserId: 'maker' }));
    const offered = offeredBy(
      'followed-creators',
      inputsFor(shop.shop(), { state, settings: { sources: [{ source: 'CREATORS', limit: 10 }] } }),
    );
    // Half of the limit each: the newest are 19 17 15 13 11; the most popular 3, then by number.
    expect(offered).toEqual([19, 17, 15, 13, 11, 3, 1, 5, 7, 9]);
  });
});

describe('neighbours', () => {
  const shop = new TestShop();
  for (let i = 0; i < 8; i++) shop.put({ brand: i === 6 ? 'b' : null });
  const tables = shop.shop({
    similar: neighboursOf(8, { 0: [[1, 0.9], [2, 0.8], [6, 0.1]] }),
    boughtTogether: neighboursOf(8, { 0: [[3, 0.9]] }),
  }); // prettier-ignore
  const bought = shop.stateAfter(shop.event('u', 'PURCHASE', 0));
  const clicked = shop.stateAfter(shop.event('u', 'CLICK', 0));

  it('bring what goes with recent acts, and what is bought with purchases', () => {
    expect(offeredBy('similar', inputsFor(tables, { state: clicked }))).toEqual([1, 2, 6]);
    expect(offeredBy('bought-together', inputsFor(tables, { state: clicked }))).toEqual([]);
    expect(offeredBy('bought-together', inputsFor(tables, { state: bought }))).toEqual([3]);
  });

  it('spend no quota on what earlier pages placed, or the filter refuses', () => {
    const one = { sources: [{ source: 'SIMILAR' as const, limit: 1 }] };
    expect(offeredBy('similar', inputsFor(tables, { state: clicked, settings: one, request: { placedBefore: [1] } }))).toEqual([2]);
    expect(offeredBy('similar', inputsFor(tables, { state: clicked, settings: one, request: { shownOnPage: [1, 2] } }))).toEqual([6]);
    expect(
      offeredBy('similar', inputsFor(tables, { state: clicked, settings: one, request: { filter: { ...NO_FILTER, brands: ['b'] } } })),
    ).toEqual([6]);
  });

  it('know nothing of items younger than the table', () => {
    expect(
      offeredBy('similar', inputsFor(shop.shop({ similar: neighboursOf(1, {}) }), { state: shop.stateAfter(shop.event('u', 'CLICK', 7)) })),
    ).toEqual([]);
  });
});

describe('affinity', () => {
  it("brings the most popular of the user's strongest names", () => {
    const shop = new TestShop();
    for (let i = 0; i < 12; i++) shop.put({ categories: [i % 2 ? 'toys' : 'food'], brand: i === 10 ? 'b' : null });
    shop.click(6, 3);
    const state = shop.stateAfter(shop.event('u', 'LIKE', 10));
    // Two names, category food and brand b; at least five of each: 6 is popular, then by number.
    expect(offeredBy('affinity', inputsFor(shop.shop(), { state, settings: { sources: [{ source: 'AFFINITY', limit: 6 }] } }))).toEqual([
      6, 0, 2, 4, 8, 10,
    ]);
    expect(offeredBy('affinity', inputsFor(shop.shop(), { state, purposes: new Set([]) }))).toEqual([]);
  });
});

describe('popularity, trending and fresh', () => {
  const shop = new TestShop();
  for (let i = 0; i < 6; i++) shop.put({ createdAt: NOW - (10 - i) * DAY });
  shop.click(1, 9, NOW - 20 * DAY);
  shop.click(2, 3, NOW);

  it('bring the head of a month, of a day, and of the catalogue', () => {
    const inputs = inputsFor(shop.shop());
    expect(['popularity', 'trending', 'fresh'].map((name) => offeredBy(name, inputs))).toEqual([[1, 2], [2, 1], [5, 4, 3, 2, 1, 0]]); // prettier-ignore
  });

  it('share the limit of TRENDING', () => {
    const inputs = inputsFor(shop.shop(), { settings: { sources: [{ source: 'TRENDING', limit: 2 }] } });
    expect([offeredBy('popularity', inputs), offeredBy('trending', inputs)]).toEqual([[1], [2]]);
  });
});

describe('named-by-caller', () => {
  const shop = new TestShop();
  for (let i = 0; i < 300; i++) shop.put({ categories: [i % 100 === 7 ? 'rare' : 'common'], brand: i < 30 ? 'b' : null, price: i });

  it('reaches what is rare through the name that leads to the fewest', () => {
    const filtered = (filter: Partial<ItemFilter>) =>
      offeredBy('named-by-caller', inputsFor(shop.shop(), { request: { filter: { ...NO_FILTER, ...filter } } }));
    expect(filtered({ categories: ['rare'] })).toEqual([7, 107, 207]);
    expect(filtered({ categories: ['common', 'rare'], brands: ['b'], priceMin: 20 })).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(filtered({ categories: ['ghost'] })).toEqual([]);
    expect(filtered({ priceMin: 1 })).toEqual([]);
  });
});

describe('finding candidates', () => {
  it('takes five hundred, shared between sources that offer more, and marks every source that proposed one', () => {
    const shop = new TestShop();
    for (let i = 0; i < 1_200; i++) shop.put({ createdAt: NOW - i * DAY });
    for (let i = 300; i < 900; i++) shop.click(i, 1);
    const sources = [{ source: 'TRENDING' as const, limit: 500 }, { source: 'FRESH' as const, limit: 500 }]; // prettier-ignore
    const candidates = found(inputsFor(shop.shop(), { settings: { sources } }));
    expect(candidates.size).toBe(500);
    // The limits of 250, 250 and 500 add up to twice the room: 125 by popularity, 125 others by trend, and the 250 newest.
    expect(candidates.get(300)).toEqual(['TRENDING']);
    expect(candidates.get(0)).toEqual(['FRESH']);
  });

  it('fills up from the whole shop, the popular first, then the highest number', () => {
    const shop = new TestShop();
    for (let i = 0; i < 400; i++) shop.put();
    shop.click(5, 1);
    const none = ['TRENDING', 'FRESH'].map((source) => ({ source: source as 'FRESH', limit: 0 }));
    const candidates = found(inputsFor(shop.shop(), { settings: { sources: none }, request: { first: 3 } }));
    // 3 to show and 100 more to choose from.
    expect([...candidates.keys()]).toEqual([5, ...Array.from({ length: 102 }, (_, i) => 298 + i)]);
    expect(candidates.get(5)).toEqual(['TRENDING']);
  });

  it('fills up a filtered feed from what the names in the filter lead to', () => {
    const shop = new TestShop();
    for (let i = 0; i < 900; i++) shop.put({ categories: [i % 3 ? 'food' : 'toys'], price: i });
    const filter = { ...NO_FILTER, categories: ['toys'], priceMax: 300 };
    const candidates = found(inputsFor(shop.shop(), { request: { first: 50, filter } }));
    expect(candidates.size).toBe(101);
    expect([...candidates.keys()].every((no) => no % 3 === 0 && no <= 300)).toBe(true);
    expect(candidates.get(300)).toContain('CALLER');
    const byPrice = found(inputsFor(shop.shop(), { request: { first: 50, filter: { ...NO_FILTER, priceMax: 9 } } }));
    expect(byPrice.size).toBe(10);
  });

  it('brings back what was shown too often only where there is too little else', () => {
    const shop = new TestShop();
    for (let i = 0; i < 20; i++) shop.put();
    const state = shop.stateAfter();
    for (let no = 0; no < 15; no++) serveTimes(state, no, 99);
    const rows = (first: number) => {
      const inputs = inputsFor(shop.shop(), { state, request: { first } });
      const run = new PipelineRun(inputs);
      const { itemNos, fatigued } = findCandidates(gatherSignals(inputs, run), run);
      return [itemNos.length, fatigued.reduce((sum, flag) => sum + flag, 0), run.removed.length];
    };
    expect(rows(5)).toEqual([5, 0, 15]);
    expect(rows(8)).toEqual([20, 15, 0]);
  });

  it("takes the caller's own candidates, all of them and nothing else", () => {
    const shop = new TestShop();
    for (let i = 0; i < 1_500; i++) shop.put();
    const wanted = Array.from({ length: 1_000 }, (_, i) => i + 250).reverse();
    const candidates = found(inputsFor(shop.shop(), { request: { kind: 'rank', candidates: candidatesFor(wanted) } }));
    expect([...candidates.keys()]).toEqual([...wanted].reverse());
    expect(candidates.get(250)).toEqual(['CALLER']);
  });

  it('relates what the table has, then what is alike; to bought together only where that is too little', () => {
    const shop = new TestShop();
    for (let i = 0; i < 40; i++)
      shop.put({ categories: [i < 20 ? 'food' : 'toys', `leaf-${i % 4}-${i < 20}`], brand: i === 30 ? 'b' : null });
    shop.put({ categories: ['food', 'leaf-0-true'], brand: 'b' });
    const tables = shop.shop({ similar: neighboursOf(41, { 40: [[25, 0.5]] }), boughtTogether: neighboursOf(41, { 40: [[26, 0.5], [27, 0.4]] }) }); // prettier-ignore
    const related = (relation: 'SIMILAR' | 'BOUGHT_TOGETHER', first: number) =>
      found(inputsFor(tables, { request: { kind: 'related', first, basket: { itemNos: [40], relation } } }));
    const similar = related('SIMILAR', 8);
    expect(similar.get(25)).toEqual(['SIMILAR']);
    expect([similar.has(40), similar.has(26), similar.has(30)]).toEqual([false, false, true]);
    expect([...similar.keys()].filter((no) => no < 20)).toHaveLength(20);
    expect([...related('BOUGHT_TOGETHER', 1)]).toEqual([[26, ['BOUGHT_TOGETHER']], [27, ['BOUGHT_TOGETHER']]]); // prettier-ignore
    const more = related('BOUGHT_TOGETHER', 8);
    expect([more.get(26), more.get(0)]).toEqual([['BOUGHT_TOGETHER'], ['SIMILAR']]);
  });

  it('completes a basket with what is bought with it and of other categories, and fills up with others alone', () => {
    const shop = new TestShop();
    for (let i = 0; i < 30; i++) shop.put({ categories: ['shop', i < 10 ? 'phones' : 'cases'] });
    const tables = shop.shop({ boughtTogether: neighboursOf(30, { 0: [[1, 0.9], [20, 0.4]] }) }); // prettier-ignore
    const candidates = found(
      inputsFor(tables, { request: { kind: 'related', first: 5, basket: { itemNos: [0], relation: 'COMPLEMENTS' } } }),
    );
    expect(candidates.get(20)).toEqual(['BOUGHT_TOGETHER']);
    expect([...candidates.keys()].every((no) => no >= 10)).toBe(true);
    expect(candidates.size).toBe(5);
  });

  it('fills up related items only to the length of the page', () => {
    const shop = new TestShop();
    for (let i = 0; i < 200; i++) shop.put({ categories: [i < 3 ? 'food' : 'toys'] });
    const candidates = found(
      inputsFor(shop.shop(), { request: { kind: 'related', first: 8, basket: { itemNos: [0], relation: 'SIMILAR' } } }),
    );
    expect(candidates.size).toBe(8);
    expect([candidates.get(1), candidates.get(199)]).toEqual([['SIMILAR'], ['TRENDING']]);
  });
});
