/** Pages that tell what is usual, and as many that are compared with it. */
export const SPREAD_PAGES = 50;
/** Less than this share of the usual spread is a collapse. */
const COLLAPSE = 0.02;
const ROWS_TO_TELL = 20;

/** Watches whether a model still tells candidates apart, by the standard deviation of the scores of a page against that of its first pages. */
export class SpreadWatch {
  private usual = 0;
  private sum = 0;
  private pages = 0;
  private hasUsual = false;

  /**
   * @param scores [n] of all candidates of a page
   * @returns      the share of the usual spread that is left, where enough pages tell of a collapse, else null
   */
  observe(scores: Float64Array): number | null {
    if (scores.length < ROWS_TO_TELL) return null;
    this.sum += standardDeviation(scores);
    if (++this.pages < SPREAD_PAGES) return null;
    const mean = this.sum / this.pages;
    this.sum = this.pages = 0;
    if (!this.hasUsual) {
      this.usual = mean;
      this.hasUsual = true;
      return null;
    }
    return mean < COLLAPSE * this.usual ? mean / this.usual : null;
  }
}

/** Of a whole population, not of a sample. @param values [n], n at least 1 */
export function standardDeviation(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
