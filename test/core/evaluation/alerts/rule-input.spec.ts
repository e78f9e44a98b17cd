import { readAlertRule } from '../../../../src/core/evaluation/alerts/rule-input.js';
import { type Fault } from '../../../../src/core/errors.js';

const known = { segments: new Set(['bargain hunters']), retentionDays: 400 };
const read = (fields: Record<string, unknown>, retentionDays = 400) => {
  const faults: Fault[] = [];
  return { rule: readAlertRule(fields, faults, { ...known, retentionDays }), faults };
};
const good = { metric: 'CONVERSION_RATE', comparison: 'DROPPED_BY', threshold: 0.015 };

describe('an alert rule as it is written', () => {
  it('is read with its defaults', () => {
    expect(read(good)).toEqual({
      rule: { id: null, metric: 'CONVERSION_RATE', surface: null, segment: null, comparison: 'DROPPED_BY', threshold: 0.015, windowHours: 24, baseline: 'PREVIOUS', minSample: 1000, enabled: true },
      faults: [],
    }); // prettier-ignore
    expect(read({ ...good, surface: 'search', segment: 'bargain hunters', enabled: false }).rule).toMatchObject({ surface: 'search', segment: 'bargain hunters', enabled: false }); // prettier-ignore
  });

  it('names all that is wrong', () => {
    const wrong = { metric: 'CONVERSION', surface: 'No Surface', segment: 'nobody', comparison: 'UNDER', threshold: NaN, windowHours: 0, baseline: 'EVER', minSample: 0 };
    expect(read(wrong).faults.map(({ path }) => path)).toEqual(['metric', 'surface', 'segment', 'windowHours', 'baseline', 'minSample', 'comparison', 'threshold']); // prettier-ignore
    expect(read({}).faults.map(({ path }) => path)).toEqual(['metric', 'comparison', 'threshold']);
    const [metric, , segment] = read(wrong).faults.map(({ message }) => message);
    expect(metric).toContain('metric is "CONVERSION"; it must be a key of the metric catalogue, such as CONVERSION_RATE');
    expect(segment).toBe('segment is "nobody"; it must be one of bargain hunters');
  }); // prettier-ignore

  it('has a threshold that the metric can reach', () => {
    const of = (fields: object) => read({ ...good, ...fields }).faults.map(({ message }) => message);
    expect(of({ threshold: 1 })).toEqual(['threshold is 1; it is a share of the baseline; it must be above 0 and below 1']);
    expect(of({ comparison: 'ROSE_BY', threshold: 3 })).toEqual([]);
    expect(of({ comparison: 'BELOW', threshold: 35 })).toEqual(['threshold is 35; CONVERSION_RATE is a share of users; it must be a number from 0 to 1']);
    expect(of({ metric: 'ROI', comparison: 'BELOW', threshold: -1.5 })).toEqual([]);
  }); // prettier-ignore

  it('asks for no change of what has no known noise, and for no baseline that is not kept or holds the window itself', () => {
    expect(read({ ...good, metric: 'LATENCY_P99' }).faults.map(({ path }) => path)).toEqual(['comparison']);
    expect(read({ ...good, metric: 'LATENCY_P99', comparison: 'ABOVE', threshold: 200 }).faults).toEqual([]);
    expect(read({ ...good, baseline: 'SAME_WEEKDAY', windowHours: 169 }).faults.map(({ path }) => path)).toEqual(['windowHours']);
    expect(read({ ...good, windowHours: 200 }, 10).faults.map(({ message }) => message)).toEqual(['windowHours is 200; with its baseline it must not reach back further than RETENTION_DAYS, 10 days']); // prettier-ignore
  });
});
