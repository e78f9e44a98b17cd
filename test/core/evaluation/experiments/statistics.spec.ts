import fc from 'fast-check';
import { boughtAgain } from '../../../../src/core/evaluation/experiments/cohorts.js';
import { benjaminiHochberg, holm } from '../../../../src/core/evaluation/experiments/corrections.js';
import { chiSquareTail, normalQuantile, normalTail, studentQuantile, studentTail } from '../../../../src/core/evaluation/experiments/distributions.js'; // prettier-ignore
import { effectOf } from '../../../../src/core/evaluation/experiments/effect.js';
import { logBeta, logGamma } from '../../../../src/core/evaluation/experiments/incomplete-functions.js';
import { interleavingVerdict, preferenceOf } from '../../../../src/core/evaluation/experiments/interleaving-verdict.js';
import { alwaysValidTest, fixedTest, mixtureScale } from '../../../../src/core/evaluation/experiments/intervals.js';
import { detectableEffect, planOf, usersPerArm } from '../../../../src/core/evaluation/experiments/plan.js';
import { sampleRatioOf, sampleRatioPValue } from '../../../../src/core/evaluation/experiments/sample-ratio.js';
import { ratioStatistic, type Statistic } from '../../../../src/core/evaluation/experiments/statistic.js';
import { cutOf, cutTo } from '../../../../src/core/evaluation/experiments/winsorise.js';
import { quickRandom } from './draws.js';

const DAY = 86_400_000;
const near = (got: number, want: number) => expect(Math.abs(got / want - 1)).toBeLessThan(1e-9);

describe('distributions', () => {
  it('agree with printed tables far into the tail', () => {
    near(normalTail(1.959963984540054), 0.025);
    near(normalTail(6), 9.865876450376946e-10);
    near(normalQuantile(0.025), 1.959963984540054);
    // One degree of freedom is Cauchy: 1/2 - atan(t)/pi. Two: (1 - t / sqrt(2 + t²)) / 2.
    near(studentTail(3, 1), 0.5 - Math.atan(3) / Math.PI);
    near(studentTail(3, 2), (1 - 3 / Math.sqrt(11)) / 2);
    near(studentQuantile(0.025, 10), 2.2281388519649385);
    // Cornish and Fisher: z + (z³ + z) / 4,000,000, to nine digits.
    near(studentQuantile(0.025, 1e6), 1.959963984540054 + (1.959963984540054 ** 3 + 1.959963984540054) / 4e6);
    // Two degrees of freedom are exponential: exp(-x / 2).
    near(chiSquareTail(13.815510557964274, 2), 0.001);
    near(chiSquareTail(10.827566170662733, 1), 0.001);
  });

  it('have quantiles that invert them, and tails that add up to 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 100_000 }), (share, degrees) => {
        expect(Math.abs(studentTail(studentQuantile(share, degrees), degrees) / share - 1)).toBeLessThan(1e-8);
        expect(Math.abs(normalTail(normalQuantile(share)) / share - 1)).toBeLessThan(1e-8);
        expect(studentTail(-1.3, degrees) + studentTail(1.3, degrees)).toBeCloseTo(1, 12);
      }),
      { seed: 1, numRuns: 60 },
    );
    expect(() => studentQuantile(0, 3)).toThrow('the share above is 0; it must lie between 0 and 1');
  });

  it('rest on gamma and beta functions: 9! = 362,880, and B(2, 30) = 1 / (30 * 31)', () => {
    near(Math.exp(logGamma(10)), 362_880);
    near(Math.exp(logBeta(2, 30)), 1 / 930);
    expect(chiSquareTail(0, 1)).toBe(1);
  });
});

