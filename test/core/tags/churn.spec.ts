import { aucOf, calibrationErrorOf, churnRisk, fitChurn, fitLogistic, type LabelledRow } from '../../../src/core/tags/churn.js';
import { seededRandom } from '../../../src/core/random.js';
import { scaleOf, standardised } from '../../../src/core/tags/standardised.js';

describe('fitLogistic', () => {
  it('gives the logarithm of the odds where nothing else is known', () => {
    // One in four: ln(1 / 3).
    expect(fitLogistic([[], [], [], []], [true, false, false, false])[0]).toBeCloseTo(Math.log(1 / 3), 6);
  });

  it('finds the weights that drew the outcomes', () => {
    const random = seededRandom(7);
    const rows = Array.from({ length: 4_000 }, () => [random() * 4 - 2, random() * 4 - 2]);
    const outcomes = rows.map(([a, b]) => random() < 1 / (1 + Math.exp(-(0.5 + a - 2 * b))));
    const [bias, a, b] = fitLogistic(rows, outcomes);
    expect([bias, a, b].map((weight, i) => Math.abs(weight - [0.5, 1, -2][i]) < 0.15)).toEqual([true, true, true]);
  });

  it('stays finite where one trait tells all', () => {
    const weights = fitLogistic([[-1], [-1], [1], [1]], [false, false, true, true]);
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(weights[1]).toBeGreaterThan(0.5);
  });
});

describe('how well a risk foretells', () => {
  it('is the chance of ranking one who left above one who stayed, equal ones counting half', () => {
    // Pairs (0.9, 0.5), (0.9, 0.2), (0.5, 0.5), (0.5, 0.2): 1 + 1 + 0.5 + 1 of 4.
    expect(aucOf([0.9, 0.5, 0.5, 0.2], [true, true, false, false])).toBe(3.5 / 4);
    expect(aucOf([0.1, 0.2], [true, true])).toBe(0.5);
  });

  it('is the distance of what was said from what came, group by group', () => {
    // Two groups: said 0.1 + 0.3, came 0; said 0.6 + 0.8, came 2: (0.4 + 0.6) / 4.
    expect(calibrationErrorOf([0.1, 0.3, 0.6, 0.8], [false, false, true, true], 2)).toBeCloseTo(0.25, 9);
  });
});

describe('fitChurn', () => {
  const options = { traits: ['idle'], horizonDays: 30 };
  const rows = (seed: number, count: number, slope: number): LabelledRow[] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, () => {
      const idle = random() * 10;
      return { traits: [idle], churned: random() < 1 / (1 + Math.exp(-slope * (idle - 5))) };
    });
  };

  it('keeps what holds on a later time, with how well', () => {
    const model = fitChurn(rows(1, 1000, 1), rows(2, 1000, 1), options)!;
    expect([model.fittedOn, model.measuredOn, model.auc > 0.85, model.calibrationError < 0.05]).toEqual([1000, 1000, true, true]);
    expect(churnRisk(model, [9])).toBeGreaterThan(0.9);
    expect(churnRisk(model, [1])).toBeLessThan(0.1);
  });

  it('says nothing where there are few, where all stay, or where the later time is another', () => {
    expect(fitChurn(rows(1, 199, 1), rows(2, 1000, 1), options)).toBeNull();
    expect(fitChurn(rows(1, 1000, 1).map((row) => ({ ...row, churned: false })), rows(2, 1000, 1), options)).toBeNull(); // prettier-ignore
    expect(fitChurn(rows(1, 1000, 1), rows(2, 1000, -1), options)).toBeNull();
    expect(fitChurn(rows(1, 1000, 0), rows(2, 1000, 0), options)).toBeNull();
  });
});

describe('standardised', () => {
  it('takes values in deviations from the mean, at most four', () => {
    const scale = scaleOf([[1, 7], [3, 7]]); // prettier-ignore
    expect(scale).toEqual({ means: [2, 7], deviations: [1, 1] });
    expect(standardised([4, 7], scale)).toEqual([2, 0]);
    expect(standardised([400, -100], scale)).toEqual([4, -4]);
  });
});
