/** How many may be done at once, and one more after how many milliseconds. */
export interface Allowed {
  most: number;
  everyMs: number;
}

/** What is left of what is allowed. Times are epoch ms; where they go back nothing is added. */
export class Allowance {
  private left: number;

  constructor(
    private readonly allowed: Allowed,
    private at: number,
  ) {
    this.left = allowed.most;
  }
  isAny(now: number): boolean {
    const { most, everyMs } = this.allowed;
    this.left = Math.min(most, this.left + Math.max(0, now - this.at) / everyMs);
    this.at = now;
    return this.left >= 1;
  }
  take(): void {
    this.left -= 1;
  }
}
