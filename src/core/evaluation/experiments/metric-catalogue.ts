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

/** Adds users up to a metric, without any cut; those without a page only where the metric is not of users exposed. */
export class MetricSum {
  private above = 0;
  private below = 0;
  private users = 0;

  constructor(readonly metric: Metric) {}

  add(facts: UserFacts): void {
    if (this.metric.ofExposed && facts.feeds === 0) return;
    const part = this.metric.read?.(facts);
    if (!part) return;
    this.above += part.numerator;
    this.below += part.denominator;
    this.users++;
  }
  total(): MetricTotal {
    return { value: this.below === 0 ? null : this.above / this.below, users: this.users };
  }
}

/** A metric over users: the sum of what they add above by the sum of what they add below, without any cut. */
export function totalOf(metric: Metric, users: Iterable<UserFacts>): MetricTotal {
  const sum = new MetricSum(metric);
  for (const facts of users) sum.add(facts);
  return sum.total();
}
