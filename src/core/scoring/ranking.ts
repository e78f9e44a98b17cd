/**
 * Rows by score, best first.
 *
 * @param scores   [n] finite
 * @param tieOrder [n] distinct; of equal scores the lower comes first
 * @returns        [n] row indices
 */
export function rankRows(scores: Float64Array, tieOrder: Uint32Array): Uint32Array {
  const rows = Uint32Array.from(scores.keys());
  return rows.sort((a, b) => scores[b] - scores[a] || tieOrder[a] - tieOrder[b]);
}
