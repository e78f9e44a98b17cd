export const KPI_COMPARISONS = ['BELOW', 'ABOVE', 'DROPPED_BY', 'ROSE_BY'] as const;
/** DROPPED_BY and ROSE_BY: by a share of what the metric was before. */
export type KpiComparison = (typeof KPI_COMPARISONS)[number];
export const KPI_BASELINES = ['PREVIOUS', 'SAME_WEEKDAY'] as const;
/** What went before: the window right before this one, or the same one a week earlier. */
export type KpiBaseline = (typeof KPI_BASELINES)[number];

/** A metric of the shop over a window that ends now. */
export interface KpiSubject {
  metric: string;
  /** Null is all. */
  surface: string | null;
  /** Null is everybody. */
  segment: string | null;
  windowHours: number;
  baseline: KpiBaseline;
  /** Nothing is said about windows with fewer users who count. */
  minSample: number;
}
