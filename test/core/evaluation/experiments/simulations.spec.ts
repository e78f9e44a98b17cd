import { isGuardrailBroken, relativeAlwaysValid } from '../../../../src/core/evaluation/experiments/comparison.js';
import { effectOf } from '../../../../src/core/evaluation/experiments/effect.js';
import { alwaysValidTest, fixedTest, type Range } from '../../../../src/core/evaluation/experiments/intervals.js';
import { usersPerArm } from '../../../../src/core/evaluation/experiments/plan.js';
import { sampleRatioOf } from '../../../../src/core/evaluation/experiments/sample-ratio.js';
import { adjustedStatistic, meanStatistic, type Statistic } from '../../../../src/core/evaluation/experiments/statistic.js';
import { placeOf } from '../../../../src/core/requests/experiments/hash.js';
import { binomial, median, normal, quickRandom } from './draws.js';

const RUNS = 2_000;
const LOOKS = 100;
const proportion = (users: number, sum: number): Statistic => ({ kind: 'proportion', users, sum });

/** Users of both arms at the look that stops, per run; Infinity where none does. `step` users arrive per arm and look. */
function stops(seed: number, runs: number, step: number, controlShare: number, share: number): number[] {
  const random = quickRandom(seed);
  const [drawControl, draw] = [binomial(step, controlShare), binomial(step, share)];
  return Array.from({ length: runs }, () => {
    let [control, treatment] = [0, 0];
    for (let look = 1; look <= LOOKS; look++) {
      control += drawControl(random);
      treatment += draw(random);
      const arms = [proportion(look * step, control), proportion(look * step, treatment)] as const;
      if (look * step >= 100 && control >= 5 && isGuardrailBroken(...arms, true, 0)) return 2 * look * step;
    }
    return Infinity;
  });
}

const holdsZero = (range: Range | null): boolean => range === null || (range.low <= 0 && range.high >= 0);
const shareOf = (hits: number[], runs = RUNS): number => hits.filter((at) => at < Infinity).length / runs;

describe('2,000 experiments whose arms are alike', () => {
  const random = quickRandom(20_261);
  const draw = binomial(100, 0.05);
  let [fixedAlarms, peekedAlarms, alwaysValidAlarms, relativeAlarms] = [0, 0, 0, 0];

  beforeAll(() => {
    for (let run = 0; run < RUNS; run++) {
      let [control, treatment] = [0, 0];
      let [peeked, alwaysValid, relative] = [false, false, false];
      for (let look = 1; look <= LOOKS; look++) {
        control += draw(random);
        treatment += draw(random);
        const arms = [proportion(100 * look, control), proportion(100 * look, treatment)] as const;
        const effect = effectOf(...arms, 'ABSOLUTE');
        if (effect === null) continue;
        if (!relative && control >= 5 && treatment >= 5) relative = !holdsZero(relativeAlwaysValid(...arms));
        alwaysValid ||= alwaysValidTest(effect).pValue < 0.05;
        // A normal bound, for there are 198 degrees of freedom and more: it is only to show what looking does to a fixed test.
        peeked ||= Math.abs(effect.value) > 1.96 * effect.standardError;
        if (look === LOOKS && fixedTest(effect).pValue < 0.05) fixedAlarms++;
      }
      if (peeked) peekedAlarms++;
      if (alwaysValid) alwaysValidAlarms++;
      if (relative) relativeAlarms++;
    }
  });

  it('alarm in 4 to 6 of 100 with a fixed test and one look', () => {
    expect(fixedAlarms / RUNS).toBeGreaterThanOrEqual(0.04);
    expect(fixedAlarms / RUNS).toBeLessThanOrEqual(0.06);
  });

  it('alarm in at most 5 of 100 with an always-valid test and 100 looks, where the fixed test does in more than 25', () => {
    expect(alwaysValidAlarms / RUNS).toBeLessThanOrEqual(0.05);
    expect(relativeAlarms / RUNS).toBeLessThanOrEqual(0.05);
    expect(peekedAlarms / RUNS).toBeGreaterThan(0.25);
  });

  it('are called badly split in at most 3 of 1,000, when the hash splits them', () => {
    let alarms = 0;
    for (let run = 0; run < RUNS; run++) {
      let first = 0;
      for (let user = 0; user < 200; user++) if (placeOf(`experiment-${run}`, `u${user}`)! < 0.5) first++;
      if (sampleRatioOf([first, 200 - first], [0.5, 0.5]).mismatch) alarms++;
    }
    expect(alarms / RUNS).toBeLessThanOrEqual(0.003);
  });
});

describe('a covariate with correlation 0.7', () => {
  it('keeps the rate of false alarms and takes 0.49 of the variance away', () => {
    const random = quickRandom(5);
    const users = 200;
    const noise = Math.sqrt(1 - 0.49);
    let alarms = 0;
    let reduction = 0;
    const arm = () => {
      const [before, after] = [new Float64Array(users), new Float64Array(users)];
      for (let i = 0; i < users; i++) {
        before[i] = normal(random);
        after[i] = 10 + 0.7 * before[i] + noise * normal(random);
      }
      return adjustedStatistic(after, before);
    };
    for (let run = 0; run < RUNS; run++) {
      const effect = effectOf(arm(), arm(), 'RELATIVE')!;
      if (fixedTest(effect).pValue < 0.05) alarms++;
      reduction += effect.varianceReduction / RUNS;
    }
    expect(alarms / RUNS).toBeGreaterThanOrEqual(0.04);
    expect(alarms / RUNS).toBeLessThanOrEqual(0.06);
    expect(Math.abs(reduction - 0.49)).toBeLessThan(0.01);
  });
});

describe('the guardrail', () => {
  it('stops a variant with 20% fewer conversions, looking 100 times', () => {
    const found = stops(8, 500, 400, 0.05, 0.04);
    expect(shareOf(found, 500)).toBeGreaterThan(0.97);
    expect(median(found)).toBeLessThan(40_000);
  });

  it('stops a variant without effect in at most 5 of 100, looking 100 times', () => {
    expect(shareOf(stops(9, RUNS, 200, 0.05, 0.05))).toBeLessThanOrEqual(0.05);
  });
});

describe('a plan', () => {
  it('has the power that it promises', () => {
    const random = quickRandom(10);
    const input = { mean: 10, variance: 25, relativeEffect: 0.1 };
    const users = usersPerArm(input);
    const values = new Float64Array(users);
    const arm = (mean: number) => {
      for (let i = 0; i < users; i++) values[i] = mean + 5 * normal(random);
      return meanStatistic(values);
    };
    let found = 0;
    for (let run = 0; run < 1_000; run++) if (fixedTest(effectOf(arm(10), arm(11), 'ABSOLUTE')!).pValue < 0.05) found++;
    expect(Math.abs(found / 1_000 - 0.8)).toBeLessThanOrEqual(0.03);
  });
});
