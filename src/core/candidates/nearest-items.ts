import { NeighbourRows } from './co-occurrence.js';
import { type Embedding } from './embedding.js';
import { type Neighbours } from './neighbours.js';
import { largest } from './selection.js';

/** Up to so many items every pair is compared; beyond, those of the nearest cells. */
const COMPARED_WHOLE = 8_000;
const CELLS_LOOKED_AT = 12;
/** Some milliseconds of work. */
const PRODUCTS_A_STEP = 30_000;

/**
 * Product of two rows of as many vectors.
 *
 * @param a place of the first value of one row
 * @param b the same of the other; both have `dim` values
 */
export function product(vectors: Float32Array, a: number, b: number, dim: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < dim; i += 4) {
    s0 += vectors[a + i] * vectors[b + i];
    s1 += vectors[a + i + 1] * vectors[b + i + 1];
    s2 += vectors[a + i + 2] * vectors[b + i + 2];
    s3 += vectors[a + i + 3] * vectors[b + i + 3];
  }
  for (; i < dim; i++) s0 += vectors[a + i] * vectors[b + i];
  return s0 + s1 + (s2 + s3);
}

/**
 * The items whose vectors point most in the direction of each item's: cosine above 0. In a large shop an item belongs to the cell of the nearest of some items spread
 * evenly over the numbers, and only the items of the 12 nearest cells are compared: time O(items^1.5 * dim). Pauses every few milliseconds.
 *
 * @param most     how many are kept of an item
 * @param wholeUpTo how many items are compared pair by pair
 */
export function* nearestItems({ builtAt, dim, vectors }: Embedding, most: number, wholeUpTo = COMPARED_WHOLE): Generator<void, Neighbours> {
  const itemCount = dim === 0 ? 0 : vectors.length / dim;
  const known = Uint32Array.from(knownItems(vectors, dim));
  const cells = known.length <= wholeUpTo ? null : yield* cellsOf(vectors, dim, known);
  const table = new NeighbourRows(itemCount, most);
  const [others, cosines] = [new Uint32Array(known.length), new Float64Array(known.length)];
  const isKnown = new Uint8Array(itemCount);
  for (const item of known) isKnown[item] = 1;
  let products = 0;
  for (let item = 0; item < itemCount; item++) {
    let size = 0;
    const compare = (other: number): void => {
      const cosine = other === item ? 0 : product(vectors, item * dim, other * dim, dim);
      products++;
      if (cosine <= 0) return;
      others[size] = other;
      cosines[size++] = Math.min(1, cosine);
    };
    if (isKnown[item] === 1) {
      if (cells) for (const cell of cells.near(item)) cells.members[cell].forEach(compare);
      else known.forEach(compare);
    }
    table.add(others, cosines, size);
    if (products < PRODUCTS_A_STEP) continue;
    products = 0;
    yield;
  }
  return { builtAt, ...table.finish() };
}

function* knownItems(vectors: Float32Array, dim: number): Generator<number> {
  for (let item = 0; (item + 1) * dim <= vectors.length; item++) {
    if (vectors.subarray(item * dim, (item + 1) * dim).some((value) => value !== 0)) yield item;
  }
}

/** Items by the nearest of a root of them. */
function* cellsOf(
  vectors: Float32Array,
  dim: number,
  known: Uint32Array,
): Generator<void, { members: number[][]; near: (item: number) => Uint32Array }> {
  const count = Math.ceil(Math.sqrt(known.length));
  const centres = Array.from({ length: count }, (_, i) => known[Math.floor((i * known.length) / count)]);
  const places = centres.map((_, i) => i);
  const near = (item: number, wanted = CELLS_LOOKED_AT): Uint32Array =>
    largest(places, centres.map((centre) => product(vectors, item * dim, centre * dim, dim)), count, wanted); // prettier-ignore
  const members: number[][] = centres.map(() => []);
  for (const [i, item] of known.entries()) {
    members[near(item, 1)[0]].push(item);
    if (i % 64 === 0) yield;
  }
  return { members, near };
}
