import { sortPlaces } from '../candidates/selection.js';

/**
 * Rows by score, best first.
 *
 * @param scores   [n] finite
 * @param tieOrder [n] distinct; of equal scores the lower comes first
 * @returns        [n] row indices
 */
export function rankRows(scores: Float64Array, tieOrder: Uint32Array): Uint32Array {
  const rows = new Uint32Array(scores.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  return sortPlaces(rows, scores, tieOrder);
}
