/**
 * Make every score finite, in place: what is not a number, or infinite either way, becomes the lowest finite score of the request, or 0 where there is none.
 * This is the one place where it is done; whatever comes later may rely on it.
 *
 * @param scores [n]
 * @returns      the same array
 */
export function finiteScores(scores: Float64Array): Float64Array {
  let lowest = Infinity;
  for (let i = 0; i < scores.length; i++) if (Number.isFinite(scores[i]) && scores[i] < lowest) lowest = scores[i];
  if (lowest === Infinity) lowest = 0;
  for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) scores[i] = lowest;
  return scores;
}
