import { type KpiComparison, type KpiSubject } from '../../tags/kpi.js';
import { DAY_MS, HOUR_MS } from '../../time.js';

/** When something is to be said about a metric. */
export interface Condition extends KpiSubject {
  comparison: KpiComparison;
  /** In the metric's unit; of DROPPED_BY and ROSE_BY a share of the baseline. */
  threshold: number;
}

export interface AlertRule extends Condition {
  id: string;
  enabled: boolean;
}

export const isRelative = ({ comparison }: Pick<Condition, 'comparison'>): boolean =>
  comparison === 'DROPPED_BY' || comparison === 'ROSE_BY';
export const isDownward = ({ comparison }: Pick<Condition, 'comparison'>): boolean => comparison === 'DROPPED_BY' || comparison === 'BELOW';

const WEEK_MS = 7 * DAY_MS;

/** Begin and end of a window, epoch ms, the end excluded. */
export interface Span {
  from: number;
  to: number;
}

/** The window of a condition that ends at an instant, and what it is compared with; null where it is compared with its threshold alone. */
export function spansOf(condition: Condition, end: number): { now: Span; before: Span | null } {
  const length = condition.windowHours * HOUR_MS;
  const back = condition.baseline === 'PREVIOUS' ? length : WEEK_MS;
  const now = { from: end - length, to: end };
  return { now, before: isRelative(condition) ? { from: now.from - back, to: now.to - back } : null };
}

/** Looks at one window while it passes by: more would tell nothing new, and long windows are dear to read. */
const LOOKS_A_WINDOW = 96;

/** How long to wait between two looks at a condition, ms. */
export const lookEveryMs = ({ windowHours }: Pick<Condition, 'windowHours'>): number => (windowHours * HOUR_MS) / LOOKS_A_WINDOW;
