import { sharesOf, spreadGreedily } from '../../../src/core/evaluation/frontier/spread-greedily.js';

describe('the spread of a page', () => {
  it('has shares by the odds of scores', () => {
    // exp(0), exp(-1.4 / 1.4): 1 / (1 + 1 / e) = 0.7311.
    const shares = sharesOf(Float64Array.of(2, 0.6));
    expect(shares[0]).toBeCloseTo(0.7311, 4);
    expect(shares[0] + shares[1]).toBeCloseTo(1, 12);
  });

  it('keeps the order at strength 0, and takes one of each kind first at strength 1', () => {
    const shares = Float64Array.of(0.4, 0.3, 0.2, 0.1);
    const kinds = Int32Array.of(1, 1, 2, 3);
    expect([...spreadGreedily(shares, kinds, 0, 4)]).toEqual([0, 1, 2, 3]);
    expect([...spreadGreedily(shares, kinds, 1, 4)]).toEqual([0, 2, 3, 1]);
  });

  it('leaves a clear favourite its kind where nobody else is likely', () => {
    // Growth of the entropy of a page of two by a second kind is 0.5 ln 2 = 0.3466 and by the same kind -0.3466: 0.9 * 0.9 is beaten by none at a tenth.
    expect([...spreadGreedily(Float64Array.of(0.5, 0.4, 0.1), Int32Array.of(1, 1, 2), 0.1, 2)]).toEqual([0, 1]);
    expect([...spreadGreedily(Float64Array.of(0.5, 0.4, 0.1), Int32Array.of(1, 1, 2), 0.4, 2)]).toEqual([0, 2]);
  });
});
