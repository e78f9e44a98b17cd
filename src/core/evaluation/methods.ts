import { friendsBaseline } from './baselines/friends.js';
import { itemKnnBaseline } from './baselines/itemknn.js';
import { popularityBaseline } from './baselines/popularity.js';
import { friendsStream, itemKnnStream, popularityStream } from './baselines/streams.js';
import { type Stream, type StreamMethod } from './next-event.js';
import { type Examinee, type Task } from './task.js';

/** The first items for a user, best first. Asked for one user after the other, in the order of the task. */
export type Rank = (examinee: Examinee) => Int32Array | Promise<Int32Array>;

/** Something that ranks, under a split and along a stream. */
export interface Method {
  name: string;
  /** Says nothing without a graph, and is left out where there is none. */
  needsGraph: boolean;
  /** Learn from the fit data of a task. */
  rank(task: Task, depth: number): Rank;
  /** Live through a stream; `halfLifeMs` is that of popularity. */
  stream(stream: Stream, halfLifeMs: number): StreamMethod;
}

export const BASELINES: readonly Method[] = [
  { name: 'popularity', needsGraph: false, rank: popularityBaseline, stream: popularityStream },
  { name: 'itemknn', needsGraph: false, rank: itemKnnBaseline, stream: itemKnnStream },
  { name: 'friends', needsGraph: true, rank: friendsBaseline, stream: friendsStream },
];
