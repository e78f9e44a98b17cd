const grown = <T extends Uint8Array | Int32Array | Float32Array | Float64Array>(column: T, larger: T): T => {
  larger.set(column);
  return larger;
};

/** Copies of a column with room for `capacity` values, zeros behind. */
export const growUint8 = (column: Uint8Array, capacity: number) => grown(column, new Uint8Array(capacity));
export const growInt32 = (column: Int32Array, capacity: number) => grown(column, new Int32Array(capacity));
export const growFloat32 = (column: Float32Array, capacity: number) => grown(column, new Float32Array(capacity));
export const growFloat64 = (column: Float64Array, capacity: number) => grown(column, new Float64Array(capacity));
