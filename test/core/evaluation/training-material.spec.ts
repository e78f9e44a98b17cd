import fc from 'fast-check';
import { historyFrom, randomHistory } from './fixture.js';
import { historyOf } from '../../../src/core/evaluation/history.js';
import { queriesOf, type Stream, streamBetween } from '../../../src/core/evaluation/next-event.js';
import { ratioByUser } from '../../../src/core/evaluation/ratios.js';
import { configOf, type Deployed, StreamedService, withoutSlate } from '../../../src/core/evaluation/service-methods.js';
import { drawRows, type MaterialPlan, type MaterialQuery, trainingMaterial } from '../../../src/core/evaluation/training-material.js';
import { viewMaterial } from '../../../src/core/evaluation/view-material.js';
import { FEATURE_COUNT } from '../../../src/core/features/catalogue.js';
import { buildPage } from '../../../src/core/feed.js';
import { seededRandom } from '../../../src/core/random.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';
import { HOUR_MS } from '../../../src/core/time.js';

const DEPLOYED: Deployed = {
  service: { buildPage, neighbourWindowMs: Infinity },
  config: configOf(withoutSlate(DEFAULT_SETTINGS)),
};
const PLAN: MaterialPlan = { negatives: 5, whole: 0, wholeFrom: 1, seed: 3, sequenceLength: 4 };

async function collect(material: AsyncGenerator<MaterialQuery>): Promise<MaterialQuery[]> {
  const queries: MaterialQuery[] = [];
  for await (const query of material) queries.push(query);
  return queries;
}

const materialOf = (stream: Stream, plan: Partial<MaterialPlan> = {}) => collect(trainingMaterial(stream, DEPLOYED, { ...PLAN, ...plan }));

describe('drawRows', () => {
  it('keeps the target and so many others, none twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(40), fc.nat(1000), (poolSize, negatives, seed) => {
        const target = seed % poolSize;
        const rows = drawRows(poolSize, target, negatives, seededRandom(seed));
        expect(rows).toHaveLength(Math.min(poolSize, negatives + 1));
        expect(new Set(rows).size).toBe(rows.length);
        expect(rows).toContain(target);
      }),
    );
  });

  it('puts the target at every place as often, and draws every other as often', () => {
    const random = seededRandom(4);
    const places = new Float64Array(6);
    const drawn = new Float64Array(20);
    for (let i = 0; i < 6000; i++) {
      const rows = drawRows(20, 7, 5, random);
      places[rows.indexOf(7)]++;
      for (const row of rows) drawn[row]++;
    }
    // 6000 / 6 places; 6000 * 5 / 19 = 1579 for each other. Five deviations are 144 and 171.
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(144);
    for (const [row, count] of drawn.entries()) if (row !== 7) expect(Math.abs(count - 1579)).toBeLessThan(171);
  });
});

