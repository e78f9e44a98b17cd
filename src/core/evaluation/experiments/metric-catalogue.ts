import { COMMERCE_METRICS } from './commerce-metrics.js';
import { ENGAGEMENT_METRICS } from './engagement-metrics.js';
import { type Metric } from './metric.js';
import { SERVING_METRICS } from './serving-metrics.js';
import { VARIETY_METRICS } from './variety-metrics.js';
import { type UserFacts } from './user-facts.js';

/** Every metric there is, in the order in which they are listed. */
export const METRICS: readonly Metric[] = [...COMMERCE_METRICS, ...ENGAGEMENT_METRICS, ...VARIETY_METRICS, ...SERVING_METRICS];

const METRIC_BY_KEY: ReadonlyMap<string, Metric> = new Map(METRICS.map((metric) => [metric.key, metric]));

/** The metric of a key; undefined where there is none. */
export const metricOf = (key: string): Metric | undefined => METRIC_BY_KEY.get(key);

/** A metric over many users. */
export interface MetricTotal {
  /** Null where nothing stands below, and for metrics that are not of users. */
  value: number | null;
  /** Users who count. */
  users: number;
}

/** A metric over users: the sum of what they add above by the sum of what they add below, without any cut. */
export function totalOf(metric: Metric, users: Iterable<UserFacts>): MetricTotal {
  let [above, below, counted] = [0, 0, 0];
  for (const facts of users) {
    const part = metric.read?.(facts);
    if (!part) continue;
    above += part.numerator;
    below += part.denominator;
    counted++;
  }
  return { value: below === 0 ? null : above / below, users: counted };
}
