import fc from 'fast-check';
import { historyFrom, randomHistory } from './fixture.js';
import { friendsStream, itemKnnStream, popularityStream } from '../../../src/core/evaluation/baselines/streams.js';
import { queriesOf, replay, streamOf, type Stream, type StreamMethod } from '../../../src/core/evaluation/next-event.js';
import { rowOf } from '../../../src/core/evaluation/judgement.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_MS } from '../../../src/core/time.js';

const MONTH_MS = 30 * DAY_MS;

/** A stream that asks for every event. */
const everyEvent = (stream: Stream): Stream => ({ ...stream, from: 0, to: stream.rows.length });

const pairsOf = ({ history, rows }: Stream): string[] =>
  [...rows].map((row) => `${history.users[history.userOf[row]]}:${history.items[history.itemOf[row]]}`);

function scoresAfter(stream: Stream, method: StreamMethod, user: string): Record<string, number> {
  const scores = new Float64Array(stream.history.items.length).fill(-Infinity);
  const seen = new Set<number>();
  const no = stream.history.users.indexOf(user);
  for (const row of stream.rows) {
    method.observe(row);
    if (stream.history.userOf[row] === no) seen.add(stream.history.itemOf[row]);
  }
  void method.score(no, 0, seen, scores);
  return Object.fromEntries(stream.history.items.map((item, i) => [item, scores[i]]));
}

describe('streamOf', () => {
  it('takes the first event of each pair, in time order, and asks for the last fifth', () => {
    const stream = streamOf(historyFrom(['1 2 3', '1 1 0', '1 1 9', '2 1 1', '2 2 2', '3 1 4']), 'final');
    expect(pairsOf(stream)).toEqual(['1:1', '2:1', '2:2', '1:2', '3:1']);
    expect([stream.from, stream.to]).toEqual([4, 5]);
  });

  it('asks for the tenth before when tuning, and for nothing later', () => {
    const stream = streamOf(randomHistory(seededRandom(1)), 'tune');
    expect([stream.from, stream.to]).toEqual([Math.floor(0.7 * stream.rows.length), Math.floor(0.8 * stream.rows.length)]);
  });
});

describe('queriesOf', () => {
  it('asks for users with a past and items that somebody touched, and counts the others as cold', () => {
    // In order 1:1 (no past), 1:2 (cold), 2:1 (no past), 2:2 (asked), 2:3 (cold), 1:3 (asked).
    const stream = everyEvent(streamOf(historyFrom(['1 1 0', '1 2 1', '2 1 2', '2 2 3', '2 3 4', '1 3 5']), 'final'));
    expect(queriesOf(stream)).toEqual({ places: Int32Array.of(3, 5), cold: 2 });
  });
});

describe('replay', () => {
  it('asks a method before it tells it the event', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), async (seed) => {
        const stream = streamOf(randomHistory(seededRandom(seed)), 'final');
        const { userOf, itemOf, at } = stream.history;
        const told: number[] = [];
        const queries = queriesOf(stream);
        let asked = 0;
        const spy: StreamMethod = {
          observe: (row) => told.push(row),
          score: (user, now, seen) => {
            const place = queries.places[asked++];
            expect(told).toEqual([...stream.rows.subarray(0, place)]);
            expect(told.every((row) => at[row] <= now)).toBe(true);
            expect([user, now]).toEqual([userOf[stream.rows[place]], at[stream.rows[place]]]);
            expect([...seen].sort()).toEqual(told.filter((row) => userOf[row] === user).map((row) => itemOf[row]).sort()); // prettier-ignore
          },
        };
        const row = rowOf('spy', await replay(stream, queries, spy), true);
        expect(asked).toBe(queries.places.length);
        expect([row.recall20, row.coverage20]).toEqual([0, 0]);
      }),
      { numRuns: 10 },
    );
  });

  it('does not count what the user has, or nobody touched yet, as standing before the target', async () => {
    const stream = everyEvent(streamOf(historyFrom(['1 1 0', '2 2 1', '1 2 2', '3 9 3']), 'final'));
    // Asked for user 1 and item 2 alone; items 1 and 9 score higher, but 1 is his own and 9 comes later.
    const method: StreamMethod = { observe: () => undefined, score: (_user, _at, _seen, scores) => scores.set([3, 1, 2]) };
    const row = rowOf('fixed', await replay(stream, queriesOf(stream), method), false);
    expect([row.cases, row.recall20, row.ndcg10]).toEqual([1, 1, 1]);
  });
});

describe('baselines along a stream', () => {
  it('halves popularity every half-life', () => {
    const stream = streamOf(historyFrom(['1 1 0', '2 1 0', '3 1 0', '4 2 30', '5 2 30']), 'final');
    const scores = scoresAfter(stream, popularityStream(stream, MONTH_MS), '1');
    // Three touches a half-life ago against two now: 1.5 to 2.
    expect(scores['1'] / scores['2']).toBeCloseTo(0.75, 12);
  });

  it('holds over thousands of half-lives', () => {
    const stream = streamOf(historyFrom(['1 1 0', '2 2 20000', '3 2 20001', '4 3 20001']), 'final');
    const scores = scoresAfter(stream, popularityStream(stream, DAY_MS), '1');
    // Item 2: 0.5 + 1, item 3: 1, item 1 gone.
    expect(scores['2'] / scores['3']).toBeCloseTo(1.5, 9);
    expect(scores['1']).toBe(0);
  });

  it('counts the friends who touched an item', () => {
    const stream = streamOf(historyFrom(['1 1 0', '2 2 1', '3 2 2', '3 3 3', '4 4 4'], [['1', '2'], ['1', '3']]), 'final'); // prettier-ignore
    const scores = scoresAfter(stream, friendsStream(stream, MONTH_MS), '1');
    expect(scores['2']).toBeCloseTo(2, 4);
    expect(scores['3']).toBeCloseTo(1, 4);
    expect(scores['4']).toBeLessThan(1e-5);
  });

  it('adds up the cosines to what the user has', () => {
    const stream = streamOf(historyFrom(['1 1 0', '2 1 1', '2 2 2', '3 2 3', '3 3 4']), 'final');
    const scores = scoresAfter(stream, itemKnnStream(stream, MONTH_MS), '1');
    // Items 1 and 2 have two users each and share one: 1 / sqrt(2 * 2).
    expect(scores['2']).toBeCloseTo(0.5, 5);
    expect(scores['3']).toBeLessThan(1e-5);
  });
});
