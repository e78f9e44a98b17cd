import { Best } from '../best.js';
import { type Examinee, type Task } from '../task.js';

/** The first `depth` items for a user, best first; fewer only when fewer candidates are left. */
export type Ranking = (examinee: Examinee) => Int32Array;

/** The same of a method that may answer later. Asked for one user after the other. */
export type Rank = (examinee: Examinee) => Int32Array | Promise<Int32Array>;

/** Scores closer than this count as tied, so that rounding of sums decides nothing. */
const TIE = 1e-6;

/**
 * Order candidates by score; ties, and what has no score, by popularity, then by number.
 *
 * @param score writes the user's scores, 0 or more and more than a millionth where not 0, into `scores` and names the items written to (repeats allowed)
 * @param depth how many to return
 */
export function rankByScores(task: Task, depth: number, score: (examinee: Examinee, scores: Float32Array) => Iterable<number>): Ranking {
  const { popularity, popular } = task;
  const scores = new Float32Array(popularity.length);
  const best = new Best(depth);
  const perUser = TIE / (popularity[popular[0]] + 1);

  return (examinee) => {
    const touched = [...score(examinee, scores)];
    const offer = (item: number): void => {
      if (popularity[item] > 0 && !examinee.masked.has(item)) best.offer(item, scores[item] + perUser * popularity[item]);
    };
    const placed = new Set(touched.filter((item) => scores[item] > 0));
    placed.forEach(offer);
    let fill = 0;
    for (const item of popular) {
      if (fill === depth) break;
      if (placed.has(item) || examinee.masked.has(item)) continue;
      offer(item);
      fill++;
    }
    for (const item of touched) scores[item] = 0;
    return best.take().items;
  };
}
