/** Budgets of callers per second. Guarantees: over all processes of a deployment no more is allowed than was agreed, as far as they can reach each other; a limiter that cannot, counts by itself rather than refuse. */
export interface RateLimiter {
  /**
   * Take from a budget.
   *
   * @param key    whose budget, of up to 200 characters
   * @param points 1 or more
   * @returns seconds to wait where the budget is spent, else null
   */
  take(key: string, points: number): Promise<number | null>;
}
