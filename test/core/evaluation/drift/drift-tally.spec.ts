import { ColumnSample } from '../../../../src/core/evaluation/drift/column-sample.js';
import { DriftTally, driftRows } from '../../../../src/core/evaluation/drift/drift-tally.js';
import { seededRandom } from '../../../../src/core/random.js';

const TENTHS = Array.from({ length: 11 }, (_, i) => i / 10);
const NAMES = ['a@1', 'b@1'];

/** Pages of ten rows: column a by a rule, b always 0.5. */
function tallied(valueOf: (row: number) => number, rows: number, baseline: Record<string, number[]> = { 'a@1': TENTHS }): DriftTally {
  const tally = new DriftTally(baseline);
  for (let first = 0; first < rows; first += 10) {
    const values = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? valueOf(first + i / 2) : 0.5));
    tally.add(
      NAMES,
      values,
      Array.from({ length: 10 }, (_, i) => valueOf(first + i)),
    );
  }
  return tally;
}

describe('drift of a day', () => {
  it('is near 0 for what is spread as it was', () => {
    const [found, ...rest] = tallied((row) => ((row * 7) % 100) / 100 + 0.005, 1_000).found();
    expect(found.feature).toBe('a@1');
    expect(found.psi).toBeLessThan(0.01);
    expect(rest).toEqual([]);
  });

  it('is what the formula says: all of two fifths of the bins gone, the others fuller', () => {
    // Bins of a tenth each. 1,000 rows fall evenly into the upper six: (167.17 of 1,005) each; half a sighting in each of the lower four.
    const psi = tallied((row) => 0.4 + ((row % 600) / 600) * 0.6, 1_200).found()[0].psi;
    const [upper, lower] = [(200 + 0.5) / 1205, 0.5 / 1205];
    const expected = 6 * (upper - 0.1) * Math.log(upper / 0.1) + 4 * (lower - 0.1) * Math.log(lower / 0.1);
    expect(psi).toBeCloseTo(expected, 1);
    expect(psi).toBeGreaterThan(0.25);
  });

  it('tells nothing of few rows, of columns without a baseline and of columns that were not logged', () => {
    expect(tallied(() => 0.5, 490).found()).toEqual([]);
    expect(tallied(() => 0.5, 500, { 'c@1': TENTHS, 'a@1': [] }).found()).toEqual([]);
  });

  it('counts scores beside features', () => {
    const found = tallied((row) => (row % 100) / 100, 500, { score: TENTHS.map((x) => x * 10), 'a@1': TENTHS }).found();
    expect(found.map(({ feature, psi }) => [feature, psi > 0.25])).toEqual([['score', true], ['a@1', false]]); // prettier-ignore
  });
});

describe('what counts as drifted', () => {
  it('is above 0.25 on two days one after the other', () => {
    const latest = [
      { feature: 'both', psi: 0.3 },
      { feature: 'today', psi: 0.9 },
      { feature: 'small', psi: 0.2 },
      { feature: 'edge', psi: 0.25 },
    ];
    const before = [{ feature: 'both', psi: 0.26 }, { feature: 'today', psi: 0.1 }, { feature: 'small', psi: 0.3 }, { feature: 'edge', psi: 1 }]; // prettier-ignore
    expect(driftRows(latest, before).map(({ drifted }) => drifted)).toEqual([true, false, false, false]);
    expect(driftRows(latest, []).some(({ drifted }) => drifted)).toBe(false);
  });
});

describe('a sample of a stream', () => {
  it('has exact points while it holds everything, and near ones after that', () => {
    const sample = new ColumnSample(101, seededRandom(1));
    expect(sample.quantiles()).toEqual([]);
    for (let i = 100; i >= 0; i--) sample.add(i);
    expect(sample.quantiles()).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    const long = new ColumnSample(2_000, seededRandom(2));
    for (let i = 0; i < 100_000; i++) long.add(i / 100_000);
    expect(long.count).toBe(100_000);
    // A median of 2,000 draws is within five times 0.5 / sqrt(2000) = 0.011 of the true one.
    expect(Math.abs(long.quantiles()[5] - 0.5)).toBeLessThan(0.056);
  });
});
