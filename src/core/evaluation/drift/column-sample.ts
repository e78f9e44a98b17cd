import { type Random } from '../../random.js';

const POINTS = 11;

/** Values drawn evenly from a stream of unknown length, in memory that does not grow. */
export class ColumnSample {
  private readonly values: Float64Array;
  private seen = 0;

  /** @param size values kept at most */
  constructor(
    size: number,
    private readonly random: Random,
  ) {
    this.values = new Float64Array(size);
  }

  /** How many were offered. */
  get count(): number {
    return this.seen;
  }

  add(value: number): void {
    this.seen++;
    const place = this.seen <= this.values.length ? this.seen - 1 : Math.floor(this.random() * this.seen);
    if (place < this.values.length) this.values[place] = value;
  }

  /** 11 points from the least to the greatest, the middle one being the median; empty where there was nothing. */
  quantiles(): number[] {
    const sorted = this.values.slice(0, Math.min(this.seen, this.values.length)).sort();
    if (sorted.length === 0) return [];
    return Array.from({ length: POINTS }, (_, i) => sorted[Math.round((i / (POINTS - 1)) * (sorted.length - 1))]);
  }
}
