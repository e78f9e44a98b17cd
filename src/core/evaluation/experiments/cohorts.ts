const DAY_MS = 86_400_000;

/**
 * Whether a buyer ordered again on another day within a window after his first order.
 *
 * @param orderedAt  epoch milliseconds of the orders that were not given back, in any order
 * @param asOf       epoch milliseconds of the look
 * @param windowDays above 0
 * @returns null for a buyer whose window is not over: counted, he would look as if he did not return, and the arm that got its users later would look worse
 */
export function boughtAgain(orderedAt: readonly number[], asOf: number, windowDays: number): boolean | null {
  if (orderedAt.length === 0) return null;
  const first = Math.min(...orderedAt);
  if (asOf - first < windowDays * DAY_MS) return null;
  const firstDay = Math.floor(first / DAY_MS);
  return orderedAt.some((at) => Math.floor(at / DAY_MS) > firstDay && at - first <= windowDays * DAY_MS);
}
