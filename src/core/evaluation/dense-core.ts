import { type History } from './history.js';

/** How thin a data set may be: what has fewer distinct partners is left out, again and again, up to `rounds` times. */
export interface Density {
  /** Distinct users an item needs. */
  usersPerItem: number;
  /** Distinct items a user needs. */
  itemsPerUser: number;
  /** Infinity goes on until nothing falls out. */
  rounds: number;
}

/** The usual k-core: every user with at least k items and every item with at least k users. */
export const kCore = (k: number): Density => ({ usersPerItem: k, itemsPerUser: k, rounds: Infinity });

/** Distinct partners of every key among the rows that are left. */
function partners(size: number, rows: Int32Array, keyOf: Int32Array, partnerOf: Int32Array): Int32Array {
  const sets = Array.from({ length: size }, () => new Set<number>());
  for (const row of rows) sets[keyOf[row]].add(partnerOf[row]);
  return Int32Array.from(sets, ({ size: distinct }) => distinct);
}

/** Numbers that occur under some rows, ascending, and the new number of each. */
function renumbered(rows: Int32Array, numberOf: Int32Array, size: number): { kept: number[]; numbers: Int32Array } {
  const numbers = new Int32Array(size).fill(-1);
  for (const row of rows) numbers[numberOf[row]] = 0;
  const kept = [...numbers.keys()].filter((no) => numbers[no] === 0);
  kept.forEach((no, place) => (numbers[no] = place));
  return { kept, numbers };
}

/** The history of some rows alone, with users and items renumbered in the same order. */
export function narrowed(history: History, rows: Int32Array): History {
  const users = renumbered(rows, history.userOf, history.users.length);
  const items = renumbered(rows, history.itemOf, history.items.length);
  const followees = history.followees;
  return {
    ...history,
    users: users.kept.map((no) => history.users[no]),
    items: items.kept.map((no) => history.items[no]),
    userOf: rows.map((row) => users.numbers[history.userOf[row]]),
    itemOf: rows.map((row) => items.numbers[history.itemOf[row]]),
    typeOf: Uint8Array.from(rows, (row) => history.typeOf[row]),
    at: Float64Array.from(rows, (row) => history.at[row]),
    value: Float32Array.from(rows, (row) => history.value[row]),
    helpfulness: Float32Array.from(rows, (row) => history.helpfulness[row]),
    categoriesOf: items.kept.map((no) => history.categoriesOf[no]),
    brands: items.kept.map((no) => history.brands[no]),
    followees: followees && users.kept.map((no) => followees[no].map((other) => users.numbers[other]).filter((other) => other >= 0)),
  };
}

/**
 * The history without thin items and thin users. The whole period counts, the test included, as is usual for such filters; it favours every method
 * alike.
 */
export function densePart(history: History, { usersPerItem, itemsPerUser, rounds }: Density): History {
  const { userOf, itemOf } = history;
  let rows = Int32Array.from(userOf.keys());
  for (let round = 0; round < rounds; round++) {
    const before = rows.length;
    const users = partners(history.items.length, rows, itemOf, userOf);
    rows = rows.filter((row) => users[itemOf[row]] >= usersPerItem);
    const items = partners(history.users.length, rows, userOf, itemOf);
    rows = rows.filter((row) => items[userOf[row]] >= itemsPerUser);
    if (rows.length === before) break;
  }
  return narrowed(history, rows);
}
