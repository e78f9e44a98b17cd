import { groupOf } from '../groups.js';
import { type Task } from '../task.js';
import { type Ranking, rankByScores } from './ranking.js';

/** How many of the people whom the user follows touched an item; everyone without such people gets what is popular. */
export function friendsBaseline(task: Task, depth: number): Ranking {
  const followees = task.history.followees;
  return rankByScores(task, depth, ({ user }, scores) => {
    const touched: number[] = [];
    for (const friend of followees?.[user] ?? []) {
      for (const item of groupOf(task.itemsOf, friend)) if (scores[item]++ === 0) touched.push(item);
    }
    return touched;
  });
}
