import { filledUp, IncomingRows, IncomingVectors } from '../../../src/core/candidates/imported-tables.js';
import { neighboursOf } from '../shop-fixture.js';

describe('IncomingVectors', () => {
  it('brings vectors to length 1, the last of an item', () => {
    const incoming = new IncomingVectors();
    expect([incoming.put(1, [1, 1]), incoming.put(1, [3, 4])]).toEqual([null, null]);
    const { dim, vectors } = incoming.finish(2, 9);
    expect(dim).toBe(2);
    [0, 0, 0.6, 0.8].forEach((value, i) => expect(vectors[i]).toBeCloseTo(value, 6));
  });

  it.each<[unknown, string]>([
    [undefined, 'MISSING_FIELD'],
    ['no', 'INVALID_VALUE'],
    [[], 'INVALID_VALUE'],
    [[0, 0], 'INVALID_VALUE'],
    [[1, 'x'], 'INVALID_VALUE'],
    [[1, 2, 3], 'INVALID_VALUE'],
  ])('refuses %j in a space of two', (vector, code) => {
    const incoming = new IncomingVectors();
    incoming.put(0, [1, 0]);
    expect(incoming.put(1, vector)?.code).toBe(code);
    expect(incoming.has(1)).toBe(false);
  });
});

describe('IncomingRows', () => {
  const noOf = (id: string): number | undefined => ({ a: 0, b: 1, c: 2 })[id];

  it('orders rows by weight, passing over the item itself and those that are not there', () => {
    const incoming = new IncomingRows();
    const neighbours = [{ itemId: 'b', weight: 0.2 }, { itemId: 'a', weight: 1 }, { itemId: 'x', weight: 1 }, { itemId: 'c', weight: 0.5 }]; // prettier-ignore
    expect(incoming.put(0, neighbours, noOf)).toBeNull();
    const { offsets, items } = incoming.finish(3, 0);
    expect([[...offsets], [...items]]).toEqual([[0, 2, 2, 2], [2, 1]]); // prettier-ignore
  });

  it.each([
    [null, 'MISSING_FIELD'],
    [[{ itemId: 'b' }], 'INVALID_VALUE'],
    [[{ itemId: 'b', weight: 2 }], 'INVALID_VALUE'],
    [[null], 'INVALID_VALUE'],
  ])(
    // prettier-ignore
    'refuses %j',
    (neighbours, code) => expect(new IncomingRows().put(0, neighbours, noOf)?.code).toBe(code),
  );
});

describe('filledUp', () => {
  const own = neighboursOf(3, { 0: [[1, 0.5]], 1: [[2, 0.25]] }); // prettier-ignore

  it('keeps own rows for items that the imported table does not name', () => {
    const { offsets, items } = filledUp(neighboursOf(2, { 0: [[2, 0.5]] }), own)!; // prettier-ignore
    expect([[...offsets], [...items]]).toEqual([[0, 1, 2, 2], [2, 2]]); // prettier-ignore
  });

  it('is the own table where none, or an empty one, was brought in', () => {
    expect(filledUp(null, own)).toBe(own);
    expect(filledUp(neighboursOf(2, {}), own)).toBe(own);
    expect(filledUp(null, null)).toBeNull();
  });
});
