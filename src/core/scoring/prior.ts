/** How scores were changed in mixing: the final score is `scale` times the score before, plus `offset`, plus `priorWeight` times the prior. */
export interface Mixture {
  scale: number;
  offset: number;
  priorWeight: number;
}

/** Scores closer together than this count as equal: stretched to 0..1 they would be nothing but rounding. */
const LEAST_RANGE = 1e-6;

export const UNMIXED: Mixture = { scale: 1, offset: 0, priorWeight: 0 };

/**
 * Mix the caller's scores in, in place: `(1 - w) * relevance + w * prior`, where relevance is the score scaled to 0..1 over the request (all 0 where
 * all are as good as equal). At weight 0 nothing changes, so scores stay sums of rules; at weight 1 the order is the caller's own.
 *
 * @param scores [n] finite
 * @param prior  [n] 0..1
 * @param weight 0..1
 */
export function mixPrior(scores: Float64Array, prior: Float32Array, weight: number): Mixture {
  if (weight === 0) return UNMIXED;
  const low = scores.reduce((least, score) => Math.min(least, score), Infinity);
  const range = scores.reduce((most, score) => Math.max(most, score), -Infinity) - low;
  const scale = range > LEAST_RANGE ? (1 - weight) / range : 0;
  const offset = range > LEAST_RANGE ? -low * scale : 0;
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i] * scale + offset + weight * prior[i];
  return { scale, offset, priorWeight: weight };
}
