import { type Groups, groupOf } from '../groups.js';

/** How many users two groups of users, each ascending, have in common. */
function common(a: Int32Array, b: Int32Array): number {
  let [i, j, count] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) count++;
    if (a[i] <= b[j]) i++;
    else j++;
  }
  return count;
}

const cosine = (a: Int32Array, b: Int32Array): number =>
  a.length === 0 || b.length === 0 ? 0 : common(a, b) / Math.sqrt(a.length * b.length);

/**
 * Kinds of items where the source names none: leaders that share few users with each other, and every item with the leader whose users it shares most.
 * Where it shares none, it goes with the first.
 *
 * @param usersOf [items] users of each, ascending
 * @param order   items, those with most users first
 * @param kinds   how many are wanted, 1 or more
 * @returns       [items] 0..kinds - 1
 */
export function kindsByCompany(usersOf: Groups, order: Int32Array, kinds: number): Int32Array {
  const users = (item: number): Int32Array => groupOf(usersOf, item);
  const leaders = [order[0]];
  // The nearest leader of each of the best known items so far.
  const known = order.subarray(0, 10 * kinds);
  const nearest = Float64Array.from(known, (item) => cosine(users(item), users(order[0])));
  while (leaders.length < Math.min(kinds, known.length)) {
    let next = -1;
    for (let i = 0; i < known.length; i++) if (!leaders.includes(known[i]) && (next < 0 || nearest[i] < nearest[next])) next = i;
    leaders.push(known[next]);
    for (let i = 0; i < known.length; i++) nearest[i] = Math.max(nearest[i], cosine(users(known[i]), users(known[next])));
  }
  const kindOf = new Int32Array(usersOf.offsets.length - 1);
  for (let item = 0; item < kindOf.length; item++) {
    let closest = 0;
    leaders.forEach((leader, kind) => {
      const likeness = cosine(users(item), users(leader));
      if (likeness > closest) [kindOf[item], closest] = [kind, likeness];
    });
  }
  return kindOf;
}
