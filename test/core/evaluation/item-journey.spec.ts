import { JourneyOfItem, type JourneyRequest } from '../../../src/core/evaluation/item-journey.js';
import { somePlaced } from '../../contract/arbitrary-pages.js';

const ITEM = 7;
const FEED = '0193a000-0000-7000-8000-000000000001';

/** A request that ranked some items, removed others, and placed others still. */
const request = (ranked: number[], removed: number[], placed: number[], samplingRate: number, isSeen = false): JourneyRequest => ({
  page: { feedId: FEED, placed: placed.map((itemNo, i) => somePlaced(i + 1, { itemNo })) },
  pool: { itemNos: Uint32Array.from(ranked), removed: removed.map((itemNo) => ({ itemNo, component: `filter-${itemNo}` })), samplingRate },
  outcomes: isSeen ? [{ exposureId: `${FEED}.1`, type: 'IMPRESSION' }] : [],
});

describe('the journey of an item', () => {
  it('says how far it came, and estimates how often in all requests', () => {
    const journey = new JourneyOfItem(ITEM);
    journey.add(request([7, 1], [], [7, 1], 0.25, true)); // served first and seen
    journey.add(request([1, 7], [], [1], 0.25)); // ranked second, displaced
    journey.add(request([1], [7], [1], 0.5)); // taken out
    journey.add(request([1, 2], [3], [1], 1)); // never proposed
    // Kept requests stand for 4, 4, 2 and 1 each.
    expect(journey.journey()).toEqual({
      requests: { sampled: 4, estimated: 11 },
      retrieved: { sampled: 3, estimated: 10 },
      removed: { sampled: 1, estimated: 2 },
      removedBy: [{ filter: 'filter-7', sampled: 1, estimated: 2 }],
      ranked: { sampled: 2, estimated: 8 },
      displaced: { sampled: 1, estimated: 4 },
      served: { sampled: 1, estimated: 4 },
      seen: { sampled: 1, estimated: 4 },
      meanRank: 1.5,
    });
  });

  it('knows nothing of an item that was in no request', () => {
    expect(new JourneyOfItem(ITEM).journey()).toMatchObject({ requests: { sampled: 0, estimated: 0 }, removedBy: [], meanRank: null });
  });
});
