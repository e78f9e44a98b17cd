/** One event of a data set, as read; `at` is epoch ms, NaN where the source gives no time. */
export interface HistoryEvent {
  userId: string;
  itemId: string;
  type: string;
  at: number;
  /** Stars, money or plays, as the source means it; NaN for none. */
  value: number;
  /** How helpful others found the review, 1 to 7; NaN or left out for unknown. */
  helpfulness?: number;
}

/** What a source says of an item; the lists are empty, or null, where it says nothing. */
export interface HistoryItem {
  id: string;
  categories: string[];
  brand: string | null;
}

/**
 * A data set in columns. Users and items are numbers in the order of their ids, events stand in time order (then user, then item), so that every
 * protocol may break ties by the number alone.
 */
export interface History {
  users: readonly string[];
  items: readonly string[];
  types: readonly string[];
  /** [events] */
  userOf: Int32Array;
  /** [events] */
  itemOf: Int32Array;
  /** [events] place in `types` */
  typeOf: Uint8Array;
  /** [events] epoch ms, NaN for unknown */
  at: Float64Array;
  /** [events] NaN for none */
  value: Float32Array;
  /** [events] 1..7, NaN for none */
  helpfulness: Float32Array;
  categories: readonly string[];
  /** [items] places in `categories` */
  categoriesOf: readonly (readonly number[])[];
  /** [items] */
  brands: readonly (string | null)[];
  /** [users] whom each user follows, ascending, each once; null where the source has no graph. */
  followees: readonly Int32Array[] | null;
}

const WHOLE_NUMBER = /^-?\d{1,15}$/;

/** Order of ids: whole numbers by value, then all other text by its characters. */
export function compareIds(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [WHOLE_NUMBER.test(a), WHOLE_NUMBER.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

const numbersOf = (ids: readonly string[]): Map<string, number> => new Map(ids.map((id, no) => [id, no]));

function sortedIds(ids: Iterable<string>): string[] {
  return [...new Set(ids)].sort(compareIds);
}

function followeesOf(users: readonly string[], follows: readonly (readonly [string, string])[]): Int32Array[] {
  const numbers = numbersOf(users);
  const sets = users.map(() => new Set<number>());
  for (const [from, to] of follows) {
    const [source, target] = [numbers.get(from), numbers.get(to)];
    if (source !== undefined && target !== undefined) sets[source].add(target);
  }
  return sets.map((set) => Int32Array.from(set).sort());
}

/**
 * Put a data set into columns. Edges to people without events are dropped, since no protocol can use them.
 *
 * @param follows pairs of follower and followed, or null where the source has no graph
 */
export function historyOf(
  events: readonly HistoryEvent[],
  items: readonly HistoryItem[],
  follows: readonly (readonly [string, string])[] | null,
): History {
  const [users, itemIds] = [sortedIds(events.map(({ userId }) => userId)), sortedIds(events.map(({ itemId }) => itemId))];
  const [userNo, itemNo] = [numbersOf(users), numbersOf(itemIds)];
  const types = sortedIds(events.map(({ type }) => type));
  const typeNo = numbersOf(types);
  const known = new Map(items.map((item) => [item.id, item]));
  const described = itemIds.map((id) => known.get(id));
  const categories = sortedIds(described.flatMap((item) => item?.categories ?? []));
  const categoryNo = numbersOf(categories);
  const rows = events
    .map(({ userId, itemId, type, at, value, helpfulness = Number.NaN }) => ({
      user: userNo.get(userId)!,
      item: itemNo.get(itemId)!,
      type: typeNo.get(type)!,
      at,
      value,
      helpfulness,
    }))
    .sort((a, b) => (a.at || 0) - (b.at || 0) || a.user - b.user || a.item - b.item);
  return {
    users,
    items: itemIds,
    types,
    userOf: Int32Array.from(rows, ({ user }) => user),
    itemOf: Int32Array.from(rows, ({ item }) => item),
    typeOf: Uint8Array.from(rows, ({ type }) => type),
    at: Float64Array.from(rows, ({ at }) => at),
    value: Float32Array.from(rows, ({ value }) => value),
    helpfulness: Float32Array.from(rows, ({ helpfulness }) => helpfulness),
    categories,
    categoriesOf: described.map((item) => (item?.categories ?? []).map((name) => categoryNo.get(name)!)),
    brands: described.map((item) => item?.brand ?? null),
    followees: follows && followeesOf(users, follows),
  };
}
