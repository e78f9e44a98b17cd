import fc from 'fast-check';
import { CandidateSet } from '../../../src/core/candidates/candidate-set.js';
import { FEED_SOURCES } from '../../../src/core/candidates/feed-sources.js';
import { MAX_REGION_ITEMS, MAX_REGIONS, RegionalTrends } from '../../../src/core/candidates/regional-trends.js';
import { gatherSignals } from '../../../src/core/candidates/signals.js';
import { type PageInputs } from '../../../src/core/page.js';
import { PipelineRun } from '../../../src/core/pipeline.js';
import { type UserAttributes } from '../../../src/core/user.js';
import { DAY, inputsFor, NOW, TestShop } from '../shop-fixture.js';

function offered(names: string[], inputs: PageInputs): number[] {
  const run = new PipelineRun(inputs);
  const signals = gatherSignals(inputs, run);
  const set = new CandidateSet(signals);
  run.propose(FEED_SOURCES.filter(({ name }) => names.includes(name)), signals, inputs.config.settings, set); // prettier-ignore
  return [...set.itemNos.subarray(0, set.size)];
}

describe('RegionalTrends', () => {
  it('order what is done in each region by a half-life of one day', () => {
    const trends = new RegionalTrends();
    trends.add('DE', 7, 5, NOW - 2 * DAY);
    trends.add('DE', 3, 2, NOW);
    trends.add('DE', 9, 1, NOW);
    trends.add('DE', 9, -1, NOW);
    trends.add('FR', 9, 1, NOW);
    // Two days later 5 is 1.25, below 2; what is taken back leads nothing.
    expect([trends.top('DE'), trends.top('FR'), trends.top('IT')]).toEqual([[3, 7], [9], []]); // prettier-ignore
  });

  it('count no more than 64 regions', () => {
    const trends = new RegionalTrends();
    for (let i = 0; i < MAX_REGIONS + 5; i++) trends.add(`r${i}`, i, 1, NOW);
    trends.add('r0', 1, 9, NOW);
    expect([trends.top('r0'), trends.top('r63'), trends.top('r64')]).toEqual([[1, 0], [63], []]); // prettier-ignore
    expect(trends.snapshot()).toHaveLength(64);
  });

  it('keep the strongest of more items than they hold', () => {
    const trends = new RegionalTrends();
    for (let i = 0; i < MAX_REGION_ITEMS; i++) trends.add('DE', i, 1 + i, NOW);
    trends.add('DE', 500_000, 1_000_000, NOW + DAY);
    trends.add('DE', 2_047, 1, NOW + DAY);
    const top = trends.top('DE');
    // 2,048 a day before are 1,024 and 1 more.
    expect([top[0], top[1], top[2], top.length]).toEqual([500_000, 2_047, 2_046, 512]);
    const [[, itemNos, sums]] = trends.snapshot();
    expect([itemNos.length, sums.values.length]).toEqual([513, 513]);
    expect(sums.values[itemNos.indexOf(2_047)] * 2 ** ((sums.landmark - NOW - DAY) / DAY)).toBeCloseTo(1_025, 9);
  });

  it('come back from a snapshot and go on as before', () => {
    const act = fc.record({
      region: fc.constantFrom('a', 'b', 'c'),
      no: fc.nat(30),
      weight: fc.integer({ min: -2, max: 5 }),
      day: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), fc.nat(60), (acts, cut) => {
        const straight = new RegionalTrends();
        const before = new RegionalTrends();
        const after = new RegionalTrends();
        const into = (trends: RegionalTrends, some: typeof acts): void => {
          for (const { region, no, weight, day } of some) trends.add(region, no, weight, NOW + day * DAY);
        };
        into(straight, acts);
        into(before, acts.slice(0, cut));
        after.restore(structuredClone(before.snapshot()));
        into(after, acts.slice(cut));
        for (const region of ['a', 'b', 'c']) {
          expect(after.top(region)).toEqual(straight.top(region));
          expect(new Set(after.top(region)).size).toBe(after.top(region).length);
        }
      }),
      { seed: 3 },
    );
  });
});

describe('regional-trending', () => {
  const shop = new TestShop();
  for (let i = 0; i < 10; i++) shop.put();
  const regional = new RegionalTrends();
  for (let no = 0; no < 8; no++) shop.click(no, 9 - no, NOW);
  [6, 7, 9].forEach((no, place) => regional.add('DE', no, 3 - place, NOW));
  const user: UserAttributes = { id: 'u', birthYear: null, gender: null, region: 'DE', joinedAt: null, attributes: {} };
  const tables = shop.shop({ regional });
  const alone = (fields: Parameters<typeof inputsFor>[1]) => offered(['regional-trending'], inputsFor(tables, fields));

  it('offers what is trending where the request is made, else where the user lives', () => {
    expect(alone({ request: { region: 'DE' } })).toEqual([6, 7, 9]);
    expect(alone({ user })).toEqual([6, 7, 9]);
    expect(alone({ user, request: { region: 'FR' } })).toEqual([]);
    expect(alone({})).toEqual([]);
    expect(offered(['regional-trending'], inputsFor(shop.shop(), { user }))).toEqual([]);
  });

  it('does not use where the user lives without consent', () => {
    expect(alone({ user, purposes: new Set() })).toEqual([]);
  });

  it('has half of what is trending, and the shop as a whole the rest, and all of it where nothing is known', () => {
    const settings = { sources: [{ source: 'TRENDING' as const, limit: 8 }] };
    const both = (fields: Parameters<typeof inputsFor>[1]) =>
      offered(['regional-trending', 'trending'], inputsFor(tables, { settings, ...fields }));
    // 8 for TRENDING: 4 by popularity, 2 of the region, 2 of the whole.
    expect(both({ request: { region: 'DE' } })).toEqual([6, 7, 0, 1]);
    expect(both({ request: { region: 'FR' } })).toEqual([0, 1, 2, 3]);
    expect(both({})).toEqual([0, 1, 2, 3]);
  });
});
