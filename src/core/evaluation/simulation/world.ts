import { buildSimilar } from '../../candidates/build-neighbours.js';
import { type Neighbours } from '../../candidates/neighbours.js';
import { hash32 } from '../../random.js';
import { groupsOf } from '../groups.js';
import { type History } from '../history.js';
import { finished } from '../replayed-shop.js';
import { type Fitted, fitTaste } from './fitted.js';
import { kindsByCompany } from './kinds.js';

/** Something on offer in the simulated shop; its number is its place. */
export interface WorldItem {
  id: string;
  /** Place in the kinds of the world. */
  kind: number;
  /** Who made it: the first person known to have touched it. */
  creator: string;
  /** How much it appeals to everybody, mean 0 and spread 1. */
  appeal: number;
  /** The day on which it comes into the shop; 0 for one that was always there. */
  day: number;
}

/** Somebody who is served. */
export interface Citizen {
  id: string;
  /** Items that he touched before the first day, in order. */
  known: readonly number[];
  /** [kinds] what he likes, adding up to 1, as far as he knows himself. */
  taste: Float64Array;
  /** Kinds that he comes to like once he met them. */
  latent: readonly number[];
  /** [items] how close each is to all that he ever touched, 0..1 */
  closeness: Float32Array;
}

export interface World {
  dataset: string;
  kinds: readonly string[];
  items: readonly WorldItem[];
  fitted: Fitted;
  /** What happened before the first day, in order: all of the half that parameters come from, and what is known of those who are served. */
  past: readonly { userId: string; itemNo: number }[];
  citizens: readonly Citizen[];
}

export interface WorldOptions {
  dataset: string;
  /** How many items, those with most users first, and how many people to serve. */
  items: number;
  citizens: number;
  /** Kinds made up where the source names none. */
  kinds: number;
  /** Days over which newcomers arrive; a share of the items are newcomers. */
  days: number;
  newcomerShare: number;
  /** Other people, other newcomers. */
  seed: number;
}

const LEAST_ACTS = 8;
const MOST_LATENT = 3;

const chanceOf = (text: string): number => hash32(text) / 2 ** 32;

/** The half of the users that parameters come from; the other half is served. */
const isFit = (userId: string): boolean => chanceOf(`half ${userId}`) < 0.5;

interface Picked {
  /** Items of the history, by number in the world. */
  items: Int32Array;
  /** What each user of the history touched of them, in order, each once. */
  touchedBy: number[][];
}

function pickItems({ userOf, itemOf, users, items }: History, most: number): Picked {
  const counts = new Int32Array(items.length);
  userOf.forEach((user, row) => (counts[itemOf[row]] += Number(isFit(users[user]))));
  const picked = Int32Array.from(counts.keys())
    .filter((item) => counts[item] > 0)
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .slice(0, most);
  const noOf = new Map(Array.from(picked, (item, no) => [item, no]));
  const sets = users.map(() => new Set<number>());
  itemOf.forEach((item, row) => {
    const no = noOf.get(item);
    if (no !== undefined) sets[userOf[row]].add(no);
  });
  return { items: picked, touchedBy: sets.map((set) => [...set]) };
}

/** The kind of every item, by the first category that the source names, or else by who likes what. */
function kindsOf(history: History, { items, touchedBy }: Picked, wanted: number): { kinds: string[]; kindOf: Int32Array } {
  if (history.categories.length > 0) {
    const used = [...new Set(Array.from(items, (item) => history.categoriesOf[item][0] ?? 0))].sort((a, b) => a - b);
    const places = new Map(used.map((category, place) => [category, place]));
    return {
      kinds: used.map((category) => `kind ${history.categories[category]}`),
      kindOf: Int32Array.from(items, (item) => places.get(history.categoriesOf[item][0] ?? 0)!),
    };
  }
  const pairs = touchedBy.flatMap((touched, user) => (isFit(history.users[user]) ? touched.map((no) => [no, user]) : []));
  const usersOf = groupsOf(items.length, pairs.map(([no]) => no), pairs.map(([, user]) => user)); // prettier-ignore
  const kindOf = kindsByCompany(usersOf, Int32Array.from(items.keys()), wanted);
  return { kinds: Array.from({ length: wanted }, (_, kind) => `kind ${kind + 1}`), kindOf };
}

/** How close every item is to some things together: sums of shrunk cosines, the closest 1. */
function closenessTo(own: readonly number[], { offsets, items, weights }: Neighbours, count: number): Float32Array {
  const sums = new Float32Array(count);
  for (const no of own) for (let i = offsets[no]; i < offsets[no + 1]; i++) sums[items[i]] += weights[i];
  const most = sums.reduce((highest, sum) => Math.max(highest, sum), 0);
  return most > 0 ? sums.map((sum) => sum / most) : sums;
}