describe('comparing two arms', () => {
  const [control, treatment]: Statistic[] = [
    { kind: 'proportion', users: 5_000, sum: 250 },
    { kind: 'proportion', users: 5_000, sum: 320 },
  ];

  it('tells 250 from 320 of 5,000 at one look, and not yet when looking at will', () => {
    // 0.064 - 0.05 = 0.014; variance 0.05 * 0.95 / 5,000 + 0.064 * 0.936 / 5,000.
    const effect = effectOf(control, treatment, 'ABSOLUTE')!;
    near(effect.value, 0.014);
    near(effect.standardError, Math.sqrt(0.0475 / 5_000 + 0.059904 / 5_000));
    expect(fixedTest(effect).pValue).toBeCloseTo(0.0025286469, 9);
    expect(fixedTest(effect).interval.low).toBeCloseTo(0.0049149652, 9);
    expect(alwaysValidTest(effect).pValue).toBeCloseTo(0.056192033, 9);
    expect(alwaysValidTest(effect).interval.low).toBeCloseTo(-0.000189146, 9);
  });

  it('stops at one look below: 320 in the control, 250 in the treatment', () => {
    const effect = effectOf(treatment, control, 'ABSOLUTE')!;
    const { interval, pValue } = alwaysValidTest(effect, 0.05, 5_000, 'LESS');
    expect(interval.low).toBe(-Infinity);
    expect(interval.high).toBeCloseTo(-0.0010165649, 9);
    expect(pValue).toBeCloseTo(0.0253950391, 3);
  });

  it('takes a ratio of sums by the delta method', () => {
    const arm = (m: number, mm: number, d: number, dd: number, md: number): Statistic => ({
      kind: 'ratio', users: 1_000, numerator: { sum: m, sumSquares: mm }, denominator: { sum: d, sumSquares: dd }, sumProducts: md,
    }); // prettier-ignore
    const effect = effectOf(arm(300, 500, 10_000, 130_000, 4_000), arm(345, 600, 10_100, 133_000, 4_500), 'RELATIVE')!;
    expect(effect.value).toBeCloseTo(0.1386138614, 9);
    expect(effect.standardError).toBeCloseTo(0.1015777085, 9);
    expect(fixedTest(effect).pValue).toBeCloseTo(0.1725305039, 9);
  });

  it('takes a covariate out of both arms with one slope', () => {
    const arm = (post: number, postSquares: number, pre: number, preSquares: number, products: number): Statistic => ({
      kind: 'adjusted', users: 1_000, after: { sum: post, sumSquares: postSquares }, before: { sum: pre, sumSquares: preSquares }, sumProducts: products,
    }); // prettier-ignore
    const arms = [arm(1_000, 2_000, 950, 1_800, 1_750), arm(1_060, 2_150, 955, 1_810, 1_800)] as const;
    const effect = effectOf(...arms, 'ABSOLUTE')!;
    expect(effect.value).toBeCloseTo(0.0555782204, 9);
    expect(effect.standardError).toBeCloseTo(0.0249610504, 9);
    // Unadjusted, the standard error is 0.0450380775: 1 - (0.0249610504 / 0.0450380775)² = 0.692836.
    expect(effect.varianceReduction).toBeCloseTo(0.692836, 5);
    expect(effectOf(...arms, 'RELATIVE')!.standardError).toBeCloseTo(0.025725369, 9);
  });

  it('says nothing of an arm of one user, without variance, or over a mean of 0', () => {
    const none: Statistic = { kind: 'proportion', users: 100, sum: 0 };
    const zeroMean: Statistic = { kind: 'mean', users: 100, sum: 0, sumSquares: 50 };
    expect(effectOf({ kind: 'proportion', users: 1, sum: 1 }, treatment, 'ABSOLUTE')).toBeNull();
    expect(effectOf(none, treatment, 'ABSOLUTE')).toBeNull();
    expect(effectOf(zeroMean, treatment, 'RELATIVE')).toBeNull();
    expect(effectOf(zeroMean, treatment, 'ABSOLUTE')).not.toBeNull();
    expect(() => ratioStatistic(Float64Array.of(1), Float64Array.of(1, 2))).toThrow('1 values and 2 values are not of the same users');
  });

  it('has an always-valid interval that is wider than the fixed one, at any size', () => {
    near(mixtureScale(0.05, 5_000), 0.03984006677137368);
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1_000_000 }), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (users, share) => {
        const sum = Math.max(1, Math.floor(users * share));
        const effect = effectOf(
          { kind: 'proportion', users, sum },
          { kind: 'proportion', users, sum: sum - (sum > 1 ? 1 : 0) },
          'RELATIVE',
        );
        if (effect === null) return;
        const [fixed, always] = [fixedTest(effect).interval, alwaysValidTest(effect).interval];
        expect(always.low).toBeLessThan(fixed.low);
        expect(always.high).toBeGreaterThan(fixed.high);
      }),
      { seed: 2, numRuns: 50 },
    );
    expect(() => alwaysValidTest(effectOf(control, treatment, 'ABSOLUTE')!, 0.5, 5_000, 'LESS')).toThrow('alpha is 0.5; it must lie between 0 and 0.5'); // prettier-ignore
  });
});

describe('the sample ratio', () => {
  it.each([
    [[1_000, 1_200], [1, 1], 2.007866e-5],
    [[821_588, 815_482], [1, 1], 1.821793e-6],
    [[310, 298], [1, 1], 0.626496],
    [[10_000, 10_300, 9_700], [1, 1, 1], 1.234098e-4],
    [[8_900, 1_100], [9, 1], 8.581207e-4],
  ])('of %j against %j has the p-value %d', (users, weights, expected) => {
    expect(Math.abs(sampleRatioPValue(users, weights) / expected - 1)).toBeLessThan(1e-6);
  });

  it('alarms between 5,327 and 5,335 against 5,000, gives arms of weight 0 no degree of freedom, and is silent about 15 users', () => {
    expect(sampleRatioOf([5_000, 5_327], [0.5, 0.5]).mismatch).toBe(false);
    expect(sampleRatioOf([5_000, 5_335], [0.5, 0.5]).mismatch).toBe(true);
    expect(sampleRatioPValue([5_000, 5_335, 0], [0.5, 0.5, 0])).toBe(sampleRatioPValue([5_000, 5_335], [0.5, 0.5]));
    expect(sampleRatioOf([15, 0], [0.5, 0.5])).toEqual({ pValue: null, mismatch: false, detectableLoss: null });
    // (3.2905 + 1.2816) * sqrt(2 / 100,000) = 0.02045: a loss of 2% is nearly noticed with 100,000 users an arm.
    expect(sampleRatioOf([100_000, 100_000], [0.5, 0.5]).detectableLoss).toBeCloseTo(0.02045, 4);
  });
});

