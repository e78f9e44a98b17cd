import { normalTail } from '../experiments/distributions.js';
import { type Condition, isRelative } from './alert-rule.js';

/** Of one rule whose metric does not change. */
export const FALSE_ALARMS_PER_YEAR = 1;
const HOURS_PER_YEAR = 8_766;
/** Slope at 0 of the correlation between the noise of two looks, per window: 1 for a window, 3/2 for the difference of two that touch. */
const SLOPE = { absolute: 1, relative: 1.5 };
const [LEAST_DEVIATION, GREATEST_DEVIATION] = [2, 8];

const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/**
 * Share of looks at which noise alone may be beyond either end of the interval, so small that a rule that is looked at for ever, through a window that
 * slides, raises about one false alarm a year. Short windows pass by more often and therefore get a smaller one.
 *
 * @returns above 0, at most 0.046
 * @see Pickands 1969, doi:10.1090/S0002-9947-1969-0250367-X: the noise of a sliding window goes beyond u at the rate slope * u * density(u) per window
 */
export function lookLevel(condition: Pick<Condition, 'windowHours' | 'comparison'>): number {
  const windows = (HOURS_PER_YEAR / condition.windowHours) * (isRelative(condition) ? SLOPE.relative : SLOPE.absolute);
  let [low, high] = [LEAST_DEVIATION, GREATEST_DEVIATION];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (windows * middle * normalDensity(middle) > FALSE_ALARMS_PER_YEAR) low = middle;
    else high = middle;
  }
  return 2 * normalTail(high);
}
