import { METRICS, metricOf } from '../../core/evaluation/experiments/metric-catalogue.js';
import { type Metric } from '../../core/evaluation/experiments/metric.js';
import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { parseInstant } from '../../core/events/instant.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { DAY_MS } from '../../core/time.js';
import { REPORT_DIMENSIONS, type ReportDimension, type ReportRange } from '../../ports/report-store.js';
import { type RawInput } from '../app.js';

/** A report reaches over so many days at most. */
export const MOST_REPORT_DAYS = 400;

/** Known of events at best, never of pages, so that nothing could be divided by what was shown. */
const NOT_LOGGED: ReadonlySet<ReportDimension> = new Set(['PLATFORM', 'DEVICE']);
const ANSWERED = REPORT_DIMENSIONS.filter((dimension) => !NOT_LOGGED.has(dimension));

/** Reads what a report is asked about, and keeps every fault. */
class ReportReader {
  readonly faults: Fault[] = [];
  private readonly reader: InputReader;

  constructor(private readonly input: RawInput) {
    this.reader = new InputReader(input, this.faults);
  }
  fault(path: string, message: string): void {
    this.faults.push({ path, code: 'INVALID_VALUE', message: `${path} ${message}` });
  }
  private instant(name: 'from' | 'to'): number {
    const value = this.input[name];
    const at = value instanceof Date ? value.getTime() : typeof value === 'string' ? parseInstant(value) : NaN;
    if (!(at >= 0)) this.fault(name, `is ${shown(value)}; it must be an ISO 8601 time since 1970 with its offset, as 2026-01-31T09:30:00Z`);
    return at;
  }
  range(): ReportRange {
    const [from, to] = [this.instant('from'), this.instant('to')];
    if (from >= to) this.fault('from', `is ${shown(this.input.from)}; it must be before to, which is ${shown(this.input.to)}`);
    if (to - from > MOST_REPORT_DAYS * DAY_MS)
      this.fault('from', `is ${shown(this.input.from)}; it must be at most ${MOST_REPORT_DAYS} days before to`);
    const dimension = (this.input.dimension ?? 'NONE') as ReportDimension;
    if (!ANSWERED.includes(dimension))
      this.fault(
        'dimension',
        `is ${shown(dimension)}; it must be one of ${ANSWERED.join(', ')}: the exposure log does not tell it of a page`,
      );
    const surface = this.reader.has('surface') ? this.reader.surface('surface', '') : null;
    const { segment } = this.input;
    return { from, to, surface, segment: typeof segment === 'string' ? segment : null, dimension };
  }
  metrics(names: readonly string[] | null | undefined): readonly Metric[] {
    for (const name of names ?? [])
      if (!metricOf(name)) this.fault('metrics', `has ${shown(name)}; it must have keys of metricCatalogue, as ${METRICS[0].key}`);
    return names ? METRICS.filter(({ key }) => names.includes(key)) : METRICS;
  }
}

/** What a report is about. @throws AppError INVALID_INPUT that names every fault */
export function readReportInput(input: RawInput, names?: readonly string[] | null): { range: ReportRange; metrics: readonly Metric[] } {
  const reader = new ReportReader(input);
  const asked = { range: reader.range(), metrics: reader.metrics(names) };
  refuseFaults(reader.faults);
  return asked;
}