/** Kinds of the later half of what somebody touched that the earlier has nothing of, the commonest first; one of no touch where there is none. */
function latentKinds(known: readonly number[], later: readonly number[], kindOf: Int32Array, kinds: number, seed: string): number[] {
  const before = new Set(known.map((no) => kindOf[no]));
  const counts = new Map<number, number>();
  for (const no of later) if (!before.has(kindOf[no])) counts.set(kindOf[no], (counts.get(kindOf[no]) ?? 0) + 1);
  const found = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([kind]) => kind);
  if (found.length > 0) return found.slice(0, MOST_LATENT);
  const others = Array.from({ length: kinds }, (_, kind) => kind).filter((kind) => !before.has(kind));
  return others.length === 0 ? [] : [others[Math.floor(chanceOf(seed) * others.length)]];
}

/** Appeal of items by the logarithm of how many touched them, mean 0 and spread 1. */
function appealsOf({ touchedBy, items }: Picked): Float64Array {
  const counts = new Float64Array(items.length);
  for (const touched of touchedBy) for (const no of touched) counts[no]++;
  const logs = counts.map((count) => Math.log1p(count));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const spread = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length) || 1;
  return logs.map((log) => (log - mean) / spread);
}

/** A shop with people in it: those of one half of the data, who behave as the other half did. The same options give the same world. */
export function buildWorld(history: History, options: WorldOptions): World {
  const picked = pickItems(history, options.items);
  const { kinds, kindOf } = kindsOf(history, picked, options.kinds);
  const { touchedBy } = picked;
  const users = history.users.map((id, user) => ({ id, touched: touchedBy[user] }));
  const fitUsers = users.filter(({ id }) => isFit(id));
  const fitted = fitTaste(fitUsers.map(({ touched }) => touched.map((no) => kindOf[no])), kinds.length); // prettier-ignore
  const interactions = fitUsers.flatMap(({ touched }, userNo) =>
    touched.map((itemNo) => ({ userNo, itemNo, weight: 1, at: 0, bought: false })),
  );
  const similar = finished(buildSimilar(interactions, { items: picked.items.length, now: 0 }));
  const appeals = appealsOf(picked);
  const creatorOf = new Map<number, string>();
  history.itemOf.forEach((item, row) => {
    if (!creatorOf.has(item)) creatorOf.set(item, history.users[history.userOf[row]]);
  });
  const dayOf = (id: string): number =>
    chanceOf(`${options.seed} new ${id}`) < options.newcomerShare
      ? 1 + Math.floor(chanceOf(`${options.seed} day ${id}`) * options.days)
      : 0;
  const items = Array.from(picked.items, (item, no): WorldItem => {
    const id = history.items[item];
    return { id, kind: kindOf[no], creator: creatorOf.get(item)!, appeal: appeals[no], day: dayOf(id) };
  });
  const served = users
    .filter(({ id, touched }) => !isFit(id) && touched.length >= LEAST_ACTS)
    .sort((a, b) => hash32(`${options.seed} ${a.id}`) - hash32(`${options.seed} ${b.id}`))
    .slice(0, options.citizens);
  const citizens = served.map(({ id, touched }): Citizen => {
    const known = touched.slice(0, touched.length >> 1).filter((no) => items[no].day === 0);
    const taste = fitted.common.map((share) => share * fitted.concentration);
    for (const no of known) taste[kindOf[no]]++;
    return {
      // Another life under another seed.
      id: `${id}.${options.seed}`,
      known,
      taste: taste.map((weight) => weight / (known.length + fitted.concentration)),
      latent: latentKinds(known, touched.slice(touched.length >> 1), kindOf, kinds.length, `${options.seed} ${id}`),
      closeness: closenessTo(touched, similar, items.length),
    };
  });
  return { dataset: options.dataset, kinds, items, fitted, past: pastOf(fitUsers, citizens, items), citizens };
}

/** Everybody's acts, one of each in turn, so that nobody's are all old; people in an order of chance. */
function pastOf(
  fitUsers: readonly { id: string; touched: readonly number[] }[],
  citizens: readonly Citizen[],
  items: readonly WorldItem[],
): World['past'] {
  const all = [
    ...fitUsers.map(({ id, touched }) => ({ userId: id, own: touched })),
    ...citizens.map(({ id, known }) => ({ userId: id, own: known })),
  ];
  const acts = all.flatMap(({ userId, own }) =>
    own.filter((no) => items[no].day === 0).map((itemNo, i) => ({ userId, itemNo, at: (i + chanceOf(`past ${userId}`)) / own.length })),
  );
  return acts.sort((a, b) => a.at - b.at).map(({ userId, itemNo }) => ({ userId, itemNo }));
}
