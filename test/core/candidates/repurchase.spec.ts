import fc from 'fast-check';
import {
  type CategoryCycle,
  cycleDays,
  ownCycleDays,
  learnCycles,
  MIN_GAPS,
  noCycles,
  packCycles,
  type RepurchaseCycles,
  type Trade,
  unpackCycles,
} from '../../../src/core/candidates/repurchase.js';
import { DAY, NOW } from '../shop-fixture.js';

const [FOOD, FRUIT, PHONES] = [1, 2, 3];
const CATEGORIES = [[FOOD, FRUIT], [FOOD], [PHONES]];
const [APPLE, BREAD, PHONE] = [0, 1, 2];

const trade = (userNo: number, itemNo: number, daysAgo: number, bought = true): Trade => ({
  userNo,
  itemNo,
  at: NOW - daysAgo * DAY,
  bought,
});

function learn(trades: readonly Trade[], now = NOW): RepurchaseCycles {
  const work = learnCycles(trades, (itemNo) => CATEGORIES[itemNo], now);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
const tableOf = (...cycles: [number, CategoryCycle][]): RepurchaseCycles => ({ builtAt: NOW, byCategory: new Map(cycles) });

describe('the cycle of one category', () => {
  it('is when a quarter of those who buy again have done so', () => {
    // Four users wait 4, 6, 8 and 10 days, and all four of the later purchases are open for 0 days, so none of them is at risk when a gap ends:
    // the share that has bought again rises to 1/4 after 4 days, 1/2 after 6, 3/4 after 8 and 1 after 10.
    const trades = [4, 6, 8, 10].flatMap((days, user) => [trade(user, BREAD, days), trade(user, BREAD, 0)]);
    expect(learn(trades).byCategory.get(FOOD)).toEqual({ spells: 8, gaps: 4, share: 1, days: 4 });
  });

  it('counts those who have not come back, for as long as they have been watched', () => {
    // At risk after 10 days: the gaps of 10 and 20 days and the one who waits since 15; 1/3 comes back, and 2/3 are left.
    // At risk after 20 days: the gap of 20 alone, so nobody is left. Of a share of 1, a quarter is reached after 10 days.
    const both = [trade(0, BREAD, 10), trade(0, BREAD, 0), trade(1, BREAD, 20), trade(1, BREAD, 0), trade(2, BREAD, 15)];
    expect(learn(both).byCategory.get(FOOD)).toEqual({ spells: 5, gaps: 2, share: 1, days: 10 });
    // Watched for 25 days he is at risk at the second too: 2/3 · 1/2 = 1/3 is left.
    const longer = learn([...both.slice(0, 4), trade(2, BREAD, 25)]).byCategory.get(FOOD)!;
    expect([longer.share, longer.days]).toEqual([expect.closeTo(2 / 3, 12), 10]);
  });

  it('takes the lines of a day for one purchase, and half a year for never', () => {
    const lines = [trade(0, BREAD, 30.2), trade(0, BREAD, 30.1), trade(0, BREAD, 20.1), trade(1, BREAD, 300), trade(1, BREAD, 100)];
    expect(learn(lines).byCategory.get(FOOD)).toMatchObject({ spells: 4, gaps: 1, days: expect.closeTo(10.1, 9) as number });
  });

  it('does not take an exchange for a repurchase', () => {
    const exchanged = [trade(0, PHONE, 30), trade(0, PHONE, 20, false), trade(0, PHONE, 19), trade(1, PHONE, 5), trade(1, PHONE, 4, false)];
    expect(learn(exchanged).byCategory.get(PHONES)).toEqual({ spells: 1, gaps: 0, share: 0, days: 0 });
  });
});

describe('the cycle of an item', () => {
  const food: CategoryCycle = { spells: 400, gaps: 100, share: 0.5, days: 16 };

  it('is none while little is known, and none where hardly anybody buys again', () => {
    expect(cycleDays(noCycles(), [FOOD])).toBeNull();
    expect(cycleDays(tableOf([FOOD, { ...food, gaps: MIN_GAPS - 1 }]), [FOOD])).toBeNull();
    expect(cycleDays(tableOf([FOOD, { ...food, gaps: MIN_GAPS }]), [FOOD])).toBe(16);
    expect(cycleDays(tableOf([FOOD, { ...food, share: 0.04 }]), [FOOD])).toBeNull();
    expect(cycleDays(tableOf([FOOD, food]), [PHONES])).toBeNull();
  });

  it('moves from the broader category to the narrower one with the evidence', () => {
    const fruit = (gaps: number): number => {
      const narrow = { spells: 2 * gaps, gaps, share: 0.5, days: 4 };
      return cycleDays(tableOf([FOOD, food], [FRUIT, narrow]), [FOOD, FRUIT])!;
    };
    // 20 gaps weigh as much as what is broader: the geometric mean of 4 and 16 days. 60 gaps weigh three quarters: 2^(3/4·2 + 1/4·4).
    expect([fruit(20), fruit(60)]).toEqual([expect.closeTo(8, 9), expect.closeTo(2 ** 2.5, 9)]);
    expect(cycleDays(tableOf([FOOD, food]), [FOOD, FRUIT])).toBeCloseTo(16, 9);
  });

  it('is none for a narrow category that is not bought again, whatever the broader one is', () => {
    // (380 · 0 + 20 · 0.476…) / 400 is below the least share.
    const never = { spells: 380, gaps: 0, share: 0, days: 0 };
    expect(cycleDays(tableOf([FOOD, food], [FRUIT, never]), [FOOD, FRUIT])).toBeNull();
  });

  const someCycle = fc.record({
    spells: fc.integer({ min: 50, max: 5000 }),
    gaps: fc.integer({ min: MIN_GAPS, max: 50 }),
    share: fc.double({ min: 0.2, max: 1, noNaN: true }),
    days: fc.double({ min: 1, max: 180, noNaN: true }),
  });

  it('lies between those of its categories, and nearer to the narrow one the more gaps it has', () => {
    fc.assert(
      fc.property(someCycle, someCycle, fc.integer({ min: 1, max: 1000 }), (broad, narrow, more) => {
        const daysWith = (gaps: number): number => cycleDays(tableOf([FOOD, broad], [FRUIT, { ...narrow, gaps }]), [FOOD, FRUIT])!;
        const [few, many] = [daysWith(narrow.gaps), daysWith(narrow.gaps + more)];
        const [low, high] = [Math.min(broad.days, narrow.days), Math.max(broad.days, narrow.days)];
        expect(few).toBeGreaterThanOrEqual(low - 1e-9);
        expect(few).toBeLessThanOrEqual(high + 1e-9);
        expect(Math.abs(many - narrow.days)).toBeLessThanOrEqual(Math.abs(few - narrow.days) + 1e-9);
      }),
    );
  });
});

describe('the cycle of one user', () => {
  it('is that of the category until he buys again, and his own the more often he does', () => {
    expect([ownCycleDays(16, []), ownCycleDays(16, [5]), ownCycleDays(null, [5])]).toEqual([16, 16, null]);
    // A quarter of gaps of 40 days is over after 40 · ln(4/3) = 11.5 days. One gap weighs a third, two a half, six three quarters.
    const own = 40 * Math.log(4 / 3);
    expect(ownCycleDays(null, [0, 40])).toBeCloseTo(own, 9);
    expect(ownCycleDays(30, [0, 40])).toBeCloseTo(30 ** (2 / 3) * own ** (1 / 3), 9);
    expect(ownCycleDays(30, [0, 30, 80])).toBeCloseTo(Math.sqrt(30 * own), 9);
    expect(ownCycleDays(30, [0, 40, 80, 120, 160, 200, 240])).toBeCloseTo(30 ** 0.25 * own ** 0.75, 9);
  });
});

const someTrades = fc.array(
  fc.record({
    userNo: fc.nat(3),
    itemNo: fc.nat(2),
    at: fc.integer({ min: 0, max: 400 * 24 }).map((hours) => NOW - hours * 3_600_000),
    bought: fc.integer({ min: 0, max: 5 }).map((one) => one > 0),
  }),
  { maxLength: 80 },
);

describe('what is learned', () => {
  it('is never less than a day, is the same in any order, and comes back from its bytes', () => {
    fc.assert(
      fc.property(someTrades, (trades) => {
        const cycles = learn(trades);
        for (const { spells, gaps, share, days } of cycles.byCategory.values()) {
          expect(days === 0 ? gaps : days).toBeGreaterThanOrEqual(days === 0 ? 0 : 1);
          expect(gaps).toBeLessThanOrEqual(spells);
          expect(share >= 0 && share <= 1).toBe(true);
        }
        for (const categories of CATEGORIES) expect(cycleDays(cycles, categories) ?? 1).toBeGreaterThanOrEqual(1);
        expect(learn([...trades].reverse())).toEqual(cycles);
        expect(unpackCycles(packCycles(cycles))).toEqual(cycles);
      }),
    );
  });

  it('grows with the time between purchases', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { minLength: MIN_GAPS, maxLength: 40 }), (gaps) => {
        const cycle = (factor: number): number =>
          cycleDays(learn(gaps.flatMap((days, user) => [trade(user, APPLE, days * factor), trade(user, APPLE, 0)])), [FOOD])!;
        expect(cycle(2)).toBeCloseTo(2 * cycle(1), 6);
      }),
    );
  });

  it('is refused in bytes that were cut, changed, or are of another version', () => {
    const bytes = packCycles(tableOf([FOOD, { spells: 9, gaps: 3, share: 0.3, days: 12.5 }]));
    const changed = (place: number): Uint8Array => bytes.map((byte, i) => (i === place ? byte ^ 1 : byte));
    expect(() => unpackCycles(changed(0))).toThrow('of version 0, not 1');
    expect(() => unpackCycles(changed(9))).toThrow('checksum');
    expect(() => unpackCycles(bytes.slice(0, -1))).toThrow('checksum');
    expect(() => unpackCycles(new Uint8Array(0))).toThrow(RangeError);
  });
});
