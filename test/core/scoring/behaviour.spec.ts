import { Catalogue } from '../../../src/core/candidates/catalogue.js';
import { EVENT_TYPE_NO } from '../../../src/core/events/event.js';
import { PLAIN_ITEM } from '../../../src/core/item.js';
import { behaviourOf, candidateNamesOf } from '../../../src/core/scoring/behaviour.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { HOUR_MS } from '../../../src/core/time.js';

const catalogue = new Catalogue();
const put = (no: number, categoryNos: number[], brandNo: number, creatorNo: number): void =>
  catalogue.put({
    no,
    item: { ...PLAIN_ITEM, id: `${no}`, title: '', categories: [], createdAt: 0 },
    categoryNos,
    brandNo,
    creatorNo,
    removed: false,
  });
put(0, [3, 9], 4, 5);
put(1, [], 0, 0);

describe('behaviourOf', () => {
  const state = {
    ...emptyState(),
    recent: [
      { itemNo: 1, type: 'CLICK' as const, occurredAt: 9 * HOUR_MS },
      { itemNo: 0, type: 'PURCHASE' as const, occurredAt: 0 },
      { itemNo: 7, type: 'VIEW' as const, occurredAt: 0 },
    ],
  };

  it('tells the last acts newest first, with the narrowest category, and ends in zeros', () => {
    const { category, brand, creator, type, gap } = behaviourOf(state, catalogue, 10 * HOUR_MS, 4);
    expect([...category]).toEqual([0n, 9n, 0n, 0n]);
    expect([...brand]).toEqual([0n, 4n, 0n, 0n]);
    expect([...creator]).toEqual([0n, 5n, 0n, 0n]);
    expect([...type]).toEqual([EVENT_TYPE_NO.CLICK + 1, EVENT_TYPE_NO.PURCHASE + 1, EVENT_TYPE_NO.VIEW + 1, 0].map(BigInt));
    // ln(1 + 1) and ln(1 + 10)
    expect([...gap].map((value) => value.toFixed(4))).toEqual(['0.6931', '2.3979', '2.3979', '0.0000']);
  });

  it('is cut to the length of the model, and all zeros where nothing may be known', () => {
    expect([...behaviourOf(state, catalogue, 0, 1).type]).toEqual([BigInt(EVENT_TYPE_NO.CLICK + 1)]);
    expect([...behaviourOf(null, catalogue, 0, 2).type]).toEqual([0n, 0n]);
  });
});

describe('candidateNamesOf', () => {
  it('tells what candidates are in the same numbers', () => {
    const { category, brand, creator } = candidateNamesOf(Uint32Array.of(1, 0), catalogue);
    expect([[...category], [...brand], [...creator]]).toEqual([[0n, 9n], [0n, 4n], [0n, 5n]]); // prettier-ignore
  });
});
