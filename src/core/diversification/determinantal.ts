import { EXHAUSTED, Residuals, SURE } from './residuals.js';
import { type SoftDiversity, type SoftInput } from './soft-diversity.js';

/**
 * Greedy choice of the most probable set of a determinantal point process (DPP): each position takes what makes the volume spanned by the page largest, where
 * relevance lengthens what is relevant. The kernel is `q_i * similarity * q_j` with `q = exp(a * relevance)` and `a = (1 - strength) / (2 strength)`; its
 * gain is told as `(1 - strength) * relevance + strength * ln(residual)`, which orders the same and stands any strength. When nothing new is left,
 * relevance decides.
 *
 * @see Chen, Zhang and Zhou 2018, arXiv:1709.05135
 */
export function determinantal({ relevance, strength, similarity, before }: SoftInput): SoftDiversity {
  const residuals = new Residuals(similarity, Infinity);
  for (const name of before) residuals.place(name);
  const bound = (candidate: number): number => (1 - strength) * relevance[candidate];
  return {
    bound,
    value: (candidate, enough = -Infinity) => {
      const left = residuals.squared(candidate, SURE * Math.exp((enough - bound(candidate)) / strength));
      return bound(candidate) + strength * Math.log(Math.max(EXHAUSTED, left));
    },
    place: (index) => residuals.place(index),
  };
}
