/** The geometric mean of the prices of every narrowest category, kept while items come, go and change. */
export class PriceLevels {
  private readonly counts: number[] = [];
  /** Sums of ln(price). */
  private readonly sums: number[] = [];

  /** Count a price in or, with `by` -1, out again; prices that are unknown or 0 do not count. */
  count(categoryNo: number, price: number, by: 1 | -1): void {
    if (!(price > 0)) return;
    this.counts[categoryNo] = (this.counts[categoryNo] ?? 0) + by;
    this.sums[categoryNo] = this.counts[categoryNo] === 0 ? 0 : (this.sums[categoryNo] ?? 0) + by * Math.log(price);
  }

  /** ln of the geometric mean of a category; NaN where it has no price. */
  meanLog(categoryNo: number): number {
    return this.counts[categoryNo] > 0 ? this.sums[categoryNo] / this.counts[categoryNo] : Number.NaN;
  }
}
