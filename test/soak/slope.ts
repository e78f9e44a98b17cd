/** A value at an instant, in hours from any beginning. */
export interface Point {
  hours: number;
  value: number;
}

export interface Slope {
  /** What the value grows by in an hour. */
  perHour: number;
  /** Standard error of that. */
  error: number;
}

/**
 * The lowest point of every span of so many hours: what garbage that was not collected yet adds to memory does not count, nor what a job holds while it
 * runs. A span that holds less than half as many points as the fullest says little of its low, and is left out.
 */
export function floors(points: readonly Point[], spanHours: number): Point[] {
  const spans = new Map<number, Point[]>();
  for (const point of points) {
    const span = Math.floor(point.hours / spanHours);
    spans.set(span, [...(spans.get(span) ?? []), point]);
  }
  const fullest = Math.max(0, ...[...spans.values()].map(({ length }) => length));
  return [...spans.values()]
    .filter(({ length }) => 2 * length >= fullest)
    .map((all) => all.reduce((lowest, point) => (point.value < lowest.value ? point : lowest)));
}

/** The straight line with the least squared distance from three or more points; null through fewer, which say nothing of its error. */
export function slopeOf(points: readonly Point[]): Slope | null {
  const n = points.length;
  if (n < 3) return null;
  const mean = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [meanHours, meanValue] = [mean(({ hours }) => hours), mean(({ value }) => value)];
  const spread = n * mean(({ hours }) => (hours - meanHours) ** 2);
  if (spread === 0) return null;
  const perHour = (n * mean(({ hours, value }) => (hours - meanHours) * (value - meanValue))) / spread;
  const left = n * mean(({ hours, value }) => (value - meanValue - perHour * (hours - meanHours)) ** 2);
  return { perHour, error: Math.sqrt(left / (n - 2) / spread) };
}
