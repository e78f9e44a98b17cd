import { type Item } from '../../item.js';
import { type Catalogue } from '../catalogue.js';
import { findCopies, wordsOf } from './near-copies.js';
import { type Opinions } from './opinions.js';

/** What is thought of items and creators, in columns. Items and creators that came later are not in them. */
export interface ItemTrust {
  /** Epoch ms. */
  builtAt: number;
  /** [items] 0..1 */
  trust: Float32Array;
  /** [items] 0..1 */
  quality: Float32Array;
  /** [items] number of the original of a near-copy; of all others their own */
  copyOf: Int32Array;
  /** [creators] 0..1, by number of the name */
  credit: Float32Array;
}

/** Of whom nothing is known. */
export const UNJUDGED_TRUST = 0.5;
/** So many opinions of others are taken for granted before the first: of the middle for a creator, of his credit for an item, of usual response. */
const CREATOR_PRIOR = 20;
const ITEM_PRIOR = 10;
const RESPONSE_PRIOR = 20;
/** Share of those who look at something that respond to it, in most shops. */
const USUAL_RESPONSE = 0.1;
/** Response grows by so much for every part of the share above the usual. */
const RESPONSE_SLOPE = 2;
const QUALITY = { originality: 0.3, information: 0.3, response: 0.4 } as const;
const COPY_ORIGINALITY = 0.2;
const WORDS_ENOUGH = 8;

export const noTrust = (): ItemTrust => ({
  builtAt: 0,
  trust: new Float32Array(0),
  quality: new Float32Array(0),
  copyOf: new Int32Array(0),
  credit: new Float32Array(0),
});

export const trustOf = ({ trust }: ItemTrust, itemNo: number): number => (itemNo < trust.length ? trust[itemNo] : UNJUDGED_TRUST);
export const qualityOf = ({ quality }: ItemTrust, itemNo: number): number => (itemNo < quality.length ? quality[itemNo] : UNJUDGED_TRUST);
export const creditOf = ({ credit }: ItemTrust, creatorNo: number): number =>
  creatorNo > 0 && creatorNo < credit.length ? credit[creatorNo] : UNJUDGED_TRUST;
/** The original that an item is counted with, or the item itself. */
export const originalOf = ({ copyOf }: ItemTrust, itemNo: number): number => (itemNo < copyOf.length ? copyOf[itemNo] : itemNo);

type Clusters = ReadonlyMap<number, readonly number[]>;
const clustersByTable = new WeakMap<Int32Array, Clusters>();

function clustersOf({ copyOf }: ItemTrust): Clusters {
  const known = clustersByTable.get(copyOf);
  if (known) return known;
  const clusters = new Map<number, number[]>();
  copyOf.forEach((original, no) => {
    if (original === no) return;
    const cluster = clusters.get(original);
    if (cluster) cluster.push(no);
    else clusters.set(original, [original, no]);
  });
  clustersByTable.set(copyOf, clusters);
  return clusters;
}

/** Whether any two items are near-copies. */
export const hasCopies = (trust: ItemTrust): boolean => clustersOf(trust).size > 0;
/** An item and its near-copies, the original first; undefined for one that has none. */
export const copiesWith = (trust: ItemTrust, itemNo: number): readonly number[] | undefined =>
  clustersOf(trust).get(originalOf(trust, itemNo));

/** The most that `actors` can move the credit of a creator, 0..1: each counts for one at most, beside twenty taken for granted. */
export const mostCredit = (actors: number): number => actors / (CREATOR_PRIOR + actors);
/** The most that `actors` can move the trust of an item, by what they say of it and of its creator's other items. */
export const mostTrust = (actors: number): number => (actors + ITEM_PRIOR * mostCredit(actors)) / (ITEM_PRIOR + actors);
/** The most that `actors` can move the quality of an item. */
export const mostQuality = (actors: number): number => (QUALITY.response * RESPONSE_SLOPE * actors) / (RESPONSE_PRIOR + actors);

/** Sums of what counts, each actor with at most one. */
interface Sums {
  weight: Float64Array;
  value: Float64Array;
}
const sumsOf = (length: number): Sums => ({ weight: new Float64Array(length), value: new Float64Array(length) });

