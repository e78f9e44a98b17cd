import { Best } from './best.js';
import { type History } from './history.js';
import { emptyJudgement, type Judgement, LIST, noteList, SHORT_LIST } from './judgement.js';
import { ndcg } from './metrics.js';
import { pairHash } from './splits.js';

/** Events one after the other, each user's first with an item alone, and which of them are asked for. */
export interface Stream {
  history: History;
  /** Rows in time order; what time does not decide, the hash of the pair does. */
  rows: Int32Array;
  /** Places in `rows` from and up to which events are asked for. */
  from: number;
  to: number;
}

/**
 * A method that lives through the events. It is asked before it is told, never learns which item is asked for, and hence cannot favour it.
 */
export interface StreamMethod {
  /** Write the score of every item it would show, in any order; what it leaves at -Infinity is not retrieved. `seen` are the user's own items. */
  score(user: number, at: number, seen: ReadonlySet<number>, scores: Float64Array): void | Promise<void>;
  /** Told of the next event, by its row. */
  observe(row: number): void;
}

export const FINAL_SLICE = [0.8, 1] as const;
export const TUNING_SLICE = [0.7, 0.8] as const;

/**
 * Put a history into a stream: the last fifth of its events is asked for, or, for tuning, the tenth before.
 */
export function streamOf(history: History, slice: 'final' | 'tune'): Stream {
  const [from, to] = slice === 'final' ? FINAL_SLICE : TUNING_SLICE;
  return streamBetween(history, from, to);
}

/** Put a history into a stream of which a part is asked for: shares of its events, 0..1. */
export function streamBetween(history: History, from: number, to: number): Stream {
  const { userOf, itemOf, at, users, items } = history;
  const hashes = Array.from(userOf, (user, row) => pairHash(users[user], items[itemOf[row]]));
  const ordered = Int32Array.from(at.keys()).sort((a, b) => at[a] - at[b] || (hashes[a] < hashes[b] ? -1 : 1));
  const seen = new Set<number>();
  const first = ordered.filter((row) => {
    const pair = userOf[row] * items.length + itemOf[row];
    return !seen.has(pair) && seen.add(pair);
  });
  return { history, rows: first, from: Math.floor(first.length * from), to: Math.floor(first.length * to) };
}

/** What is asked: places in the stream whose user has a past and whose item somebody touched before. */
export interface Queries {
  places: Int32Array;
  /** Places of users with a past whose item nobody had touched: no method of this kind can foretell it. */
  cold: number;
}

export function queriesOf({ history, rows, from, to }: Stream): Queries {
  const [usersSeen, itemsSeen] = [new Set<number>(), new Set<number>()];
  const places: number[] = [];
  let cold = 0;
  rows.forEach((row, place) => {
    const [user, item] = [history.userOf[row], history.itemOf[row]];
    if (place >= from && place < to && usersSeen.has(user)) {
      if (itemsSeen.has(item)) places.push(place);
      else cold++;
    }
    usersSeen.add(user);
    itemsSeen.add(item);
  });
  return { places: Int32Array.from(places), cold };
}

/**
 * The place of an item by score, from 0. A tie counts against it; what was not retrieved has no place.
 *
 * @returns Infinity where the item's score is -Infinity or NaN
 */
export function placeOf(target: number, scores: Float64Array): number {
  if (!(scores[target] > -Infinity)) return Infinity;
  let place = -1;
  for (let item = 0; item < scores.length; item++) if (scores[item] >= scores[target]) place++;
  return place;
}

/** The first 20 of what was retrieved. */
function listOf(best: Best, scores: Float64Array): Int32Array {
  for (let item = 0; item < scores.length; item++) if (scores[item] > -Infinity) best.offer(item, scores[item]);
  return best.take().items;
}

/**
 * Live through a stream: before every event that is asked for let the method score, then tell it the event. What is not retrieved counts as missed.
 */
export async function replay(stream: Stream, { places, cold }: Queries, method: StreamMethod): Promise<Judgement> {
  const { history, rows } = stream;
  const judgement = emptyJudgement(places.length, history.items.length);
  judgement.casesWithCold = places.length * (1 + cold / places.length);
  const [seenBy, touches] = [history.users.map(() => new Set<number>()), new Int32Array(history.items.length)];
  judgement.touched = new Int32Array(places.length);
  const scores = new Float64Array(history.items.length);
  const best = new Best(LIST);
  let asked = 0;
  for (let place = 0; place < stream.to; place++) {
    const [user, item] = [history.userOf[rows[place]], history.itemOf[rows[place]]];
    if (place === places[asked]) {
      scores.fill(-Infinity);
      await method.score(user, history.at[rows[place]], seenBy[user], scores);
      for (let other = 0; other < scores.length; other++) if (touches[other] === 0) scores[other] = -Infinity;
      for (const own of seenBy[user]) scores[own] = -Infinity;
      judgement.touched[asked] = touches[item];
      noteCase(judgement, asked, user, placeOf(item, scores));
      noteList(judgement, asked++, listOf(best, scores), history);
    }
    method.observe(rows[place]);
    seenBy[user].add(item);
    touches[item]++;
  }
  judgement.candidates = Int32Array.from(touches.keys()).filter((item) => touches[item] > 0);
  return judgement;
}

function noteCase(judgement: Judgement, at: number, user: number, place: number): void {
  judgement.clusters[at] = user;
  judgement.recall20[at] = Number(place < LIST);
  judgement.recall10[at] = Number(place < SHORT_LIST);
  judgement.recall20WithCold[at] = judgement.recall20[at];
  judgement.recall10WithCold[at] = judgement.recall10[at];
  judgement.ndcg10[at] = place < SHORT_LIST ? ndcg(Array.from({ length: SHORT_LIST }, (_, i) => i === place), 1, SHORT_LIST) : 0; // prettier-ignore
}
