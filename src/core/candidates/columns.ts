/** A copy of a column with room for `capacity` values, zeros behind. */
export function growUint8(column: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(capacity);
  larger.set(column);
  return larger;
}

/** @see growUint8 */
export function growInt32(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(column);
  return larger;
}

/** @see growUint8 */
export function growUint32(column: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(column);
  return larger;
}

/** @see growUint8 */
export function growFloat32(column: Float32Array, capacity: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(capacity);
  larger.set(column);
  return larger;
}

/** @see growUint8 */
export function growFloat64(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}

/** Values of a column at some rows, in the order of the rows. */
export function pickInt32(column: ArrayLike<number>, rows: ArrayLike<number>): Int32Array {
  const picked = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]];
  return picked;
}

/** @see pickInt32 */
export function pickUint32(column: ArrayLike<number>, rows: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const picked = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]];
  return picked;
}

/** @see pickInt32 */
export function pickUint16(column: ArrayLike<number>, rows: ArrayLike<number>): Uint16Array {
  const picked = new Uint16Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]];
  return picked;
}

/** @see pickInt32 */
export function pickUint8(column: ArrayLike<number>, rows: ArrayLike<number>): Uint8Array {
  const picked = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]];
  return picked;
}

/** @see pickInt32 */
export function pickFloat64(column: ArrayLike<number>, rows: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]];
  return picked;
}
