import { Best } from '../best.js';
import { type Groups, groupOf } from '../groups.js';
import { type Task } from '../task.js';
import { type Ranking, rankByScores } from './ranking.js';

/** Neighbours of every item, one after the other: those of item `i` stand at `offsets[i]` to `offsets[i + 1]`. */
export interface ItemNeighbours {
  /** [items + 1] */
  offsets: Int32Array;
  items: Int32Array;
  /** Cosine, above 0 and at most 1. */
  weights: Float32Array;
}

/**
 * The nearest items of every item by the cosine of their sets of users, without shrinkage: shared users divided by the root of the product of both
 * sizes. Single precision throughout, so that equal fractions are equal numbers; a tie goes to the lower item. Time O(sum over users of items²).
 *
 * @param itemsOf [users] distinct items of each user
 * @param usersOf [items] distinct users of each item
 * @param most    neighbours kept per item
 */
export function itemNeighbours(itemsOf: Groups, usersOf: Groups, most: number): ItemNeighbours {
  const items = usersOf.offsets.length - 1;
  const scale = Float32Array.from(
    { length: items },
    (_, item) => 1 / Math.fround(Math.sqrt(usersOf.offsets[item + 1] - usersOf.offsets[item])),
  );
  const cosine = new Float32Array(items);
  const touched = new Int32Array(items);
  const offsets = new Int32Array(items + 1);
  const [kept, weights]: [Int32Array[], Float64Array[]] = [[], []];
  const best = new Best(most);
  for (let item = 0; item < items; item++) {
    let count = 0;
    for (const user of groupOf(usersOf, item)) {
      for (const other of groupOf(itemsOf, user)) {
        if (cosine[other] === 0) touched[count++] = other;
        cosine[other] += Math.fround(scale[item] * scale[other]);
      }
    }
    for (let i = 0; i < count; i++) {
      if (touched[i] !== item) best.offer(touched[i], cosine[touched[i]]);
      cosine[touched[i]] = 0;
    }
    const nearest = best.take();
    kept.push(nearest.items);
    weights.push(nearest.scores);
    offsets[item + 1] = offsets[item] + nearest.items.length;
  }
  return {
    offsets,
    items: concatenated(kept, new Int32Array(offsets[items])),
    weights: concatenated(weights, new Float32Array(offsets[items])),
  };
}

function concatenated<T extends Int32Array | Float32Array>(parts: readonly ArrayLike<number>[], into: T): T {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}

/** Add up what the neighbours of the user's items say of other items; repeats in the returned list are possible only after a sum of 0. */
export function addNeighbours({ offsets, items, weights }: ItemNeighbours, own: Iterable<number>, scores: Float32Array): number[] {
  const touched: number[] = [];
  for (const item of own) {
    for (let i = offsets[item]; i < offsets[item + 1]; i++) {
      if (scores[items[i]] === 0) touched.push(items[i]);
      scores[items[i]] += weights[i];
    }
  }
  return touched;
}

const NEIGHBOURS = 100;

/** Sum of the cosines between the user's items and an item that is among their 100 nearest. */
export function itemKnnBaseline(task: Task, depth: number): Ranking {
  const neighbours = itemNeighbours(task.itemsOf, task.usersOf, NEIGHBOURS);
  return rankByScores(task, depth, ({ user }, scores) => addNeighbours(neighbours, groupOf(task.itemsOf, user), scores));
}
