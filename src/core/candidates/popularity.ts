/** Decayed interest in every item; see the class for units. Filled by `observe`. */
export interface Popularity {
  /** Weight of an item at an instant, half-life 30 days; 0 for one nobody touched. */
  at(itemNo: number, now: number): number;
  /** The same with a half-life of one day. */
  trendAt(itemNo: number, now: number): number;
}
