import { type SoftDiversity } from './soft-diversity.js';

/**
 * Marginal relevance of candidates: `(1 - strength) * relevance - strength * similarity to the closest item placed`. Likeness is worked out only when a
 * value is asked for, and only against what was placed since it was asked for last, so most candidates cost nothing.
 *
 * @see Carbonell and Goldstein 1998, doi:10.1145/290941.291025
 */
export class MarginalRelevance implements SoftDiversity {
  private readonly closest: Float64Array;
  /** How many of the items placed each candidate was compared with. */
  private readonly compared: Uint16Array;
  private readonly placed: number[];

  /**
   * @param relevance  [n] 0..1
   * @param strength   0 is relevance only, 1 is variety only
   * @param similarity likeness of two indices, 0..1
   * @param before     indices placed before the first position, which candidates are compared with too
   */
  constructor(
    private readonly relevance: Float64Array,
    private readonly strength: number,
    private readonly similarity: (a: number, b: number) => number,
    before: readonly number[],
  ) {
    this.closest = new Float64Array(relevance.length);
    this.compared = new Uint16Array(relevance.length);
    this.placed = strength > 0 ? [...before] : [];
  }

  /** What the value of a candidate cannot exceed. */
  bound(candidate: number): number {
    return (1 - this.strength) * this.relevance[candidate];
  }

  value(candidate: number, enough = -Infinity): number {
    if (this.strength > 0) {
      // It comes closer to what is placed and never further away, so what was found so far is never too little.
      for (let i = this.compared[candidate]; i < this.placed.length; i++) {
        if (this.bound(candidate) - this.strength * this.closest[candidate] <= enough) break;
        const likeness = this.similarity(candidate, this.placed[i]);
        if (likeness > this.closest[candidate]) this.closest[candidate] = likeness;
        this.compared[candidate] = i + 1;
      }
    }
    return this.bound(candidate) - this.strength * this.closest[candidate];
  }

  place(index: number): void {
    if (this.strength > 0) this.placed.push(index);
  }
}

/** Scores brought to 0..1 by the lowest and the highest; all 1 where they are equal. */
export function scaled(scores: Float64Array): Float64Array {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] < low) low = scores[i];
    if (scores[i] > high) high = scores[i];
  }
  const relevance = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) relevance[i] = high > low ? (scores[i] - low) / (high - low) : 1;
  return relevance;
}
