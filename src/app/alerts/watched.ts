import { v7 as uuidv7 } from 'uuid';
import { type Condition } from '../../core/evaluation/alerts/alert-rule.js';
import { type Episode, type Judgement } from '../../core/evaluation/alerts/judge.js';
import { conditionOf, type KpiTrigger } from '../../core/evaluation/alerts/kpi-triggers.js';
import { type Alert, type AlertCall, type AlertStore, type KeptAlertRule } from '../../ports/alert-store.js';
import { type Log } from '../../ports/log.js';
import { type TriggerStore } from '../../ports/trigger-store.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { callBody, detailOf } from './words.js';

/** A condition that is looked at, and what is done once it begins to hold or is over. */
export interface Watched {
  /** Another one once the condition was changed. */
  key: string;
  condition: Condition;
  open: Episode | null;
  begin(judgement: Judgement, at: number): Promise<void>;
  remember(looksBack: number): Promise<void>;
  end(judgement: Judgement, at: number): Promise<void>;
}

export interface WatchedPorts {
  alertStore: AlertStore;
  triggerStore: TriggerStore;
  settings: Pick<SettingsInForce, 'of'>;
  canCall: boolean;
  log: Log;
  /** Called with ids of calls that wait. */
  onCalls: (ids: string[]) => void;
  /** Called with ids of firings that wait. */
  onFirings: (ids: string[]) => void;
}

const callOf = (canCall: boolean, body: object): AlertCall | null => (canCall ? { id: uuidv7(), body } : null);

/** Close an alert and say so, unless that was done. */
export async function closeAlert(
  { alertStore, canCall, log, onCalls }: WatchedPorts,
  alert: Alert,
  { at, reason, value }: { at: number; reason: string; value: number | null },
): Promise<void> {
  const call = callOf(canCall, callBody('alert.closed', { ...alert, value: value ?? alert.value }, at, reason));
  if (!(await alertStore.close(alert.id, at, call))) return;
  log.info({ alert: alert.id, rule: alert.rule.id, metric: alert.rule.metric, value, reason }, 'an alert is over');
  if (call) onCalls([call.id]);
}

export function watchedRule(rule: KeptAlertRule, open: Alert | null, ports: WatchedPorts): Watched {
  const { alertStore, canCall, log, onCalls } = ports;
  return {
    key: `rule ${rule.id} ${rule.updatedAt}`,
    condition: rule,
    open,
    async begin(judgement, at) {
      const { baseline } = judgement;
      const draft = { id: uuidv7(), rule, value: judgement.value!, detail: detailOf(rule, judgement), baseline, openedAt: at };
      const call = callOf(canCall, callBody('alert.opened', draft, at));
      if (!(await alertStore.open(draft, call))) return;
      log.warn({ alert: draft.id, rule: rule.id, metric: rule.metric, value: draft.value, threshold: rule.threshold }, draft.detail);
      if (call) onCalls([call.id]);
    },
    remember: (looksBack) => alertStore.setLooksBack(open!.id, looksBack),
    end: ({ value }, at) => closeAlert(ports, open!, { at, value, reason: 'the metric is back' }),
  };
}

export function watchedTrigger(trigger: KpiTrigger, open: Episode | null, ports: WatchedPorts): Watched {
  const { triggerStore, settings, log, onFirings } = ports;
  const condition = conditionOf(trigger);
  return {
    key: `trigger ${trigger.id} ${trigger.updatedAt}`,
    condition,
    open,
    async begin(judgement, at) {
      const { baseline } = judgement;
      const { strategy, action } = trigger;
      const left = action === 'ROLLBACK' ? { ...strategy!, configVersion: settings.of(strategy!.surface).version } : strategy;
      const draft = { id: uuidv7(), trigger: { ...trigger, strategy: left }, userId: null, value: judgement.value!, at };
      const firing = await triggerStore.cross(draft, baseline);
      if (!firing) return;
      log.warn({ trigger: trigger.id, firing: firing.id, action, value: draft.value }, detailOf(condition, judgement));
      onFirings([firing.id]);
    },
    remember: (looksBack) => triggerStore.setCrossingBack(trigger.id, looksBack),
    end: () => triggerStore.endCrossing(trigger.id),
  };
}
