import { MAX_CANDIDATES } from './candidate-set.js';

/** How many candidates a page is chosen from, the usual number first. */
export const NARROWINGS: readonly number[] = [MAX_CANDIDATES, 300, 150];

/** Half of all pages may take so long before less is done for each, ms; and a twentieth of them so long. */
export const TARGET_P50_MS = 150;
export const TARGET_P95_MS = 400;
/** Wider again only well below the target, so that it does not swing. */
const RELIEF = 0.5;
/** Fewer pages than these are no reason to do less. */
export const PAGES_TO_TELL = 50;

/**
 * The step of NARROWINGS for the pages to come, one up or down at a time.
 *
 * @param tookMs what the latest pages took, ms, in any order
 */
export function nextNarrowing(step: number, tookMs: readonly number[]): number {
  if (tookMs.length === 0) return Math.max(step - 1, 0);
  const sorted = [...tookMs].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))];
  const load = Math.max(quantile(0.5) / TARGET_P50_MS, quantile(0.95) / TARGET_P95_MS);
  if (load > 1 && tookMs.length >= PAGES_TO_TELL) return Math.min(step + 1, NARROWINGS.length - 1);
  return load < RELIEF ? Math.max(step - 1, 0) : step;
}
