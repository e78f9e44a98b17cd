import fc from 'fast-check';
import { type Choice, fitRules } from '../../../src/core/scoring/fit-rules.js';

const choice = (rows: number[][], ...taken: number[]): Choice => ({ features: Float32Array.from(rows.flat()), taken });
const weightOf = (fit: ReturnType<typeof fitRules>, name: string): number => fit.weights.find((weight) => weight.name === name)?.value ?? 0;

describe('fitRules', () => {
  it('finds the odds of one flag', () => {
    // Of two, the flagged one is taken 3 times in 4: the odds are 3, so the weight is ln 3, but for a penalty that a thousand choices outweigh.
    const choices = Array.from({ length: 1000 }, (_, i) => choice([[1], [0]], i % 4 === 0 ? 1 : 0));
    const fit = fitRules(choices, { names: ['flag'], penalty: 1e-6 });
    expect(weightOf(fit, 'flag')).toBeCloseTo(Math.log(3), 2);
    expect(fit.atRandom).toBeCloseTo(-Math.LN2, 9);
    expect(fit.logLikelihood).toBeCloseTo(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25), 4);
  });

  it('gives weight 0 to what is the same for every row of a choice', () => {
    const choices = Array.from({ length: 50 }, (_, i) => choice([[1, i], [0, i], [0, i]], 0)); // prettier-ignore
    const fit = fitRules(choices, { names: ['flag', 'constant'] });
    expect(fit.weights.map(({ name }) => name)).toEqual(['flag']);
    expect(weightOf(fit, 'flag')).toBeGreaterThan(0);
  });

  it('stays small where little was seen, and grows with what is', () => {
    const once = choice([[1], [0]], 0);
    const weights = [1, 10, 100].map((n) => weightOf(fitRules(Array<Choice>(n).fill(once), { names: ['flag'] }), 'flag'));
    expect(weights[0]).toBeGreaterThan(0);
    expect(weights[1]).toBeGreaterThan(weights[0]);
    expect(weights[2]).toBeGreaterThan(weights[1]);
  });

  it('shares a choice among all that was taken of it', () => {
    // Both were taken, so neither is better.
    expect(fitRules([choice([[1], [0]], 0, 1)], { names: ['flag'] }).weights).toEqual([]);
  });

  it('does not depend on the unit of a feature, in what it foretells', () => {
    const rows = [[1, 0.5], [2, 0.1], [3, 0.9]]; // prettier-ignore
    const inUnits = (unit: number) =>
      fitRules(Array.from({ length: 30 }, (_, i) => choice(rows.map(([a, b]) => [a * unit, b]), i % 3 === 0 ? 1 : 2)), { names: ['a', 'b'] }); // prettier-ignore
    expect(inUnits(1024).logLikelihood).toBeCloseTo(inUnits(1).logLikelihood, 6);
    expect(weightOf(inUnits(2), 'a') * 2).toBeCloseTo(weightOf(inUnits(1), 'a'), 3);
  });

  it('is never worse than chance, and finite', () => {
    const row = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 3, maxLength: 3 });
    const anyChoice = fc
      .array(row, { minLength: 1, maxLength: 6 })
      .chain((rows) => fc.nat(rows.length - 1).map((taken) => choice(rows, taken)));
    fc.assert(
      fc.property(fc.array(anyChoice, { minLength: 1, maxLength: 12 }), (choices) => {
        const fit = fitRules(choices, { names: ['a', 'b', 'c'] });
        expect(fit.weights.every(({ value }) => Number.isFinite(value))).toBe(true);
        expect(fit.logLikelihood).toBeGreaterThanOrEqual(fit.atRandom - 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what does not fit', () => {
    expect(() => fitRules([], { names: ['a'] })).toThrow('0 choices say nothing');
    expect(() => fitRules([choice([[1, 2, 3]], 0)], { names: ['a', 'b'] })).toThrow('3 values do not make rows of 2 features');
  });
});