describe('trainingMaterial', () => {
  it('tells of every query what the service would have chosen from, asked at that instant', async () => {
    const stream = streamBetween(randomHistory(seededRandom(3)), 0.5, 0.8);
    const { history, rows } = stream;
    const { places } = queriesOf(stream);
    const queries = await materialOf(stream, { negatives: 1000 });
    expect(queries.map(({ user, at }) => [user, at])).toEqual([...places].map((place) => [history.userOf[rows[place]], history.at[rows[place]]])); // prettier-ignore

    const service = new StreamedService(stream, DEPLOYED);
    const seen = history.users.map(() => new Set<number>());
    let asked = 0;
    for (let place = 0; asked < 20; place++) {
      const [user, item] = [history.userOf[rows[place]], history.itemOf[rows[place]]];
      if (place === places[asked]) {
        const query = queries[asked++];
        const { itemNos, features } = (await service.page(user, history.at[rows[place]], seen[user])).pool();
        const pool = new Map(Array.from(itemNos, (no, row) => [service.replayed.itemAt(no), features.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT)])); // prettier-ignore
        expect([query.poolSize, query.isRetrieved]).toEqual([pool.size, pool.has(item)]);
        query.items.forEach((own, i) => {
          expect(query.features.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT)).toEqual(pool.get(own));
          expect(query.labels[i]).toBe(Number(own === item));
        });
        expect(query.sequence.gap.length).toBe(4);
      }
      service.replayed.observeNext();
      seen[user].add(item);
    }
  });

  it('keeps no rows of a target that was not retrieved, but for whole pools, which keep every row', async () => {
    const stream = streamBetween(randomHistory(seededRandom(5)), 0.4, 1);
    const queries = await materialOf(stream, { whole: 1000, wholeFrom: 0.8 });
    expect(new Set(queries.map(({ isRetrieved }) => isRetrieved)).has(true)).toBe(true);
    for (const { isWhole, isRetrieved, items, poolSize, share, labels } of queries) {
      expect(isWhole).toBe(share >= 0.8);
      expect(items.length).toBe(isWhole ? poolSize : isRetrieved ? Math.min(poolSize, 6) : 0);
      expect(labels.reduce((sum, label) => sum + label, 0)).toBe(Number(isRetrieved));
    }
  });

  it('is the same every time, and the seed changes the draw alone', async () => {
    const stream = streamBetween(randomHistory(seededRandom(6)), 0.8, 0.9);
    const [first, again, other] = [await materialOf(stream), await materialOf(stream), await materialOf(stream, { seed: 4 })];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(other.map(({ poolSize }) => poolSize)).toEqual(first.map(({ poolSize }) => poolSize));
  });

  it('tells an order as a click and a cart as well', async () => {
    const events = ['1 1 view', '2 1 view', '2 2 view', '3 2 view', '1 2 purchase', '3 1 cart'].map((line, at) => {
      const [userId, itemId, type] = line.split(' ');
      return { userId, itemId, type, at: at * HOUR_MS, value: Number.NaN };
    });
    const queries = await materialOf(streamBetween(historyOf(events, [], null), 0, 1));
    expect(queries.map(({ labels }) => Math.max(...labels))).toEqual([7, 3]);
  });
});

describe('viewMaterial', () => {
  it('labels a view by what the same user did with the item within a day, and leaves out views whose day is not over', async () => {
    const events = [
      '1 1 view 0',
      '1 2 view 1',
      '2 1 view 2',
      '1 1 purchase 5',
      '1 2 purchase 30',
      '1 2 view 31',
      '2 1 cart 26',
      '3 3 view 70',
    ].map((line) => {
      const [userId, itemId, type, hour] = line.split(' ');
      return { userId, itemId, type, at: Number(hour) * HOUR_MS, value: Number.NaN };
    });
    const history = historyOf(events, [], null);
    const queries = await collect(viewMaterial(history, DEPLOYED, { until: Infinity, sequenceLength: 2 }));
    const told = queries.map(({ user, items, at, labels }) => [history.users[user], history.items[items[0]], at / HOUR_MS, labels[0]]);
    // The very first event has nothing before it; item 2 is bought 29 hours after it was viewed; the cart of user 2 comes 24 hours after his view.
    expect(told).toEqual([['1', '2', 1, 0], ['2', '1', 2, 3], ['1', '2', 31, 0]]); // prettier-ignore
  });
});

describe('ratioByUser', () => {
  it('tells how many times as good one is, with a range by drawing users', () => {
    const above = Float64Array.of(0.4, 0.4, 0.2, 0.2);
    const below = above.map((value) => value / 2);
    const ratio = ratioByUser(above, below, Int32Array.of(1, 1, 2, 3), seededRandom(1));
    expect([ratio.mean, ratio.low, ratio.high].map((value) => value.toFixed(6))).toEqual(['2.000000', '2.000000', '2.000000']);
    const { mean, low, high } = ratioByUser(
      Float64Array.of(1, 0, 1),
      Float64Array.of(0.5, 0.5, 0),
      Int32Array.of(1, 2, 3),
      seededRandom(1),
    );
    expect(mean).toBe(2);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2);
  });

  it('has nothing to say of a method that never hit', () => {
    expect(ratioByUser(Float64Array.of(0), Float64Array.of(0), Int32Array.of(1), seededRandom(1)).mean).toBeNaN();
  });
});

describe('streamBetween', () => {
  it('asks for the events between two shares', () => {
    const { from, to } = streamBetween(historyFrom(['1 1 0', '1 2 1', '2 1 2', '2 2 3']), 0.25, 0.75);
    expect([from, to]).toEqual([1, 3]);
  });
});
