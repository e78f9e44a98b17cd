import { DAY_MS } from '../../core/time.js';
import { type ExposureExports } from '../../ports/exposure-exports.js';

const WINDOW_DAYS = 30;
/** Events that came a moment ago may not be told of yet. */
const SETTLED_MS = 20_000;

/** How many exposures of the last month something came of, counted up to a number. */
export async function exposuresWithOutcomes(exposureExports: ExposureExports, now: number, upTo: number): Promise<number> {
  let count = 0;
  const range = { from: now - WINDOW_DAYS * DAY_MS, to: now, surface: null, asOf: now - SETTLED_MS };
  for await (const batch of exposureExports.pages(range)) {
    for (const { outcomes } of batch) count += new Set(outcomes.map(({ exposureId }) => exposureId)).size;
    if (count >= upTo) break;
  }
  return Math.min(count, upTo);
}
