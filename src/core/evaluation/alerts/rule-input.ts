import { type Fault } from '../../errors.js';
import { type Fields, InputReader } from '../../requests/input-reader.js';
import { DAY_MS } from '../../time.js';
import { KPI_BASELINES, KPI_COMPARISONS, type KpiComparison, type KpiSubject } from '../../tags/kpi.js';
import { isPerUser, type Metric } from '../experiments/metric.js';
import { metricOf, METRICS } from '../experiments/metric-catalogue.js';
import { type AlertRule, isRelative, spansOf } from './alert-rule.js';

const MAX_WINDOW_HOURS = 720;
const WEEK_HOURS = 168;
const MAX_SAMPLE = 1_000_000_000;
const MAX_SEGMENT = 100;

/** What there is to name. */
export interface Known {
  /** Names of segments. */
  segments: ReadonlySet<string>;
  /** What happened longer ago is not kept. */
  retentionDays: number;
}

/** A rule as somebody wrote it, read whole. Every fault goes to `faults`; the rule is of use only where there is none. */
export function readAlertRule(fields: Fields, faults: Fault[], known: Known): Omit<AlertRule, 'id'> & { id: string | null } {
  const read = new InputReader(fields, faults);
  const id = read.id('id');
  const subject = readKpiSubject(fields, faults, known);
  const { comparison, threshold } = readKpiBound(fields, faults, subject, known);
  return { id, ...subject, comparison, threshold, enabled: fields.enabled !== false };
}

/** The metric that is watched, where and over what. */
export function readKpiSubject(fields: Fields, faults: Fault[], known: Known): KpiSubject {
  const read = new InputReader(fields, faults);
  const metric = read.text('metric', 64) ?? '';
  if (!read.has('metric')) read.fault('metric', null, 'it is needed');
  else if (typeof fields.metric === 'string' && !metricOf(metric)) read.fault('metric', metric, nearTo(metric));
  return {
    metric,
    surface: read.has('surface') ? read.surface('surface', 'home') : null,
    segment: readSegment(read, known),
    windowHours: read.integer('windowHours', 1, MAX_WINDOW_HOURS) ?? 24,
    baseline: read.oneOf('baseline', KPI_BASELINES) ?? 'PREVIOUS',
    minSample: read.integer('minSample', 1, MAX_SAMPLE) ?? 1000,
  };
}

function readSegment(read: InputReader, { segments }: Known): string | null {
  const segment = read.text('segment', MAX_SEGMENT);
  if (segment === null || segments.has(segment)) return segment;
  const names = [...segments].sort();
  read.fault('segment', segment, names.length === 0 ? 'there are no segments yet' : `it must be one of ${names.join(', ')}`);
  return null;
}

/** How the metric is compared, and with what. */
export function readKpiBound(
  fields: Fields,
  faults: Fault[],
  subject: KpiSubject,
  { retentionDays }: Known,
): { comparison: KpiComparison; threshold: number } {
  const read = new InputReader(fields, faults);
  const comparison = read.oneOf('comparison', KPI_COMPARISONS);
  if (!read.has('comparison')) read.fault('comparison', null, 'it is needed');
  const metric = metricOf(subject.metric);
  const { windowHours, baseline } = subject;
  if (comparison && isRelative({ comparison })) {
    if (metric && !isPerUser(metric))
      read.fault('comparison', comparison, `the noise of a change of ${metric.key} is not known; it must be BELOW or ABOVE`);
    if (baseline === 'SAME_WEEKDAY' && windowHours > WEEK_HOURS)
      read.fault('windowHours', windowHours, `with SAME_WEEKDAY it must be at most ${WEEK_HOURS}, a week`);
  }
  const { now, before } = spansOf({ ...subject, comparison: comparison ?? 'BELOW', threshold: 0 }, 0);
  if (-(before ?? now).from > retentionDays * DAY_MS)
    read.fault('windowHours', windowHours, `with its baseline it must not reach back further than RETENTION_DAYS, ${retentionDays} days`);
  return { comparison: comparison ?? 'BELOW', threshold: readThreshold(read, fields, comparison, metric) };
}

function readThreshold(read: InputReader, { threshold }: Fields, comparison: KpiComparison | null, metric: Metric | undefined): number {
  if (!read.has('threshold')) read.fault('threshold', null, 'it is needed');
  else if (typeof threshold !== 'number' || !Number.isFinite(threshold)) read.fault('threshold', threshold, 'it must be a number');
  else if (comparison === 'DROPPED_BY' && !(threshold > 0 && threshold < 1))
    read.fault('threshold', threshold, 'it is a share of the baseline; it must be above 0 and below 1');
  else if (comparison === 'ROSE_BY' && !(threshold > 0 && threshold <= 100))
    read.fault('threshold', threshold, 'it is a share of the baseline; it must be above 0, at most 100');
  else if (comparison && !isRelative({ comparison }) && metric?.shape === 'SHARE' && !(threshold >= 0 && threshold <= 1))
    read.fault('threshold', threshold, `${metric.key} is a ${metric.unit}; it must be a number from 0 to 1`);
  return typeof threshold === 'number' ? threshold : 0;
}

/** Which metrics have a name like the one that there is none of. */
function nearTo(wanted: string): string {
  const words = new Set(wanted.toUpperCase().split('_'));
  const alike = METRICS.map(({ key }) => key).filter((key) => key.split('_').some((word) => words.has(word)));
  return `it must be a key of the metric catalogue${alike.length > 0 ? `, such as ${alike.slice(0, 3).join(', ')}` : ''}`;
}
