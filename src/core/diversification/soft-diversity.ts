/**
 * What candidates are worth at the next position, their variety weighed in. Candidates are named by their place in the order of relevance; values depend on
 * what was placed before, so they are asked for position by position.
 */
export interface SoftDiversity {
  /** What the value of a candidate cannot exceed; never rises from one candidate to the next. */
  bound(candidate: number): number;
  /** Where the value is at most `enough`, anything from the value up to `enough` may be given, which is found sooner. */
  value(candidate: number, enough?: number): number;
  place(index: number): void;
}

/** What every way of weighing variety starts from. */
export interface SoftInput {
  /** [n] 0..1, not rising */
  relevance: Float64Array;
  /** 0 is relevance only, 1 is variety only. */
  strength: number;
  /** Likeness of two names, 1 of a thing to itself. */
  similarity: (a: number, b: number) => number;
  /** Names of what stands in front of the first position. */
  before: readonly number[];
}
