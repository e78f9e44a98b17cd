import fc from 'fast-check';
import { column, featureCatalogue } from '../../../src/core/features/catalogue.js';
import { FeatureMatrix } from '../../../src/core/features/matrix.js';
import { contributionsOf, SCALING } from '../../../src/core/scoring/contributions.js';
import { finiteScores } from '../../../src/core/scoring/objective.js';
import { mixPrior, UNMIXED } from '../../../src/core/scoring/prior.js';
import { rankRows } from '../../../src/core/scoring/ranking.js';
import { popularityScorer, scoreByTerms, termsOf } from '../../../src/core/scoring/rules.js';

const sum = (contributions: { value: number }[]): number => contributions.reduce((total, { value }) => total + value, 0);

/** A matrix with some values in the columns of popularity and of co-occurrence. */
function matrixOf(rows: [popularity: number, cf: number][]): FeatureMatrix {
  const matrix = new FeatureMatrix(rows.length);
  rows.forEach(([popularity, cf], row) => {
    matrix.set(row, column('item.popularity_log@1'), popularity);
    matrix.set(row, column('cross.cf@1'), cf);
  });
  return matrix;
}

describe('the objective', () => {
  it('gives what is not finite the lowest score of the rest', () => {
    expect([...finiteScores(Float64Array.of(3, NaN, -1, Infinity, -Infinity, 2))]).toEqual([3, -1, -1, -1, -1, 2]);
    expect([...finiteScores(Float64Array.of(NaN, -Infinity))]).toEqual([0, 0]);
    expect([...finiteScores(new Float64Array(0))]).toEqual([]);
  });
});

describe('rules', () => {
  it('score the sum of weight times feature', () => {
    const terms = termsOf([{ name: 'cross.cf@1', value: 2 }, { name: 'item.popularity_log@1', value: 0.5 }]); // prettier-ignore
    // 0.5 * 4 + 2 * 1 = 4; 0.5 * 2 + 2 * 3 = 7.
    expect([...scoreByTerms(terms, matrixOf([[4, 1], [2, 3]]))]).toEqual([4, 7]); // prettier-ignore
  });

  it('leave out what is off or unknown, and do not depend on the order they are written in', () => {
    const rules = [{ name: 'cross.cf@1', value: 2 }, { name: 'no.such.feature', value: 9 }, { name: 'item.popularity_log@1', value: 0.5 }, { name: 'item.age_log@1', value: 0 }]; // prettier-ignore
    expect(termsOf(rules).map(({ name }) => name)).toEqual(['item.popularity_log@1', 'cross.cf@1']);
    expect(termsOf([...rules].reverse())).toEqual(termsOf(rules));
  });

  it('explain themselves exactly', () => {
    const weights = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
      minLength: featureCatalogue.length,
      maxLength: featureCatalogue.length,
    });
    fc.assert(
      fc.property(
        weights,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, cells, priorWeight) => {
          const terms = termsOf(featureCatalogue.map(({ name }, i) => ({ name, value: values[i] })));
          const matrix = new FeatureMatrix(3);
          cells.forEach((cell, row) => featureCatalogue.forEach((_, i) => matrix.set(row, i, cell * (i + 1))));
          const scores = scoreByTerms(terms, matrix);
          for (let row = 0; row < 3; row++) expect(sum(contributionsOf(terms, UNMIXED, matrix, row))).toBeCloseTo(scores[row], 9);
          const mixture = mixPrior(
            scores,
            Float32Array.from([0, 1, 2], (row) => matrix.get(row, column('request.prior@1'))),
            priorWeight,
          );
          for (let row = 0; row < 3; row++) expect(sum(contributionsOf(terms, mixture, matrix, row))).toBeCloseTo(scores[row], 8);
        },
      ),
    );
  });

  it('tell one term at least, and none that is 0 beside others', () => {
    const terms = termsOf([{ name: 'cross.cf@1', value: 2 }, { name: 'item.popularity_log@1', value: 1 }]); // prettier-ignore
    const matrix = matrixOf([[0, 0], [0, 3]]); // prettier-ignore
    expect(contributionsOf(terms, UNMIXED, matrix, 0)).toEqual([{ name: 'item.popularity_log@1', value: 0 }]);
    expect(contributionsOf(terms, UNMIXED, matrix, 1)).toEqual([{ name: 'cross.cf@1', value: 6 }]);
    expect(contributionsOf([], UNMIXED, matrix, 1)).toEqual([{ name: 'request.prior@1', value: 0 }]);
  });

  it('have popularity alone behind them', () => {
    expect([...(popularityScorer.score(matrixOf([[4, 9], [2, 9]])) as Float64Array)]).toEqual([4, 2]); // prettier-ignore
  });
});

describe("the caller's scores", () => {
  const prior = Float32Array.of(1, 0.5, 0);

  it('change nothing at weight 0', () => {
    const scores = Float64Array.of(-3, 8, 5);
    expect([mixPrior(scores, prior, 0), [...scores]]).toEqual([UNMIXED, [-3, 8, 5]]);
  });

  it('are mixed with relevance scaled to 0..1', () => {
    // Scaled: 0, 1, 0.5; half of that and half of the prior: 0.5, 0.75, 0.25.
    const scores = Float64Array.of(2, 6, 4);
    const mixture = mixPrior(scores, prior, 0.5);
    expect([...scores]).toEqual([0.5, 0.75, 0.25]);
    expect(mixture).toEqual({ scale: 0.125, offset: -0.25, priorWeight: 0.5 });
  });

  it('are all that counts at weight 1, or where relevance is level', () => {
    for (const [scores, weight] of [
      [Float64Array.of(2, 6, 4), 1],
      [Float64Array.of(7, 7, 7), 0.4],
    ] as [Float64Array, number][]) {
      // prettier-ignore
      mixPrior(scores, prior, weight);
      expect([...rankRows(scores, Uint32Array.of(2, 1, 0))]).toEqual([0, 1, 2]);
    }
  });

  it('stand among the contributions with the scaling', () => {
    const terms = termsOf([{ name: 'item.popularity_log@1', value: 1 }, { name: 'request.prior@1', value: 2 }]); // prettier-ignore
    const matrix = matrixOf([[4, 0]]); // prettier-ignore
    matrix.set(0, column('request.prior@1'), 0.5);
    const mixture = { scale: 0.5, offset: -1, priorWeight: 0.25 };
    // 1 * 0.5 * 4, then 2 * 0.5 * 0.5 with 0.25 * 0.5 of the prior itself.
    expect(contributionsOf(terms, mixture, matrix, 0)).toEqual([{ name: 'item.popularity_log@1', value: 2 }, { name: 'request.prior@1', value: 0.625 }, { name: SCALING, value: -1 }]); // prettier-ignore
    expect(contributionsOf(terms.slice(0, 1), mixture, matrix, 0)[1]).toEqual({ name: 'request.prior@1', value: 0.125 });
  });
});

describe('rankRows', () => {
  it('puts the best first, and of equals the lower in the order of ties', () => {
    expect([...rankRows(Float64Array.of(1, 5, 5, 7), Uint32Array.of(0, 9, 4, 1))]).toEqual([3, 2, 1, 0]);
  });
});
