import { createHash } from 'node:crypto';
import { type History } from './history.js';

/** A user and an item, with the time of the event that made them a pair. */
export interface Pair {
  user: number;
  item: number;
  at: number;
}

/** What may be learnt from, and what is to be foretold. */
export interface Split {
  /** Rows of the history that may be learnt from, in its order. */
  fit: Int32Array;
  /** Pairs known to the user and hence not asked for, although they are not learnt from either. */
  masked: Pair[];
  /** Distinct pairs to be foretold. */
  test: Pair[];
  /** Epoch ms at which everyone is asked; null asks each user when his first test event occurs. */
  askAt: number | null;
}

/** Chance-like order of a pair that is the same on every machine: the hex sha256 of `user:item`. */
export const pairHash = (userId: string, itemId: string): string => createHash('sha256').update(`${userId}:${itemId}`).digest('hex');

function distinctPairs(history: History, rows: Iterable<number>): Pair[] {
  const pairs = new Map<number, Pair>();
  for (const row of rows) {
    const [user, item, at] = [history.userOf[row], history.itemOf[row], history.at[row]];
    const key = user * history.items.length + item;
    const pair = pairs.get(key);
    if (!pair) pairs.set(key, { user, item, at });
    else if (at > pair.at) pair.at = at;
  }
  return [...pairs.values()];
}

/** Distinct pairs of each user with the time of the last event, users in order. */
function pairsByUser(history: History): Pair[][] {
  const byUser: Pair[][] = history.users.map(() => []);
  for (const pair of distinctPairs(history, history.at.keys())) byUser[pair.user].push(pair);
  return byUser;
}

/**
 * Learn before an instant, foretell from it on.
 *
 * @param until epoch ms at which the test period ends; events from it on are used for nothing
 */
export function splitByTime(history: History, from: number, until = Infinity): Split {
  const rows = Int32Array.from(history.at.keys());
  const test = rows.filter((row) => history.at[row] >= from && history.at[row] < until);
  return { fit: rows.filter((row) => history.at[row] < from), masked: [], test: distinctPairs(history, test), askAt: from };
}

interface Ordered extends Pair {
  hash: string;
}

/** Order a user's pairs, earliest first where times count; what time does not decide, the hash does. */
function inOrder(history: History, pairs: Pair[], byTime: boolean): Ordered[] {
  const hashed = pairs.map((pair) => ({ ...pair, hash: pairHash(history.users[pair.user], history.items[pair.item]) }));
  return hashed.sort((a, b) => (byTime ? (a.at || 0) - (b.at || 0) : 0) || (a.hash < b.hash ? -1 : 1));
}

/** Rows whose pair is not among those held back. */
function rowsWithout(history: History, held: readonly Pair[]): Int32Array {
  const keys = new Set(held.map(({ user, item }) => user * history.items.length + item));
  return Int32Array.from(history.at.keys()).filter((row) => !keys.has(history.userOf[row] * history.items.length + history.itemOf[row]));
}

/**
 * Hold back the last item of every user with enough of them; other users' later events stay, which is kinder to every method than a split by time.
 *
 * @param back     0 holds back the last item, 1 the one before, without which and the last is then learnt
 * @param minItems distinct items that a user needs for one of his to be held back
 */
export function splitLastOut(history: History, back: 0 | 1, minItems = 5): Split {
  const [test, unseen]: [Pair[], Pair[]] = [[], []];
  for (const pairs of pairsByUser(history)) {
    if (pairs.length < minItems) continue;
    const held = inOrder(history, pairs, true).slice(-1 - back);
    test.push(held[0]);
    unseen.push(...held);
  }
  return { fit: rowsWithout(history, unseen), masked: [], test, askAt: null };
}

/** How many of `n` items go to validation and test at a tenth each: a part that would round to nothing gets one item while more than one is left. */
export function tenths(n: number): [fit: number, valid: number, test: number] {
  const parts: [number, number, number] = [0, Math.floor(0.1 * n), Math.floor(0.1 * n)];
  parts[0] = n - parts[1] - parts[2];
  for (const part of [2, 1]) {
    if (parts[0] <= 1) break;
    if (0.1 * n > 0 && 0.1 * n < 1) {
      parts[part]++;
      parts[0]--;
    }
  }
  return parts;
}

/**
 * Deal each user's distinct items out at 8:1:1 in hash order: learn from the first part, foretell the last. Time plays no part.
 *
 * @param part which tenth is foretold; the validation part is masked where the test part is
 */
export function splitTenths(history: History, part: 'valid' | 'test'): Split {
  const [held, masked, test]: [Pair[], Pair[], Pair[]] = [[], [], []];
  for (const pairs of pairsByUser(history)) {
    const [fit, valid] = tenths(pairs.length);
    const ordered = inOrder(history, pairs, false);
    const [validPairs, testPairs] = [ordered.slice(fit, fit + valid), ordered.slice(fit + valid)];
    held.push(...validPairs, ...testPairs);
    test.push(...(part === 'test' ? testPairs : validPairs));
    if (part === 'test') masked.push(...validPairs);
  }
  return { fit: rowsWithout(history, held), masked, test, askAt: history.at.reduce((last, at) => Math.max(last, at || 0), 0) };
}
