import { buildBestSimilar, type Interaction } from '../candidates/build-neighbours.js';
import { type Neighbours } from '../candidates/neighbours.js';
import { rankByScores } from './baselines/ranking.js';
import { groupOf } from './groups.js';
import { type Method } from './methods.js';
import { type Stream, type StreamMethod } from './next-event.js';
import { finished } from './replayed-shop.js';

/** Along a stream the table is made again after so much more. */
const GROWTH = 1.1;

const tableOf = (interactions: readonly Interaction[], items: number): Neighbours =>
  finished(buildBestSimilar(interactions, { items, now: 0 })).table;

function addRows({ offsets, items, weights }: Neighbours, own: Iterable<number>, scores: Float32Array | Float64Array): number[] {
  const touched: number[] = [];
  for (const item of own) {
    for (let i = offsets[item]; i < offsets[item + 1]; i++) {
      scores[items[i]] = Math.max(0, scores[items[i]]) + weights[i];
      touched.push(items[i]);
    }
  }
  return touched;
}

function similarStream({ history, rows }: Stream): StreamMethod {
  const interactions: Interaction[] = [];
  let [table, madeFrom]: [Neighbours | null, number] = [null, 0];
  return {
    observe: (row) =>
      void interactions.push({ userNo: history.userOf[row], itemNo: history.itemOf[row], weight: 1, at: history.at[row], bought: false }),
    score: (_user, _at, seen, scores) => {
      if (!table || interactions.length > Math.min(rows.length, madeFrom * GROWTH)) {
        table = tableOf(interactions, history.items.length);
        madeFrom = interactions.length;
      }
      addRows(table, seen, scores);
    },
  };
}

/** The service's table of similar items on its own: what all things of a user say together, without any of the rest. */
export const similarMethod: Method = {
  name: 'similar',
  note: "similar: sum over the user's items of the service's table of similar items, by cosine or by regression, whichever foretold the fit data better; nothing else.",
  needsGraph: false,
  rank(task, depth) {
    const { at } = task.history;
    const lastAt = new Map<number, number>();
    for (const row of task.split.fit)
      lastAt.set(task.history.userOf[row] * task.history.items.length + task.history.itemOf[row], at[row] || 0);
    const interactions = task.history.users.flatMap((_, userNo) =>
      Array.from(groupOf(task.itemsOf, userNo), (itemNo): Interaction => {
        return { userNo, itemNo, weight: 1, at: lastAt.get(userNo * task.history.items.length + itemNo) ?? 0, bought: false };
      }),
    );
    const table = tableOf(interactions, task.history.items.length);
    return rankByScores(task, depth, ({ user }, scores) => addRows(table, groupOf(task.itemsOf, user), scores));
  },
  stream: similarStream,
};
