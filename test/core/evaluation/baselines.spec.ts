import fc from 'fast-check';
import { historyFrom } from './fixture.js';
import { friendsBaseline } from '../../../src/core/evaluation/baselines/friends.js';
import { itemKnnBaseline, itemNeighbours } from '../../../src/core/evaluation/baselines/itemknn.js';
import { popularityBaseline } from '../../../src/core/evaluation/baselines/popularity.js';
import { Best } from '../../../src/core/evaluation/best.js';
import { groupOf, groupsOf } from '../../../src/core/evaluation/groups.js';
import { judge, rowOf } from '../../../src/core/evaluation/judgement.js';
import { type Ranking } from '../../../src/core/evaluation/baselines/ranking.js';
import { splitByTime } from '../../../src/core/evaluation/splits.js';
import { type Task, taskOf } from '../../../src/core/evaluation/task.js';
import { DAY_MS } from '../../../src/core/time.js';

// Before day 5: item 1 has users 1 2 3, item 2 has 1 2, item 3 has 3 4, item 4 has 4. From then on user 1 takes item 3, user 4 items 1 and 9, user 5 item 1.
const LINES = ['1 1 0', '2 1 0', '3 1 0', '1 2 1', '2 2 1', '3 3 1', '4 3 2', '4 4 2', '1 3 5', '4 1 6', '4 9 6', '5 1 6', '2 1 7'];
const history = historyFrom(LINES, [['1', '4'], ['1', '3'], ['4', '2']], { 1: ['x'], 2: ['x'], 3: ['y'], 4: ['z'] }); // prettier-ignore
const task = taskOf(history, splitByTime(history, 5 * DAY_MS));

const listsOf = (method: (task: Task, depth: number) => Ranking, of: Task = task): string[][] => {
  const rank = method(of, 20);
  return of.examinees.map((examinee) => [...rank(examinee)].map((item) => of.history.items[item]));
};

describe('taskOf', () => {
  it('examines users of the fit data who took something new that somebody knew', () => {
    // User 2 took nothing new, user 5 has no past; of user 4's two new items nobody knew item 9.
    expect(task.examinees.map(({ user, relevant, relevantWithCold }) => [history.users[user], [...relevant].map((item) => history.items[item]), relevantWithCold])).toEqual([
      ['1', ['3'], 1],
      ['4', ['1'], 2],
    ]); // prettier-ignore
    expect([task.warmPairs, task.newPairs, task.usersWithCold, task.fitUsers]).toEqual([2, 3, 2, 4]);
  });
});

describe('popularity', () => {
  it('shows what most people touched, then the lower item, without what the user has', () => {
    expect([...task.popular].map((item) => history.items[item])).toEqual(['1', '2', '3', '4']);
    expect(listsOf(popularityBaseline)).toEqual([['3', '4'], ['1', '2']]); // prettier-ignore
  });
});

describe('friends', () => {
  it('counts the people followed who touched an item, and fills up by popularity', () => {
    // User 1 follows 3 and 4: item 3 twice, item 4 once. User 4 follows 2, who has 1 and 2: the more popular first.
    expect(listsOf(friendsBaseline)).toEqual([['3', '4'], ['1', '2']]); // prettier-ignore
  });

  it('prefers the item of a friend to one that is more popular', () => {
    const other = historyFrom(['1 1 0', '2 2 0', '3 3 0', '4 3 0', '1 2 5'], [['1', '2']]);
    expect(listsOf(friendsBaseline, taskOf(other, splitByTime(other, 5 * DAY_MS)))).toEqual([['2', '3']]);
  });
});

describe('itemNeighbours', () => {
  it('is the cosine of the sets of users, best first', () => {
    const { offsets, items, weights } = itemNeighbours(task.itemsOf, task.usersOf, 100);
    const of = (id: string): [string, number][] => {
      const item = history.items.indexOf(id);
      return Array.from({ length: offsets[item + 1] - offsets[item] }, (_, i) => [
        history.items[items[offsets[item] + i]],
        weights[offsets[item] + i],
      ]);
    };
    // 1 and 2 share two users: 2 / sqrt(3 * 2) = 0.8165. 1 and 3 share one: 1 / sqrt(3 * 2) = 0.4082. 3 and 4 share one: 1 / sqrt(2 * 1) = 0.7071.
    expect(of('1').map(([id]) => id)).toEqual(['2', '3']);
    expect(of('1')[0][1]).toBeCloseTo(0.8165, 4);
    expect(of('1')[1][1]).toBeCloseTo(0.4082, 4);
    expect(of('3').map(([id]) => id)).toEqual(['4', '1']);
    expect(of('9')).toEqual([]);
  });

  it('keeps no more than it is told to', () => {
    const { offsets } = itemNeighbours(task.itemsOf, task.usersOf, 1);
    expect(offsets[offsets.length - 1]).toBe(4);
  });

  it('ranks by the sum over what the user has', () => {
    // User 1 has 1 and 2: item 3 gets 0.4082, item 4 nothing. User 4 has 3 and 4: item 1 gets 0.4082, item 2 nothing.
    expect(listsOf(itemKnnBaseline)).toEqual([['3', '4'], ['1', '2']]); // prettier-ignore
  });
});

describe('judge', () => {
  it('sums up hits, spread and exposure', async () => {
    const row = rowOf('popularity', await judge(task, popularityBaseline(task, 20)), true);
    expect(row.users).toBe(2);
    expect(row.recall20).toBe(1);
    // User 1 found 1 of 1, user 4 found 1 of 2 with the cold item.
    expect(row.recall20WithCold).toBe(0.75);
    expect(row.ndcg10).toBe(1);
    // Both lists hold two items, all four candidates occur once. List {3, 4} is of categories y z: ln 2; list {1, 2} of x alone: 0.
    expect([row.coverage20, row.gini]).toEqual([1, 0]);
    expect(row.entropy20).toBeCloseTo(Math.LN2 / 2, 12);
  });

  it('says nothing of variety where the data have no categories', async () => {
    expect(rowOf('popularity', await judge(task, popularityBaseline(task, 20)), false).entropy20).toBeNull();
  });
});

describe('groupsOf', () => {
  it('gathers each value once per row, ascending', () => {
    const groups = groupsOf(3, [2, 0, 2, 2, 0], [5, 1, 3, 5, 1]);
    expect([0, 1, 2].map((row) => [...groupOf(groups, row)])).toEqual([[1], [], [3, 5]]);
  });
});

describe('Best', () => {
  it('keeps the highest scores, and of equal ones the lower items, whatever the order of offering', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), fc.integer({ min: 0, max: 20 }), fc.nat(1000), (scores, depth, rotate) => {
        const best = new Best(depth);
        const offered = scores.map((_, i) => (i + rotate) % scores.length);
        for (const item of offered) best.offer(item, scores[item]);
        const expected = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, depth);
        expect([...best.take().items]).toEqual(expected);
        expect(best.take().items).toHaveLength(0);
      }),
    );
  });
});
