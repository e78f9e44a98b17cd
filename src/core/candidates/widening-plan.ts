/**
 * What the loop out of the cocoon wants of one page: plain numbers, so that the page can be made again. Values are sums over positions of relevance (0..1) by
 * `1 / log2(1 + position)`.
 */
export interface WideningPlan {
  /** False for a user whom the loop leaves alone; the dial moves his feeds all the same. */
  controlled: boolean;
  /** How narrow his feeds are, how sure that is, and how narrow they may be; 0..1. */
  narrow: number;
  confidence: number;
  target: number;
  /** Where he set his dial, -1..1. */
  breadth: number;
  /** What the loop adds to the strength of variety from here on, and the day (since 1970, UTC) of its last step. */
  boost: number;
  steppedOn: number;
  /** Added to the configured strength, boost and dial together. */
  added: number;
  /** What the pages of the day were worth without widening so far, and what widening took from them, but for what was given beyond the budget. */
  value: number;
  spent: number;
  /** Share of the value that may be taken. */
  budget: number;
  /** A widening card is to be given, whatever is left to spend. */
  isDue: boolean;
  /** Share of the limit of the widening source, 0..1. */
  quota: number;
  /** How much sooner the user is tired of what he was shown: 0 as configured, to 1. */
  tiring: number;
}
