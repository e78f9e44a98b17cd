import { addNeighbours, type ItemNeighbours, itemNeighbours } from './itemknn.js';
import { groupsOf } from '../groups.js';
import { type Stream, type StreamMethod } from '../next-event.js';

/** Smaller than any difference that counts, so that popularity orders what is otherwise tied. */
const TIE = 1e-6;
const NEIGHBOURS = 100;
/** Neighbours are made again after each further share of the events. */
const REBUILD_SHARE = 0.02;
/** Doublings after which the growing weights are scaled back; a double holds about a thousand. */
const DOUBLINGS = 500;

/**
 * Counts that halve with time, kept as weights that grow by the time of the event instead: the order of items at any instant is the same, and reading
 * costs no power of two.
 */
class DecayedCounts {
  readonly weights: Float64Array;
  private origin = Number.NaN;

  constructor(
    items: number,
    private readonly halfLifeMs: number,
  ) {
    this.weights = new Float64Array(items);
  }

  add(item: number, at: number): void {
    if (Number.isNaN(this.origin)) this.origin = at;
    const doublings = (at - this.origin) / this.halfLifeMs;
    if (doublings > DOUBLINGS) this.rebase(at, doublings);
    this.weights[item] += 2 ** ((at - this.origin) / this.halfLifeMs);
  }

  private rebase(at: number, doublings: number): void {
    this.origin = at;
    for (let item = 0; item < this.weights.length; item++) this.weights[item] *= 2 ** -doublings;
  }

  /** Add each item's share of the highest count, times a factor. */
  addTo(scores: Float64Array, factor: number): void {
    const highest = this.weights.reduce((most, weight) => Math.max(most, weight), Number.MIN_VALUE);
    for (let item = 0; item < scores.length; item++) scores[item] += (factor * this.weights[item]) / highest;
  }
}

/** What was touched lately, the same for everyone. */
export function popularityStream({ history }: Stream, halfLifeMs: number): StreamMethod {
  const counts = new DecayedCounts(history.items.length, halfLifeMs);
  return {
    score: (_user, _at, _seen, scores) => scores.set(counts.weights),
    observe: (row) => counts.add(history.itemOf[row], history.at[row]),
  };
}

/** How many of the people whom the user follows touched an item before, then what was touched lately. */
export function friendsStream({ history }: Stream, halfLifeMs: number): StreamMethod {
  const counts = new DecayedCounts(history.items.length, halfLifeMs);
  const itemsBy: number[][] = history.users.map(() => []);
  return {
    score: (user, _at, _seen, scores) => {
      scores.fill(0);
      for (const friend of history.followees?.[user] ?? []) for (const item of itemsBy[friend]) scores[item]++;
      counts.addTo(scores, TIE);
    },
    observe: (row) => {
      counts.add(history.itemOf[row], history.at[row]);
      itemsBy[history.userOf[row]].push(history.itemOf[row]);
    },
  };
}

/** The sum of cosines to the user's items, from neighbours that are made again after every fiftieth of the events; then what was touched lately. */
export function itemKnnStream({ history, rows }: Stream, halfLifeMs: number): StreamMethod {
  const counts = new DecayedCounts(history.items.length, halfLifeMs);
  const [users, items]: [number[], number[]] = [[], []];
  const cosines = new Float32Array(history.items.length);
  let neighbours: ItemNeighbours | undefined;
  let rebuildAt = 0;
  const current = (): ItemNeighbours => {
    if (neighbours && users.length < rebuildAt) return neighbours;
    rebuildAt = users.length + Math.max(1, Math.floor(rows.length * REBUILD_SHARE));
    neighbours = itemNeighbours(groupsOf(history.users.length, users, items), groupsOf(history.items.length, items, users), NEIGHBOURS);
    return neighbours;
  };
  return {
    score: (_user, _at, seen, scores) => {
      for (const item of addNeighbours(current(), seen, cosines)) {
        scores[item] = cosines[item];
        cosines[item] = 0;
      }
      for (let item = 0; item < scores.length; item++) if (scores[item] === -Infinity) scores[item] = 0;
      counts.addTo(scores, TIE);
    },
    observe: (row) => {
      counts.add(history.itemOf[row], history.at[row]);
      users.push(history.userOf[row]);
      items.push(history.itemOf[row]);
    },
  };
}
