import { type Groups, groupOf, groupsOf } from './groups.js';
import { type History } from './history.js';
import { type Split } from './splits.js';

/** A user under examination. */
export interface Examinee {
  user: number;
  /** Items he must not be shown: those learnt from him, and those masked. */
  masked: ReadonlySet<number>;
  /** New items of the test that can be foretold, since somebody touched them in the fit data. */
  relevant: ReadonlySet<number>;
  /** The same with items that nobody touched in the fit data; at least as many. */
  relevantWithCold: number;
  /** Epoch ms at which he is asked. */
  askAt: number;
}

/** A split, made ready for methods: who touched what, who is examined, and what may be shown. */
export interface Task {
  history: History;
  split: Split;
  /** [users] distinct items that each user touched in the fit data */
  itemsOf: Groups;
  /** [items] distinct users that touched each item in the fit data */
  usersOf: Groups;
  /** [items] distinct users of each item in the fit data; 0 is no candidate */
  popularity: Int32Array;
  /** Candidates, the more popular first, then the lower number: the order that decides every tie. */
  popular: Int32Array;
  fitUsers: number;
  /** Users in the fit data with at least one relevant item, in order. */
  examinees: Examinee[];
  /** Users in the fit data with any new item in the test, cold ones included. */
  usersWithCold: number;
  /** New pairs of the test that concern candidates, and all of them. */
  warmPairs: number;
  newPairs: number;
}

/** Candidates by falling popularity. */
function popularFirst(popularity: Int32Array): Int32Array {
  const candidates = Int32Array.from(popularity.keys()).filter((item) => popularity[item] > 0);
  return candidates.sort((a, b) => popularity[b] - popularity[a] || a - b);
}

function sizes({ offsets }: Groups): Int32Array {
  return Int32Array.from({ length: offsets.length - 1 }, (_, row) => offsets[row + 1] - offsets[row]);
}

interface Wanted {
  warm: Set<number>;
  all: number;
  firstAt: number;
}

/** New test items of every user of the fit data. */
function wantedByUser(
  split: Split,
  itemsOf: Groups,
  maskedOf: ReadonlyMap<number, Set<number>>,
  popularity: Int32Array,
): Map<number, Wanted> {
  const wanted = new Map<number, Wanted>();
  for (const { user, item, at } of split.test) {
    const seen = groupOf(itemsOf, user);
    if (seen.length === 0 || seen.includes(item) || maskedOf.get(user)?.has(item)) continue;
    const entry = wanted.get(user) ?? { warm: new Set(), all: 0, firstAt: at };
    wanted.set(user, entry);
    entry.all++;
    entry.firstAt = Math.min(entry.firstAt, at);
    if (popularity[item] > 0) entry.warm.add(item);
  }
  return wanted;
}

function maskedByUser(split: Split): Map<number, Set<number>> {
  const masked = new Map<number, Set<number>>();
  for (const { user, item } of split.masked) masked.set(user, (masked.get(user) ?? new Set()).add(item));
  return masked;
}

/** Make a split ready for methods. Candidates are all items of the fit data; the user's own are masked. */
export function taskOf(history: History, split: Split): Task {
  const [users, items] = [
    Int32Array.from(split.fit, (row) => history.userOf[row]),
    Int32Array.from(split.fit, (row) => history.itemOf[row]),
  ];
  const [itemsOf, usersOf] = [groupsOf(history.users.length, users, items), groupsOf(history.items.length, items, users)];
  const popularity = sizes(usersOf);
  const maskedOf = maskedByUser(split);
  const wanted = [...wantedByUser(split, itemsOf, maskedOf, popularity)];
  const examinees = wanted
    .filter(([, { warm }]) => warm.size > 0)
    .sort(([a], [b]) => a - b)
    .map(([user, { warm, all, firstAt }]) => ({
      user,
      masked: new Set([...groupOf(itemsOf, user), ...(maskedOf.get(user) ?? [])]),
      relevant: warm,
      relevantWithCold: all,
      askAt: split.askAt ?? firstAt,
    }));
  return {
    history,
    split,
    itemsOf,
    usersOf,
    popularity,
    popular: popularFirst(popularity),
    fitUsers: sizes(itemsOf).filter((size) => size > 0).length,
    examinees,
    usersWithCold: wanted.length,
    warmPairs: wanted.reduce((sum, [, { warm }]) => sum + warm.size, 0),
    newPairs: wanted.reduce((sum, [, { all }]) => sum + all, 0),
  };
}
