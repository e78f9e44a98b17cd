/** Rates that a posterior is spread over. Evenly spaced on the scale on which the error of a rate is the same everywhere (the arcsine of its root). */
const GRID = 64;
/** How many showings the mean rate of the shop is worth as a belief about an item nobody has tried. */
const PRIOR_WORTH = 20;

const PLACES = Array.from({ length: GRID }, (_, t) => (Math.PI / 2) * ((t + 0.5) / GRID));
const LOG_RATES = Float64Array.from(PLACES, (place) => 2 * Math.log(Math.sin(place)));
const LOG_MISSES = Float64Array.from(PLACES, (place) => 2 * Math.log(Math.cos(place)));
export const RATES: Readonly<Float64Array> = Float64Array.from(LOG_RATES, Math.exp);

/** Trials of one item. */
export interface Trial {
  shown: number;
  clicks: number;
}

/**
 * Posterior of a click rate: that of a Beta prior with the mean given, put on 64 rates, so that everything drawn from it has a probability that can be summed.
 *
 * @param meanRate above 0, below 1
 * @returns [64] cumulative probabilities by `RATES`, rising, the last one 1
 */
export function posterior({ shown, clicks }: Trial, meanRate: number): Float64Array {
  // A Beta density per step of the arcsine scale has exponents higher by a half than per step of the rate.
  const hits = PRIOR_WORTH * meanRate + clicks - 0.5;
  const misses = PRIOR_WORTH * (1 - meanRate) + Math.max(0, shown - clicks) - 0.5;
  const logs = LOG_RATES.map((log, t) => hits * log + misses * LOG_MISSES[t]);
  const most = logs.reduce((high, log) => Math.max(high, log), -Infinity);
  let sum = 0;
  const cumulative = logs.map((log) => (sum += Math.exp(log - most)));
  for (let t = 0; t < GRID; t++) cumulative[t] /= sum;
  return cumulative;
}

/**
 * Probability that each of some arms wins when a rate is drawn for every one of them; of equal rates the earlier arm wins. Thompson sampling chooses an arm
 * with just this probability. Time O(arms * 64).
 *
 * @param posteriors one of `posterior` per arm, one arm or more
 * @returns          [arms] 0..1, adding up to 1
 * @see Thompson 1933, doi:10.1093/biomet/25.3-4.285
 */
export function winChances(posteriors: readonly Float64Array[]): Float64Array {
  const n = posteriors.length;
  const chances = new Float64Array(n);
  const later = new Float64Array(n + 1).fill(1);
  for (let t = 0; t < GRID; t++) {
    // Arms after this one may draw the same rate, those before it only a lower one.
    for (let i = n - 1; i >= 0; i--) later[i] = later[i + 1] * posteriors[i][t];
    let earlier = 1;
    for (let i = 0; i < n && earlier > 0; i++) {
      const below = t === 0 ? 0 : posteriors[i][t - 1];
      chances[i] += (posteriors[i][t] - below) * earlier * later[i + 1];
      earlier *= below;
    }
  }
  return chances;
}
