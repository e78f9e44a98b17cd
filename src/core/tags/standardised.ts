/** Means and deviations of columns, to bring values to a common measure. */
export interface Scale {
  means: readonly number[];
  /** Above 0; 1 for a column that does not vary. */
  deviations: readonly number[];
}

/** Beyond so many deviations a value says no more than that it is extreme. */
const FURTHEST = 4;

/** @param rows [n][columns] finite, n at least 1 */
export function scaleOf(rows: readonly (readonly number[])[]): Scale {
  const columns = rows[0].map((_, column) => rows.map((row) => row[column]));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / rows.length);
  const deviations = columns.map(
    (column, i) => Math.sqrt(column.reduce((sum, value) => sum + (value - means[i]) ** 2, 0) / rows.length) || 1,
  );
  return { means, deviations };
}

/** A row in deviations from the means, each within -4..4. */
export const standardised = (row: readonly number[], { means, deviations }: Scale): number[] =>
  row.map((value, i) => Math.max(-FURTHEST, Math.min(FURTHEST, (value - means[i]) / deviations[i])));
