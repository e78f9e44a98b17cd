/** Items and clicks from which the usual rate is learned. */
export const USUAL_ITEMS = 5_000;
export const USUAL_CLICKS = 50;
/** What is looked for is half the usual rate. */
const FALLEN = 0.5;
/** How much more likely the fallen rate has to be than the usual one, as a logarithm: e^12, some 160,000 to 1. */
const EVIDENCE = 12;

/**
 * Watches whether people click less on what a model places, against what they did when it began: a cumulative sum of the evidence for half of that rate, which
 * begins anew whenever it speaks for the usual one, so that it may be looked at after every page. Pages are counted once their clicks have had time to come.
 *
 * @see Page 1954, doi:10.1093/biomet/41.1-2.100
 */
export class ClickWatch {
  private items = 0;
  private clicks = 0;
  private usual: number | null = null;
  private evidence = 0;

  /** @returns the usual rate where it has fallen, else null */
  observe(items: number, clicks: number): number | null {
    if (this.usual === null) {
      this.items += items;
      this.clicks += clicks;
      if (this.items >= USUAL_ITEMS && this.clicks >= USUAL_CLICKS) this.usual = Math.min(0.5, this.clicks / this.items);
      return null;
    }
    const [usual, fallen] = [this.usual, this.usual * FALLEN];
    const clicked = Math.min(items, clicks);
    const gained = clicked * Math.log(fallen / usual) + (items - clicked) * Math.log((1 - fallen) / (1 - usual));
    this.evidence = Math.max(0, this.evidence + gained);
    return this.evidence > EVIDENCE ? usual : null;
  }
}
