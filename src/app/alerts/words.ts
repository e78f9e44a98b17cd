import { type Condition } from '../../core/evaluation/alerts/alert-rule.js';
import { type Judgement } from '../../core/evaluation/alerts/judge.js';
import { type Alert, type AlertDraft } from '../../ports/alert-store.js';

const COMPARED = { BELOW: 'below', ABOVE: 'above' } as const;
const BEFORE = { PREVIOUS: 'the window before', SAME_WEEKDAY: 'the same window a week before' } as const;

const short = (value: number): string => String(Number(value.toPrecision(4)));
const percent = (share: number): string => `${short(share * 100)}%`;

/** What a look found, as people say it. */
export function detailOf(
  { metric, comparison, threshold, baseline }: Condition,
  { value, change, interval, baseline: before }: Judgement,
): string {
  const noise = interval ? ([interval.low, interval.high] as const) : null;
  if (comparison === 'BELOW' || comparison === 'ABOVE') {
    const range = noise && noise[0] < noise[1] ? ` (by noise ${noise.map(short).join(' to ')})` : '';
    return `${metric} is ${short(value!)}, ${COMPARED[comparison]} ${threshold}${range}`;
  }
  const range = noise ? ` (by noise ${noise.map(percent).join(' to ')})` : '';
  return `${metric} is ${short(value!)}, ${percent(Math.abs(change!))} ${comparison === 'DROPPED_BY' ? 'less' : 'more'} than ${short(before!.mean)} of ${BEFORE[baseline]}${range}`;
}

/** What the storefront is told of an alert. */
export function callBody(
  type: 'alert.opened' | 'alert.closed',
  alert: Pick<Alert, Exclude<keyof AlertDraft, 'baseline'>>,
  at: number,
  closedBecause?: string,
): object {
  const { id, rule, value, detail, openedAt } = alert;
  const { id: ruleId, metric, surface, segment, comparison, threshold, windowHours, baseline } = rule;
  const data = { alertId: id, ruleId, metric, surface, segment, comparison, threshold, windowHours, baseline, value, detail };
  const when = { openedAt: new Date(openedAt).toISOString() };
  const closing = type === 'alert.closed' ? { closedAt: new Date(at).toISOString(), reason: closedBecause } : {};
  return { type, timestamp: new Date(at).toISOString(), data: { ...data, ...when, ...closing } };
}
