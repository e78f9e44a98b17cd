import { type Condition, type Span, spansOf } from '../../core/evaluation/alerts/alert-rule.js';
import { createTally, type MetricTally, type Reading, readingsOf, tallyUser } from '../../core/evaluation/alerts/reading.js';
import { isPerUser } from '../../core/evaluation/experiments/metric.js';
import { metricOf } from '../../core/evaluation/experiments/metric-catalogue.js';
import { type ReportStore, type WholeValue } from '../../ports/report-store.js';

/** A condition, and whether it needs the window that it is compared with. */
export interface Wanted {
  condition: Condition;
  needsBefore: boolean;
}

export type Readings = { now: Reading; before: Reading | null };

type Reports = Pick<ReportStore, 'facts' | 'whole'>;

/** One window of one surface and segment, and what is read of it. */
interface Window {
  tallies: Map<string, MetricTally>;
  whole: Set<string>;
  span: Span;
  where: Pick<Condition, 'surface' | 'segment'>;
}

/**
 * Read the windows of conditions that end at an instant: each window once, for all conditions that share it, one after the other, so that memory holds
 * sums alone.
 *
 * @param onFailure called where a window could not be read; it keeps none of the others from being read
 * @returns readings in the order of what was wanted, null where they could not be read
 */
export async function readWindows(
  reports: Reports,
  { wanted, end, onFailure }: { wanted: readonly Wanted[]; end: number; onFailure: (error: unknown) => void },
): Promise<(Readings | null)[]> {
  const windows = new Map<string, Window>();
  const windowOf = (condition: Condition, span: Span): Window => {
    const { surface, segment } = condition;
    const key = JSON.stringify([surface, segment, span]);
    const window = windows.get(key) ?? {
      tallies: new Map<string, MetricTally>(),
      whole: new Set<string>(),
      span,
      where: { surface, segment },
    };
    windows.set(key, window);
    const metric = metricOf(condition.metric);
    if (metric && !isPerUser(metric)) window.whole.add(metric.key);
    else if (metric && !window.tallies.has(metric.key)) window.tallies.set(metric.key, createTally(metric));
    return window;
  };
  const placed = wanted.map(({ condition, needsBefore }) => {
    const { now, before } = spansOf(condition, end);
    return { metric: condition.metric, now: windowOf(condition, now), before: before && needsBefore ? windowOf(condition, before) : null };
  });
  const wholeOf = new Map<Window, WholeValue[]>();
  for (const window of windows.values()) {
    const whole = await readWindow(reports, window).catch(onFailure);
    if (whole) wholeOf.set(window, whole);
  }
  return placed.map(({ metric, now, before }) => {
    if (!wholeOf.has(now) || (before && !wholeOf.has(before))) return null;
    const tally = now.tallies.get(metric);
    if (tally) return readingsOf(tally, before?.tallies.get(metric) ?? null);
    return { now: wholeReading(wholeOf.get(now)!, metric), before: null };
  });
}

async function readWindow(reports: Reports, { tallies, whole, span, where }: Window): Promise<WholeValue[]> {
  const range = { ...span, ...where, dimension: 'NONE' as const };
  if (tallies.size > 0) {
    for await (const batch of reports.facts(range))
      for (const { facts } of batch) for (const tally of tallies.values()) tallyUser(tally, facts);
  }
  return whole.size > 0 ? reports.whole(range) : [];
}

function wholeReading(values: readonly WholeValue[], metric: string): Reading {
  const found = values.find((one) => one.metric === metric);
  return { value: found?.value ?? null, sample: found?.sample ?? 0, statistic: null };
}
