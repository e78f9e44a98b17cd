import { lookEveryMs } from '../../core/evaluation/alerts/alert-rule.js';
import { judge } from '../../core/evaluation/alerts/judge.js';
import { isKpiTrigger } from '../../core/evaluation/alerts/kpi-triggers.js';
import { type ReportStore } from '../../ports/report-store.js';
import { type AlertMeters } from './alert-meters.js';
import { closeAlert, type Watched, watchedRule, watchedTrigger, type WatchedPorts } from './watched.js';
import { readWindows } from './window-readings.js';

const MINUTE_MS = 60_000;
const METER_MS = 15_000;
/** As many as there may be rules. */
export const MAX_RULES = 100;

export interface AlertWatch {
  /** Look at every rule and every trigger on a metric that is due. One run at a time. */
  look(): Promise<void>;
  close(): void;
}

export interface AlertWatchPorts extends WatchedPorts {
  reportStore: Pick<ReportStore, 'facts' | 'whole' | 'dataCompleteUntil'>;
  alertMeters: AlertMeters;
  clock: () => number;
}

/** Looks at metrics at intervals. What a rule has seen is remembered on this process; what came of it, in the stores. */
export function createAlertWatch(ports: AlertWatchPorts): AlertWatch {
  const { reportStore, alertStore, alertMeters, clock, log } = ports;
  const seenUntil = new Map<string, number>();
  const measure = async (): Promise<void> => {
    const counts = new Map<string, number>();
    for (const { rule } of await alertStore.alerts({ open: true, first: MAX_RULES }))
      counts.set(rule.metric, (counts.get(rule.metric) ?? 0) + 1);
    alertMeters.open(counts);
  };
  const quietly = () =>
    void measure().catch((error: unknown) => log.warn({ err: error }, 'could not count the open alerts; the last number stays'));
  const timer = setInterval(quietly, METER_MS);
  timer.unref();
  quietly();
  return {
    async look() {
      const watched = await watchedNow(ports);
      const keys = new Set(watched.map(({ key }) => key));
      for (const key of seenUntil.keys()) if (!keys.has(key)) seenUntil.delete(key);
      const end = await endOf(reportStore, clock());
      const due = watched.filter(({ key, condition }) => end - (seenUntil.get(key) ?? -Infinity) >= lookEveryMs(condition));
      if (due.length === 0) return;
      await judgeAll(due, end, ports);
      for (const { key } of due) seenUntil.set(key, end);
      await measure();
    },
    close: () => clearInterval(timer),
  };
}

/** What is not received yet is not missing: a window ends where it is complete, at a whole minute, so that rules share it. */
async function endOf(reportStore: Pick<ReportStore, 'dataCompleteUntil'>, now: number): Promise<number> {
  return Math.floor(Math.min(now, await reportStore.dataCompleteUntil()) / MINUTE_MS) * MINUTE_MS;
}

/** Everything that is on, with what is open of it; alerts of rules that are off or not what they were are closed. */
async function watchedNow(ports: AlertWatchPorts): Promise<Watched[]> {
  const { alertStore, triggerStore, clock } = ports;
  const [rules, alerts, triggers, crossings] = await Promise.all([
    alertStore.rules(),
    alertStore.alerts({ open: true, first: MAX_RULES }),
    triggerStore.list(),
    triggerStore.crossings(),
  ]);
  const on = rules.filter(({ enabled }) => enabled);
  const isCurrent = ({ id, updatedAt }: { id: string; updatedAt: number }): boolean =>
    on.some((rule) => rule.id === id && rule.updatedAt === updatedAt);
  for (const alert of alerts)
    if (!isCurrent(alert.rule)) await closeAlert(ports, alert, { at: clock(), value: null, reason: 'the rule was changed' });
  const openOf = (ruleId: string) => alerts.find(({ rule }) => rule.id === ruleId && isCurrent(rule)) ?? null;
  const kpiTriggers = triggers.filter(isKpiTrigger).filter(({ enabled }) => enabled);
  return [
    ...on.map((rule) => watchedRule(rule, openOf(rule.id), ports)),
    ...kpiTriggers.map((trigger) => watchedTrigger(trigger, crossings.find(({ triggerId }) => triggerId === trigger.id) ?? null, ports)),
  ];
}

async function judgeAll(due: readonly Watched[], end: number, { reportStore, clock, log }: AlertWatchPorts): Promise<void> {
  const wanted = due.map(({ condition, open }) => ({ condition, needsBefore: open === null }));
  const onFailure = (error: unknown): void =>
    log.error({ err: error }, 'a window of alert rules could not be read; it is at their next look');
  const readings = await readWindows(reportStore, { wanted, end, onFailure });
  for (const [i, watched] of due.entries()) {
    const found = readings[i];
    if (!found) continue;
    const { condition, open } = watched;
    const judgement = judge(condition, found, open);
    if (judgement.decision === 'OPEN') await watched.begin(judgement, clock());
    else if (judgement.decision === 'CLOSE') await watched.end(judgement, clock());
    else if (open && judgement.looksBack !== open.looksBack) await watched.remember(judgement.looksBack);
  }
}