/**
 * Trust, quality and credit from opinions, each shrunk while there are few:
 *
 * - credit of a creator: mean of what is said of his items, each person counting for one whatever he says, beside 20 of 0.5;
 * - trust of an item: mean of what is said of it, beside 10 of its creator's credit;
 * - quality: 0.3 originality (1, or 0.2 for a near-copy) + 0.3 information (what the shop tells of it) + 0.4 response, which is
 *   `0.5 + 2 * (share of those who looked that responded, beside 20 of 0.1, - 0.1)` within 0..1.
 *
 * Pauses now and then.
 *
 * @param weightOf what a user counts for, 0..1: machines count for nothing
 */
export function* buildTrust(
  catalogue: Catalogue,
  opinions: Opinions,
  { now, weightOf }: { now: number; weightOf: (userId: string) => number },
): Generator<void, ItemTrust> {
  const items = catalogue.size;
  const [byItem, byCreator, response] = [sumsOf(items), sumsOf(catalogue.names.creator.size), sumsOf(items)];
  const weights = Float32Array.from(opinions.users, weightOf);
  yield;
  const perCreator = new Map<number, { weight: number; value: number; share: number }>();
  for (const { userNo, itemNo, weight, sum, looked, responded } of opinions.all()) {
    const share = weights[userNo];
    if (share === 0 || itemNo >= items) continue;
    if (weight > 0) {
      const counted = Math.min(1, weight) * share;
      byItem.weight[itemNo] += counted;
      byItem.value[itemNo] += (counted * sum) / weight;
      addToPair(perCreator, userNo * byCreator.weight.length + catalogue.creator[itemNo], Math.min(1, weight), sum / weight, share);
    }
    if (looked) response.weight[itemNo] += share;
    if (responded) response.value[itemNo] += share;
    yield;
  }
  for (const [pair, { weight, value, share }] of perCreator) {
    const creatorNo = pair % byCreator.weight.length;
    const counted = Math.min(1, weight) * share;
    byCreator.weight[creatorNo] += counted;
    byCreator.value[creatorNo] += (counted * value) / weight;
  }
  yield;
  const copyOf = yield* findCopies(catalogue);
  const credit = byCreator.weight.reduce((column, weight, no) => {
    column[no] = no === 0 ? UNJUDGED_TRUST : shrunk(byCreator.value[no], weight, UNJUDGED_TRUST, CREATOR_PRIOR);
    return column;
  }, new Float32Array(byCreator.weight.length));
  const [trust, quality] = [new Float32Array(items), new Float32Array(items)];
  for (let no = 0; no < items; no++) {
    trust[no] = shrunk(byItem.value[no], byItem.weight[no], credit[catalogue.creator[no]], ITEM_PRIOR);
    const responded = shrunk(response.value[no], response.weight[no], USUAL_RESPONSE, RESPONSE_PRIOR);
    const row = catalogue.row(no);
    quality[no] =
      QUALITY.originality * (copyOf[no] === no ? 1 : COPY_ORIGINALITY) +
      QUALITY.information * (row ? informationOf(row.item) : 0) +
      QUALITY.response * Math.min(1, Math.max(0, 0.5 + RESPONSE_SLOPE * (responded - USUAL_RESPONSE)));
    if (no % 256 === 0) yield;
  }
  return { builtAt: now, trust, quality, copyOf, credit };
}

function addToPair(
  pairs: Map<number, { weight: number; value: number; share: number }>,
  key: number,
  weight: number,
  value: number,
  share: number,
): void {
  const pair = pairs.get(key);
  if (pair) {
    pair.weight += weight;
    pair.value += weight * value;
  } else pairs.set(key, { weight, value: weight * value, share });
}

const shrunk = (sum: number, weight: number, prior: number, priorWeight: number): number =>
  (sum + priorWeight * prior) / (weight + priorWeight);

/** How much the shop tells of an item, 0..1: words of the title up to eight, categories, brand or creator, price or goods it is about, picture, labels. */
export function informationOf(item: Item): number {
  return (
    0.3 * Math.min(1, wordsOf(item.title).length / WORDS_ENOUGH) +
    0.1 * Number(item.categories.length > 1) +
    0.15 * Number(item.brand !== null || item.creatorId !== null) +
    0.2 * Number(item.price !== null || item.productIds.length > 0) +
    0.15 * Number(item.imageUrl !== null) +
    0.1 * Number(item.labels.length > 0)
  );
}
