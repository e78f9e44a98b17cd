/**
 * Everything that candidates are scored by, but for their features, the rules and the model: as plain data, a row per candidate, best first. What is added here
 * is logged with pools; what is added later has to be optional, since older pools lack it.
 */
export interface ScoreInputs {
  /** [n] the row that each candidate had when it was scored: a model is asked in that order. */
  rows: Uint32Array;
  /** [n] 1 for what was taken down to a tenth of its worth; null where nothing was. */
  less: Uint8Array | null;
  /** [n] what was left of the worth of each because the user is tired of it; left out where that is all of it. */
  worth?: Float64Array;
  /** How much the caller's own scores count, 0..1, and his order, which decides where scores are equal; null where he brought no candidates. */
  prior: { weight: number; order: Uint32Array } | null;
  /** What is paid for may be preferred. */
  mayEarn: boolean;
}
