/** Lists of numbers, one after the other: those of row `r` stand at `offsets[r]` to `offsets[r + 1]`. */
export interface Groups {
  /** [rows + 1] */
  offsets: Int32Array;
  /** [offsets[rows]] ascending within a row, each once */
  values: Int32Array;
}

/** The numbers of one row, without copying. */
export const groupOf = ({ offsets, values }: Groups, row: number): Int32Array => values.subarray(offsets[row], offsets[row + 1]);

/**
 * Gather pairs into rows: each value once per row, ascending. Time O(pairs log pairs of the longest row).
 *
 * @param keys   [n] row of each pair, 0 to `rows` - 1
 * @param values [n] value of each pair
 */
export function groupsOf(rows: number, keys: ArrayLike<number>, values: ArrayLike<number>): Groups {
  const starts = new Int32Array(rows + 1);
  for (let i = 0; i < keys.length; i++) starts[keys[i] + 1]++;
  for (let row = 0; row < rows; row++) starts[row + 1] += starts[row];
  const filled = new Int32Array(keys.length);
  const next = starts.slice(0, rows);
  for (let i = 0; i < keys.length; i++) filled[next[keys[i]]++] = values[i];

  const offsets = new Int32Array(rows + 1);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const sorted = filled.subarray(starts[row], starts[row + 1]).sort();
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) filled[end++] = sorted[i];
    offsets[row + 1] = end;
  }
  return { offsets, values: filled.slice(0, end) };
}
