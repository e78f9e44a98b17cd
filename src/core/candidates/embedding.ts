import { seededRandom } from '../random.js';
import { type Incidence, distinctLatest, type Rows, transposed } from './co-occurrence.js';
import { orthonormalised } from './orthonormal.js';

/** A vector per item, learned or brought in. */
export interface Embedding {
  /** When it was made, epoch ms. */
  builtAt: number;
  dim: number;
  /** [items * dim] row-major by item number: rows of length 1, or of zeros for an item that nothing is known of */
  vectors: Float32Array;
}

export interface EmbeddingOptions {
  /** How many items there are: one more than the highest number. */
  items: number;
  /** Epoch ms. */
  now: number;
  dim?: number;
  /** How many items of one user count, the latest. */
  mostOfOne?: number;
  seed?: number;
}

const DIM = 64;
const MOST_OF_ONE = 500;
const ROUNDS = 6;
/** Some milliseconds of work. */
const OPERATIONS_A_STEP = 4_000_000;

/**
 * Vectors of items such that those of which the same kinds of people are fond lie close: what the leading `dim` eigenvectors of the item-to-item walk over
 * users say, found by subspace iteration from a random start. The walk divides by the root of an item's users and by the number of a user's items, so neither what
 * everybody has nor who has everything decides. Time O(rounds * dim * (incidences + items * dim)), memory 3 * items * dim floats. Pauses every few
 * milliseconds. The same events and seed give the same vectors.
 *
 * @see Halko, Martinsson and Tropp 2011, "Finding structure with randomness", doi:10.1137/090771806, algorithm 4.4
 */
export function* learnEmbedding(
  incidence: Incidence,
  { items, now, dim = DIM, mostOfOne = MOST_OF_ONE, seed = 1 }: EmbeddingOptions,
): Generator<void, Embedding> {
  const itemsOf = distinctLatest(incidence, items, mostOfOne);
  yield;
  const usersOf = transposed(itemsOf, items);
  yield;
  const known = usersOf.offsets.reduce((sum, offset, i) => sum + Number(i > 0 && offset > usersOf.offsets[i - 1]), 0);
  const width = Math.min(dim, known);
  const random = seededRandom(seed);
  const scale = Float64Array.from(
    { length: items },
    (_, item) => 1 / Math.sqrt(Math.max(1, usersOf.offsets[item + 1] - usersOf.offsets[item])),
  );
  let basis = Float64Array.from({ length: items * width }, () => random() - 0.5);
  for (let item = 0; item < items; item++)
    if (usersOf.offsets[item + 1] === usersOf.offsets[item]) basis.fill(0, item * width, (item + 1) * width);
  for (let round = 0; round < ROUNDS; round++) {
    yield* orthonormalised(basis, width);
    basis = yield* walked(basis, width, itemsOf, scale);
  }
  return { builtAt: now, dim, vectors: unitRows(basis, items, width, dim) };
}

/** One step of the walk from items over their users to items, applied to every column. */
function* walked(
  basis: Float64Array,
  width: number,
  { offsets, members }: Rows,
  scale: Float64Array,
): Generator<void, Float64Array<ArrayBuffer>> {
  const result = new Float64Array(basis.length);
  const mean = new Float64Array(width);
  let operations = 0;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const [start, end] = [offsets[user], offsets[user + 1]];
    if (end - start < 2) continue;
    mean.fill(0);
    for (let i = start; i < end; i++) {
      const row = members[i] * width;
      const share = scale[members[i]] / (end - start);
      for (let column = 0; column < width; column++) mean[column] += share * basis[row + column];
    }
    for (let i = start; i < end; i++) {
      const row = members[i] * width;
      for (let column = 0; column < width; column++) result[row + column] += scale[members[i]] * mean[column];
    }
    operations += 2 * width * (end - start);
    if (operations < OPERATIONS_A_STEP) continue;
    operations = 0;
    yield;
  }
  return result;
}

/**
 * Rows brought to length 1, those of zeros left as they are.
 *
 * @param values [items * width] row-major
 * @param dim    length of a row of the result, at least `width`; filled up with zeros
 */
export function unitRows(values: Float64Array | Float32Array, items: number, width: number, dim: number): Float32Array {
  const rows = new Float32Array(items * dim);
  for (let item = 0; item < items; item++) {
    let square = 0;
    for (let i = 0; i < width; i++) square += values[item * width + i] ** 2;
    const factor = square > 1e-30 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < width; i++) rows[item * dim + i] = values[item * width + i] * factor;
  }
  return rows;
}
