import { shown } from '../errors.js';
import { type Embedding, unitRows } from './embedding.js';
import { NeighbourRows } from './co-occurrence.js';
import { type Neighbours } from './neighbours.js';

/** Values a vector may have, and neighbours a line may name. */
export const MAX_DIM = 1024;
export const MAX_NEIGHBOURS = 200;
/** Values all vectors of a space may have together: 256 MiB. */
const MAX_VALUES = 2 ** 26;

export interface LineFault {
  code: 'MISSING_FIELD' | 'INVALID_VALUE' | 'TOO_LARGE';
  message: string;
}

/** Vectors while they come in line by line. */
export class IncomingVectors {
  private readonly vectors = new Map<number, Float32Array>();
  /** That of the first vector; 0 before. */
  dim = 0;

  /** Take in the vector of an item, the last of several. @returns what is wrong with it, or null */
  put(itemNo: number, vector: unknown): LineFault | null {
    if (vector === undefined || vector === null) return { code: 'MISSING_FIELD', message: 'vector is missing' };
    if (!Array.isArray(vector) || vector.length < 1 || vector.length > MAX_DIM)
      return { code: 'INVALID_VALUE', message: `vector is ${shown(vector)}; it must be a list of 1 to ${MAX_DIM} numbers` };
    if (this.dim > 0 && vector.length !== this.dim)
      return { code: 'INVALID_VALUE', message: `vector has ${vector.length} values; the first of this space has ${this.dim}` };
    const values = Float32Array.from(vector as number[], (value) => (typeof value === 'number' ? value : Number.NaN));
    if (!values.every(Number.isFinite) || values.every((value) => value === 0))
      return { code: 'INVALID_VALUE', message: 'vector must hold finite numbers, one of them not 0' };
    if ((this.vectors.size + 1) * vector.length > MAX_VALUES)
      return { code: 'TOO_LARGE', message: `a space holds at most ${MAX_VALUES} values` };
    this.dim = vector.length;
    this.vectors.set(itemNo, values);
    return null;
  }

  has(itemNo: number): boolean {
    return this.vectors.has(itemNo);
  }

  /** All of them, at length 1, as one space over so many items. */
  finish(items: number, builtAt: number): Embedding {
    const { dim } = this;
    const rows = new Float32Array(items * dim);
    for (const [itemNo, vector] of this.vectors) if (itemNo < items) rows.set(vector, itemNo * dim);
    return { builtAt, dim, vectors: unitRows(rows, items, dim, dim) };
  }
}

/** Rows of a table while they come in line by line. */
export class IncomingRows {
  private readonly rows = new Map<number, { nos: number[]; weights: number[] }>();

  /**
   * Take in the neighbours of an item, the last of several lines; those not in the catalogue, or the item itself, are passed over. @returns what is wrong, or null
   */
  put(itemNo: number, neighbours: unknown, noOf: (id: string) => number | undefined): LineFault | null {
    if (neighbours === undefined || neighbours === null) return { code: 'MISSING_FIELD', message: 'neighbours is missing' };
    if (!Array.isArray(neighbours) || neighbours.length > MAX_NEIGHBOURS)
      return { code: 'INVALID_VALUE', message: `neighbours is ${shown(neighbours)}; it must be a list of at most ${MAX_NEIGHBOURS}` };
    const weightByNo = new Map<number, number>();
    for (const [i, neighbour] of (neighbours as Record<string, unknown>[]).entries()) {
      const { itemId, weight } = neighbour ?? {};
      if (typeof itemId !== 'string')
        return { code: 'INVALID_VALUE', message: `neighbours.${i}.itemId is ${shown(itemId)}; it must be an id` };
      if (typeof weight !== 'number' || !(weight > 0 && weight <= 1))
        return { code: 'INVALID_VALUE', message: `neighbours.${i}.weight is ${shown(weight)}; it must be above 0, at most 1` };
      const no = noOf(itemId);
      if (no !== undefined && no !== itemNo) weightByNo.set(no, weight);
    }
    this.rows.set(itemNo, { nos: [...weightByNo.keys()], weights: [...weightByNo.values()] });
    return null;
  }

  has(itemNo: number): boolean {
    return this.rows.has(itemNo);
  }

  finish(items: number, builtAt: number): Neighbours {
    const table = new NeighbourRows(items, MAX_NEIGHBOURS);
    for (let no = 0; no < items; no++) {
      const { nos, weights } = this.rows.get(no) ?? { nos: [], weights: [] };
      table.add(Uint32Array.from(nos), Float64Array.from(weights), nos.length);
    }
    return { builtAt, ...table.finish() };
  }
}

/** A table that was brought in, with rows of the one made here for items of which it says nothing; the latter alone where none was brought in. */
export function filledUp(imported: Neighbours | null, own: Neighbours | null): Neighbours | null {
  if (!imported || imported.items.length === 0 || !own) return imported && imported.items.length > 0 ? imported : own;
  const items = Math.max(imported.offsets.length, own.offsets.length) - 1;
  const table = new NeighbourRows(items, Number.MAX_SAFE_INTEGER);
  for (let no = 0; no < items; no++) {
    const from = no + 1 < imported.offsets.length && imported.offsets[no + 1] > imported.offsets[no] ? imported : own;
    const [start, end] = no + 1 < from.offsets.length ? [from.offsets[no], from.offsets[no + 1]] : [0, 0];
    table.add(from.items.slice(start, end), Float64Array.from(from.weights.subarray(start, end)), end - start);
  }
  return { builtAt: Math.max(imported.builtAt, own.builtAt), ...table.finish() };
}
