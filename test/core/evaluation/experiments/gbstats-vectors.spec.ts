import { readFileSync } from 'node:fs';
import { effectOf } from '../../../../src/core/evaluation/experiments/effect.js';
import { type Alternative, alwaysValidTest, fixedTest, mixtureScale } from '../../../../src/core/evaluation/experiments/intervals.js';
import { sampleRatioPValue } from '../../../../src/core/evaluation/experiments/sample-ratio.js';
import { meanOf, type Statistic, type Sums, varianceOf } from '../../../../src/core/evaluation/experiments/statistic.js';

interface TheirSums {
  sum: number;
  sum_squares: number;
}
interface TheirStatistic extends TheirSums {
  kind: string;
  n: number;
  m_statistic: TheirSums;
  d_statistic: TheirSums;
  m_d_sum_of_products: number;
  post_statistic: TheirSums;
  pre_statistic: TheirSums;
  post_pre_sum_of_products: number;
  derived: { mean: number; variance: number };
}
interface Vector {
  test: string;
  relative: boolean;
  config: { alpha: number; sequential_tuning_parameter?: number; rho?: number };
  control: TheirStatistic;
  treatment: TheirStatistic;
  expected: { expected: number; ci: (number | string)[]; uplift: { stddev: number }; errorMessage: string | null; pValue: number };
}
interface Vectors {
  tests: Vector[];
  srm: { users: number[]; weights: number[]; p_value: number }[];
}

const vectors = JSON.parse(readFileSync('test/data/gbstats/vectors.json', 'utf8')) as Vectors;
const TOLERANCE = 1e-6;

const sums = ({ sum, sum_squares }: TheirSums): Sums => ({ sum, sumSquares: sum_squares });

function ours(their: TheirStatistic): Statistic {
  const users = their.n;
  switch (their.kind) {
    case 'SampleMeanStatistic':
      return { kind: 'mean', users, ...sums(their) };
    case 'ProportionStatistic':
      return { kind: 'proportion', users, sum: their.sum };
    case 'RatioStatistic':
      return {
        kind: 'ratio', users, numerator: sums(their.m_statistic), denominator: sums(their.d_statistic), sumProducts: their.m_d_sum_of_products,
      }; // prettier-ignore
    case 'RegressionAdjustedStatistic':
      return {
        kind: 'adjusted', users, after: sums(their.post_statistic), before: sums(their.pre_statistic), sumProducts: their.post_pre_sum_of_products,
      }; // prettier-ignore
    default:
      throw new Error(`no statistic of ours is a ${their.kind}`);
  }
}

const alternativeOf = (test: string): Alternative => (/Greater/.test(test) ? 'GREATER' : /Lesser/.test(test) ? 'LESS' : 'DIFFERENT');

/** Relative distance; p-values as small as the rounding of 1 - p are compared as they stand. */
const distance = (got: number, want: number): number => (got === want ? 0 : Math.abs(got - want) / Math.max(Math.abs(want), 1e-9));

/** Names of the figures that differ from the vector by more than the tolerance. */
function differences({ test, relative, config, control, treatment, expected }: Vector): string[] {
  const effect = effectOf(ours(control), ours(treatment), relative ? 'RELATIVE' : 'ABSOLUTE');
  if (effect === null) return expected.errorMessage === null ? ['no result'] : [];
  const alternative = alternativeOf(test);
  const { interval, pValue } = test.startsWith('Sequential')
    ? alwaysValidTest(effect, config.alpha, config.sequential_tuning_parameter, alternative)
    : fixedTest(effect, config.alpha, alternative);
  const [low, high] = expected.ci.map(Number);
  const pairs: [string, number, number][] = [
    ['value', effect.value, expected.expected],
    ['standard error', effect.standardError, expected.uplift.stddev],
    ['low', interval.low, low],
    ['high', interval.high, high],
    ['p', pValue, expected.pValue],
  ];
  return pairs.filter(([, got, want]) => !(distance(got, want) <= TOLERANCE)).map(([name, got, want]) => `${name} ${got} for ${want}`);
}

describe('the vectors of gbstats', () => {
  it('are all met: intervals, p-values, effects and standard errors of 118 tests', () => {
    const wrong = vectors.tests.flatMap((vector, i) =>
      differences(vector).map((text) => `${i} ${vector.test} ${vector.control.kind} ${text}`),
    );
    expect(wrong).toEqual([]);
    expect(vectors.tests).toHaveLength(118);
  });

  it('are all frequentist: no kind is left out', () => {
    expect(new Set(vectors.tests.map(({ test }) => test))).toEqual(
      new Set([
        'TwoSidedTTest', 'OneSidedTreatmentGreaterTTest', 'OneSidedTreatmentLesserTTest', 'SequentialTwoSidedTTest',
        'SequentialOneSidedTreatmentGreaterTTest', 'SequentialOneSidedTreatmentLesserTTest',
      ]), // prettier-ignore
    );
  });

  it('agree in the mean and variance of 236 arms', () => {
    const arms = vectors.tests.flatMap(({ control, treatment }) => [control, treatment]);
    const wrong = arms.filter((arm) => distance(meanOf(ours(arm)), arm.derived.mean) > TOLERANCE || distance(varianceOf(ours(arm)), arm.derived.variance) > TOLERANCE); // prettier-ignore
    expect(wrong).toEqual([]);
    expect(arms).toHaveLength(236);
  });

  it('agree in the scale of 66 always-valid tests', () => {
    const tuned = vectors.tests.filter(({ config }) => config.rho !== undefined);
    const scaleOf = ({ test, config }: Vector) =>
      mixtureScale(/OneSided/.test(test) ? 2 * config.alpha : config.alpha, config.sequential_tuning_parameter!);
    expect(tuned.filter((vector) => distance(scaleOf(vector), vector.config.rho!) > TOLERANCE)).toEqual([]);
    expect(tuned).toHaveLength(66);
  });

  it('are met by 7 splits of users over arms', () => {
    for (const { users, weights, p_value } of vectors.srm)
      expect(distance(sampleRatioPValue(users, weights), p_value)).toBeLessThan(TOLERANCE);
    expect(vectors.srm).toHaveLength(7);
  });
});
