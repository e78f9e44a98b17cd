import { distinctLatest, type Incidence, coOccurrence, type Rows } from './co-occurrence.js';
import { type Neighbours } from './neighbours.js';
import { regressedNeighbours } from './regression.js';
import { largestPlaces } from './selection.js';

/** Regression is tried in shops of at most so many items and acts: it takes ten times as long as the cosine. */
const MOST_ITEMS = 50_000;
const MOST_ACTS = 2_000_000;
/** How many people are asked, and how many items one must have for that. */
const ASKED = 1_000;
const ITEMS_EACH = 5;
/** Regression is used when it is better by so much, so that the table does not change back and forth. */
const BETTER_BY = 1.03;
const HEARD = 50;
/** Of things without an order in time any may be held back: spread by a multiplier that shares no factor with usual counts. */
const SPREAD = 7919;
const PLACES = 10;

export interface TableOptions {
  itemCount: number;
  builtAt: number;
  most: number;
  mostOfOne: number;
  shrinkage: number;
}

/**
 * Which table of similar items foretells better what people have: the last thing of up to a thousand is held back, both tables are made from the rest, and NDCG@10 of what
 * the other things of each say together is compared. Dense, lasting tastes are foretold better by regression, thin and moving ones by the cosine. Pauses like the builders.
 */
export function* prefersRegression(incidence: Incidence, options: TableOptions): Generator<void, boolean> {
  if (options.itemCount > MOST_ITEMS || incidence.items.length > MOST_ACTS) return false;
  const itemsOf = distinctLatest(incidence, options.itemCount, options.mostOfOne);
  yield;
  const heldBack = heldBackOf(
    itemsOf,
    incidence.at.some((at) => at !== incidence.at[0]),
  );
  if (heldBack.size === 0) return false;
  const rest = restOf(incidence, heldBack);
  const cosine = yield* coOccurrence(rest, options);
  const regression = yield* regressedNeighbours(rest, options);
  return goodness(regression, itemsOf, heldBack) > BETTER_BY * goodness(cosine, itemsOf, heldBack);
}

/** The item held back of some groups, evenly over all that have enough: the last one, or any where times do not tell. */
function heldBackOf({ offsets, members }: Rows, isTimed: boolean): Map<number, number> {
  const able: number[] = [];
  for (let group = 0; group + 1 < offsets.length; group++) if (offsets[group + 1] - offsets[group] >= ITEMS_EACH) able.push(group);
  const step = Math.max(1, able.length / ASKED);
  const groups = Array.from({ length: Math.min(ASKED, able.length) }, (_, i) => able[Math.floor(i * step)]);
  return new Map(
    groups.map((group, i) => [group, members[offsets[group] + (isTimed ? 0 : (i * SPREAD) % (offsets[group + 1] - offsets[group]))]]),
  );
}

function restOf({ groups, items, at }: Incidence, heldBack: ReadonlyMap<number, number>): Incidence {
  const kept = Uint32Array.from(items.keys()).filter((row) => heldBack.get(groups[row]) !== items[row]);
  return { groups: kept.map((row) => groups[row]), items: kept.map((row) => items[row]), at: Float64Array.from(kept, (row) => at[row]) };
}

/** Sum of NDCG@10 over those asked. */
function goodness({ offsets, items, weights }: Neighbours, itemsOf: Rows, heldBack: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [group, wanted] of heldBack) {
    const own = [...itemsOf.members.subarray(itemsOf.offsets[group], itemsOf.offsets[group + 1])].filter((item) => item !== wanted);
    const scores = new Map<number, number>();
    for (const item of own.slice(0, HEARD))
      for (let i = offsets[item]; i < offsets[item + 1]; i++) scores.set(items[i], (scores.get(items[i]) ?? 0) + weights[i]);
    for (const item of own) scores.delete(item);
    const nos = [...scores.keys()];
    const best = largestPlaces(nos, [...scores.values()], nos.length, PLACES);
    const place = best.findIndex((at) => nos[at] === wanted);
    if (place >= 0) sum += 1 / Math.log2(place + 2);
  }
  return sum;
}
