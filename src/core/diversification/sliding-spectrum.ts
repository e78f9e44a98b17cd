import { Residuals, SURE } from './residuals.js';
import { type SoftDiversity, type SoftInput } from './soft-diversity.js';

/**
 * Sliding spectrum decomposition (SSD): each position takes the highest `(1 - strength) * relevance + strength * length of what is new in it`, compared with
 * what the last `window` positions span together. What has slid out of sight may come again.
 *
 * @param window how many positions a reader sees at once, with the next one; 1 or more
 * @see Huang et al. 2021, arXiv:2107.05204
 */
export function slidingSpectrum({ relevance, strength, similarity, before }: SoftInput, window: number): SoftDiversity {
  const residuals = new Residuals(similarity, Math.max(0, window - 1));
  for (const name of before) residuals.place(name);
  const relevant = (candidate: number): number => (1 - strength) * relevance[candidate];
  return {
    bound: (candidate) => relevant(candidate) + strength,
    value: (candidate, enough = -Infinity) => {
      const length = (enough - relevant(candidate)) / strength;
      return relevant(candidate) + strength * Math.sqrt(residuals.squared(candidate, length > 0 ? SURE * length * length : -1));
    },
    place: (index) => residuals.place(index),
  };
}
