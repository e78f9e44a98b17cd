import { type LedgerEvent } from '../events/event.js';
import { DAY_MS } from '../time.js';
import { coOccurrence, type Incidence } from './co-occurrence.js';
import { learnEmbedding } from './embedding.js';
import { nearestItems } from './nearest-items.js';
import { type Neighbours } from './neighbours.js';
import { popularityWeight } from './popularity.js';
import { regressedNeighbours } from './regression.js';
import { prefersRegression } from './table-choice.js';

/** A sign of interest of a user in an item. */
export interface Interaction {
  /** Number of the user, from 0 without gaps. */
  userNo: number;
  itemNo: number;
  /** Above 0. */
  weight: number;
  /** Epoch ms. */
  at: number;
  bought: boolean;
}

export interface NeighbourOptions {
  /** How many items there are: one more than the highest number. */
  items: number;
  /** When this is, epoch ms. */
  now: number;
  /** How many neighbours are kept of an item. */
  most?: number;
  /** How many items of one user or basket count, the latest; bounds the cost of one who touched everything. */
  mostOfOne?: number;
  /** Added to the denominator of the cosine, so that two who share one user of one each do not seem the same; 0 for a plain cosine. */
  shrinkage?: number;
}

const SHRINKAGE = 5;

/** How much an event says of interest in its item, 0 for nothing or for what takes interest back. */
export const interactionWeight = (event: Pick<LedgerEvent, 'type'>): number => Math.max(0, popularityWeight(event));

/**
 * Items that the same users showed interest in: shrunk cosine of the sets of their users, whatever the weights. A generator, so that its caller can let others have
 * the thread: it pauses every few milliseconds, and returns the table.
 */
export function buildSimilar(
  interactions: readonly Interaction[],
  { items, now, most = 100, mostOfOne = 500, shrinkage = SHRINKAGE }: NeighbourOptions,
): Generator<void, Neighbours> {
  const incidence = incidenceOf(interactions, items, ({ userNo }) => userNo);
  return coOccurrence(incidence, { itemCount: items, builtAt: now, most, mostOfOne, shrinkage });
}

/**
 * The table of similar items that foretells better what people have: by shrunk cosine, or, where it was found better, by regression.
 *
 * @see prefersRegression
 */
export function* buildBestSimilar(
  interactions: readonly Interaction[],
  { items, now, most = 100, mostOfOne = 500, shrinkage = SHRINKAGE }: NeighbourOptions,
): Generator<void, { table: Neighbours; isRegressed: boolean }> {
  const incidence = incidenceOf(interactions, items, ({ userNo }) => userNo);
  const options = { itemCount: items, builtAt: now, most, mostOfOne, shrinkage };
  const isRegressed = yield* prefersRegression(incidence, options);
  return { table: yield* isRegressed ? regressedNeighbours(incidence, options) : coOccurrence(incidence, options), isRegressed };
}

/**
 * Items that are bought together: shrunk cosine of the sets of baskets that they were in, where a basket is what one user bought in one day (UTC).
 * A pair counts when its lift is above 1: more often together than by chance.
 *
 * @see buildSimilar
 */
export function buildBoughtTogether(
  interactions: readonly Interaction[],
  { items, now, most = 50, mostOfOne = 100, shrinkage = SHRINKAGE }: NeighbourOptions,
): Generator<void, Neighbours> {
  const basketByUserAndDay = new Map<string, number>();
  const basketOf = ({ userNo, at }: Interaction): number => {
    const key = `${userNo} ${Math.floor(at / DAY_MS)}`;
    let basket = basketByUserAndDay.get(key);
    if (basket === undefined) basketByUserAndDay.set(key, (basket = basketByUserAndDay.size));
    return basket;
  };
  const incidence = incidenceOf(interactions.filter(({ bought }) => bought), items, basketOf); // prettier-ignore
  return coOccurrence(incidence, { itemCount: items, builtAt: now, most, mostOfOne, shrinkage, minLift: 1 });
}

/** What lies closest to every item by vectors learned from who showed interest in what. Pauses like the others. */
export function* buildEmbedded(
  interactions: readonly Interaction[],
  { items, now, most = 50 }: NeighbourOptions,
): Generator<void, Neighbours> {
  const embedding = yield* learnEmbedding(incidenceOf(interactions, items, ({ userNo }) => userNo), { items, now }); // prettier-ignore
  return yield* nearestItems(embedding, most);
}

/** Interactions in columns, without those of items beyond the number given. */
function incidenceOf(interactions: readonly Interaction[], items: number, groupOf: (interaction: Interaction) => number): Incidence {
  const known = interactions.filter(({ itemNo, weight }) => itemNo >= 0 && itemNo < items && weight > 0);
  return {
    groups: Uint32Array.from(known, groupOf),
    items: Uint32Array.from(known, ({ itemNo }) => itemNo),
    at: Float64Array.from(known, ({ at }) => at),
  };
}