describe('corrections for many tests', () => {
  it('are those of Holm and of Benjamini and Hochberg', () => {
    // Sorted 0.01 0.02 0.03 0.04: Holm times 4 3 2 1, never falling; Benjamini and Hochberg times 4/1 4/2 4/3 4/4, the least from the right.
    expect(holm([0.04, 0.01, 0.03, 0.02]).map((p) => +p.toFixed(6))).toEqual([0.06, 0.04, 0.06, 0.06]);
    expect(benjaminiHochberg([0.04, 0.01, 0.03, 0.02]).map((p) => +p.toFixed(6))).toEqual([0.04, 0.04, 0.04, 0.04]);
    expect(holm([0.5, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('cutting the greatest values', () => {
  it('cuts all arms at one quantile of all users', () => {
    const arms = [Float64Array.of(1, 2, 3), Float64Array.of(4, 100)];
    // Sorted 1 2 3 4 100; place 0.75 * 4 = 3: the value 4.
    expect(cutOf(arms, 0.75)).toBe(4);
    expect([...cutTo(arms[1], 4)]).toEqual([4, 4]);
    expect(cutOf([], 0.999)).toBe(Infinity);
  });
});

describe('cohorts', () => {
  it('count a second day of ordering only once thirty days are over', () => {
    const now = 100 * DAY;
    expect(boughtAgain([now - 29 * DAY, now - DAY], now, 30)).toBeNull();
    expect(boughtAgain([now - 40 * DAY, now - 20 * DAY], now, 30)).toBe(true);
    expect(boughtAgain([now - 40 * DAY, now - 40 * DAY + 3_600_000], now, 30)).toBe(false);
    expect(boughtAgain([now - 40 * DAY, now - 5 * DAY], now, 30)).toBe(false);
    expect(boughtAgain([], now, 30)).toBeNull();
  });

  it('do not punish the arm whose users came later, as counting everybody does', () => {
    const random = quickRandom(4);
    const now = 60 * DAY;
    const shares = [0, 1].map((arm) => {
      let [naive, mature, ofMature] = [0, 0, 0];
      for (let i = 0; i < 40_000; i++) {
        // Users of arm 1 come in the second half more often; half of all come back, on an even day of the 29 after.
        const first = DAY * (arm === 0 ? 60 * random() : 60 * Math.sqrt(random()));
        const again = random() < 0.5 ? first + DAY * (1 + 28 * random()) : Infinity;
        const orders = [first, again].filter((at) => at <= now);
        if (orders.length > 1) naive++;
        const answer = boughtAgain(orders, now, 30);
        if (answer !== null) ofMature++;
        if (answer) mature++;
      }
      return { naive: naive / 40_000, mature: mature / ofMature };
    });
    expect(shares[1].naive - shares[0].naive).toBeLessThan(-0.03);
    // Standard deviation of the difference of two shares of 20,000 and 10,000: 0.006.
    expect(Math.abs(shares[1].mature - shares[0].mature)).toBeLessThan(0.015);
  });
});

describe('planning', () => {
  it('needs 2 * (1.96 + 0.8416)² * 25 / 1² = 393 users an arm to see 10 become 11 with a variance of 25', () => {
    const input = { mean: 10, variance: 25, relativeEffect: 0.1 };
    expect(usersPerArm(input)).toBe(393);
    expect(detectableEffect(393, input)).toBeCloseTo(0.1, 3);
    // 393 * 2 / (100 * 0.5) = 15.7 days.
    expect(planOf(input, 2, 100, 0.5)).toEqual({ usersPerArm: 393, days: 16 });
    expect(usersPerArm({ ...input, isAlwaysValid: true })).toBeGreaterThan(393);
    expect(() => usersPerArm({ ...input, mean: 0 })).toThrow('a plan needs a mean and an effect other than 0');
  });
});

describe('interleaving', () => {
  it('counts a user once, however much he clicks', () => {
    expect(preferenceOf({ first: 0, second: 0 })).toBeNull();
    expect(preferenceOf({ first: 1, second: 3 })).toBe(0.5);
    const once = Array.from({ length: 150 }, () => ({ first: 0, second: 1 }));
    const often = Array.from({ length: 50 }, () => ({ first: 20, second: 0 }));
    const verdict = interleavingVerdict([...once, ...often, { first: 0, second: 0 }])!;
    expect(verdict.users).toBe(200);
    // (150 - 50) / 200 = 0.5; variance (1 - 0.25) * 200 / 199.
    expect(verdict.preference).toBe(0.5);
    expect(verdict.fixed.interval.high - verdict.preference).toBeCloseTo(studentQuantile(0.025, 199) * Math.sqrt(0.75 / 199), 9);
    expect(verdict.alwaysValid.interval.low).toBeGreaterThan(0);
    expect(interleavingVerdict(once)).toBeNull();
  });
});
