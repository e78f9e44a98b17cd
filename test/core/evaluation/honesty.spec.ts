import fc from 'fast-check';
import { randomHistory, shuffled } from './fixture.js';
import { rankByScores } from '../../../src/core/evaluation/baselines/ranking.js';
import { evaluate, type Plan, PROTOCOLS, type Report, splitOf } from '../../../src/core/evaluation/evaluation.js';
import { type History, historyOf } from '../../../src/core/evaluation/history.js';
import { judge, rowOf } from '../../../src/core/evaluation/judgement.js';
import { BASELINES } from '../../../src/core/evaluation/methods.js';
import { placeOf, queriesOf, replay, streamOf, type StreamMethod } from '../../../src/core/evaluation/next-event.js';
import { taskOf } from '../../../src/core/evaluation/task.js';
import { hash32, seededRandom } from '../../../src/core/random.js';
import { DAY_MS } from '../../../src/core/time.js';

const ITEMS = 50;

const planOf = (plan: Partial<Plan>): Plan => ({
  dataset: 'made-up',
  protocol: 'time',
  slice: 'final',
  density: null,
  splitAt: 70 * DAY_MS,
  tuneAt: 50 * DAY_MS,
  halfLifeMs: 30 * DAY_MS,
  limit: null,
  ...plan,
});

/** The rows of a history as they were read, so that they can be read in another order. */
function reread(history: History, seed: number): History {
  const { users, items, types, categories } = history;
  const events = Array.from(history.at, (at, row) => ({
    userId: users[history.userOf[row]],
    itemId: items[history.itemOf[row]],
    type: types[history.typeOf[row]],
    at,
    value: history.value[row],
  }));
  const described = items.map((id, no) => ({
    id,
    categories: history.categoriesOf[no].map((category) => categories[category]),
    brand: null,
  }));
  const follows = history.followees!.flatMap((followees, user) =>
    [...followees].map((other): [string, string] => [users[user], users[other]]),
  );
  const random = seededRandom(seed);
  return historyOf(shuffled(events, random), shuffled(described, random), shuffled(follows, random));
}

const withoutTime = ({ rows, ...report }: Report): object => ({ ...report, rows: rows.map((row) => ({ ...row, ms: 0 })) });

describe('every protocol', () => {
  it.each(PROTOCOLS)('gives the same figures whatever the order of the input (%s)', async (protocol) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.nat(1000), fc.constantFrom('final' as const, 'tune' as const), async (seed, order, slice) => {
        const history = randomHistory(seededRandom(seed));
        const before = await evaluate(history, planOf({ protocol, slice }), BASELINES, () => 0);
        const after = await evaluate(reread(history, order), planOf({ protocol, slice }), BASELINES, () => 0);
        expect(withoutTime(after)).toEqual(withoutTime(before));
      }),
      { numRuns: 4 },
    );
  });

  it.each(PROTOCOLS)('keeps every figure in its range, and the same from run to run (%s)', async (protocol) => {
    const history = randomHistory(seededRandom(9));
    const report = await evaluate(history, planOf({ protocol }), BASELINES, () => 0);
    for (const row of report.rows) {
      for (const share of [row.recall20, row.recall10, row.recall20WithCold, row.ndcg10, row.hit20, row.coverage20, row.gini]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
      expect(row.recall20WithCold).toBeLessThanOrEqual(row.recall20);
      expect(row.recall10).toBeLessThanOrEqual(row.recall20);
    }
    expect(await evaluate(history, planOf({ protocol }), BASELINES, () => 0)).toEqual(report);
  });

  it('examines as many as it is limited to, the same ones each time', async () => {
    const history = randomHistory(seededRandom(9));
    for (const protocol of PROTOCOLS) {
      const limited = planOf({ protocol, limit: 7 });
      expect((await evaluate(history, limited, BASELINES, () => 0)).rows[0].cases).toBe(7);
      expect(await evaluate(reread(history, 3), limited, BASELINES, () => 0)).toEqual(await evaluate(history, limited, BASELINES, () => 0));
    }
  });

  it('refuses a split that leaves nobody to examine', async () => {
    await expect(evaluate(randomHistory(seededRandom(1)), planOf({ splitAt: 0 }), BASELINES, () => 0)).rejects.toThrow(
      'made-up leaves nobody to examine under time',
    );
  });
});

describe('a scorer that knows nothing', () => {
  /** Everyone touches item 0, then each of the other items is the test item of exactly one user: no item is better than another. */
  function evenHistory(): History {
    const users = Array.from({ length: ITEMS }, (_, i) => `u${i}`);
    const events = users.flatMap((userId, i) => [
      { userId, itemId: 'shared', type: 'view', at: 0, value: Number.NaN },
      { userId: `owner of ${i}`, itemId: `i${i}`, type: 'view', at: 1, value: Number.NaN },
      { userId, itemId: `i${i}`, type: 'view', at: 10 * DAY_MS, value: Number.NaN },
    ]);
    return historyOf(events, [], null);
  }

  it('finds 20 of n by time: ties go by popularity and number, which the target cannot choose', async () => {
    const history = evenHistory();
    const task = taskOf(history, splitOf(history, planOf({ splitAt: 5 * DAY_MS })));
    const row = rowOf(
      'constant',
      await judge(
        task,
        rankByScores(task, 20, () => []),
      ),
      false,
    );
    expect(task.examinees).toHaveLength(ITEMS);
    expect(row.recall20).toBeCloseTo(20 / ITEMS, 12);
    expect(row.hit10).toBeCloseTo(10 / ITEMS, 12);
  });

  it('finds about 20 of n by time with random scores', async () => {
    const history = evenHistory();
    const task = taskOf(history, splitOf(history, planOf({ splitAt: 5 * DAY_MS })));
    const recalls: number[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const rank = rankByScores(task, 20, ({ user }, scores) => {
        scores.forEach((_score, item) => (scores[item] = 1 + hash32(`${seed} ${user} ${item}`) / 2 ** 32));
        return scores.keys();
      });
      recalls.push(rowOf('random', await judge(task, rank), false).recall20);
    }
    // 40 rounds of 50 users: standard error 0.011.
    expect(recalls.reduce((sum, one) => sum + one, 0) / recalls.length).toBeCloseTo(20 / ITEMS, 1);
  });

  it('finds nothing along a stream, where a tie counts against it', async () => {
    const constant: StreamMethod = { score: (_user, _at, _seen, scores) => void scores.fill(1), observe: () => undefined };
    const stream = streamOf(randomHistory(seededRandom(2), { users: 20, items: 150, events: 900, days: 50 }), 'final');
    const row = rowOf('constant', await replay(stream, queriesOf(stream), constant), false);
    expect([row.recall20, row.ndcg10]).toEqual([0, 0]);
  });
});

describe('placeOf', () => {
  it('counts all that score at least as much as the target', () => {
    const scores = Float64Array.of(3, 2, 2, 1, -Infinity);
    expect([0, 1, 2, 3].map((target) => placeOf(target, scores))).toEqual([0, 2, 2, 3]);
  });

  it('has no place for what was not retrieved, or has no number', () => {
    expect(placeOf(1, Float64Array.of(1, -Infinity))).toBe(Infinity);
    expect(placeOf(1, Float64Array.of(1, Number.NaN))).toBe(Infinity);
  });
});
