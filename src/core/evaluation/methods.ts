import { friendsBaseline } from './baselines/friends.js';
import { itemKnnBaseline } from './baselines/itemknn.js';
import { popularityBaseline } from './baselines/popularity.js';
import { friendsStream, itemKnnStream, popularityStream } from './baselines/streams.js';
import { type Stream, type StreamMethod } from './next-event.js';
import { type Rank } from './baselines/ranking.js';
import { type Task } from './task.js';

/** Something that ranks, under a split and along a stream. */
export interface Method {
  name: string;
  /** What a reader of its figures has to know, as a sentence. */
  note: string;
  /** Says nothing without a graph, and is left out where there is none. */
  needsGraph: boolean;
  /** Learn from the fit data of a task. */
  rank(task: Task, depth: number): Rank;
  /** Live through a stream; `halfLifeMs` is that of popularity. */
  stream(stream: Stream, halfLifeMs: number): StreamMethod;
}

const POPULARITY_NOTE = 'popularity: number of distinct people who touched an item, fading along a stream.';
const ITEMKNN_NOTE = "itemknn: sum of the cosines to the user's items, 100 neighbours an item, no shrinkage.";
const FRIENDS_NOTE =
  'friends: number of followed people who touched an item, then popularity; edges carry no dates, which favours it a little.';

export const BASELINES: readonly Method[] = [
  { name: 'popularity', note: POPULARITY_NOTE, needsGraph: false, rank: popularityBaseline, stream: popularityStream },
  { name: 'itemknn', note: ITEMKNN_NOTE, needsGraph: false, rank: itemKnnBaseline, stream: itemKnnStream },
  { name: 'friends', note: FRIENDS_NOTE, needsGraph: true, rank: friendsBaseline, stream: friendsStream },
];
