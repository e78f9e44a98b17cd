import { v7 as uuidv7 } from 'uuid';
import { readAlertRule } from '../../core/evaluation/alerts/rule-input.js';
import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type Alert, type AlertStore, type KeptAlertRule } from '../../ports/alert-store.js';
import { type AlertAnswer, type AlertRuleAnswer } from './alert-answers.js';
import { type App } from '../app.js';
import { type PopulationInForce } from '../population.js';
import { MAX_RULES } from './alert-watch.js';
import { knownOf } from './known.js';

const MAX_LIST = 500;
const MAX_NOTE = 1000;

interface Ports {
  alertStore: AlertStore;
  population: PopulationInForce;
  retentionDays?: number;
  /** Called when a rule was saved. */
  onSaved: () => void;
  clock: () => number;
}

/** What an operator does with alerts. */
export function createAlertOperations(ports: Ports): Pick<App, 'alertRules' | 'saveAlertRule' | 'alerts' | 'acknowledgeAlert'> {
  const { alertStore, onSaved, clock } = ports;
  return {
    alertRules: async () => (await alertStore.rules()).map(presentRule),
    async saveAlertRule(input, actor) {
      const faults: Fault[] = [];
      const read = readAlertRule(input, faults, knownOf(ports));
      refuseFaults(faults);
      if (read.id !== null && !(await alertStore.rules()).some(({ id }) => id === read.id))
        throw new AppError('NOT_FOUND', `there is no alert rule ${shown(read.id)}`);
      const rule = { ...read, id: read.id ?? uuidv7(), updatedAt: clock() };
      await alertStore.saveRule(rule, actor, MAX_RULES);
      onSaved();
      return presentRule(rule);
    },
    alerts: async (open) => (await alertStore.alerts({ open, first: MAX_LIST })).map(present),
    async acknowledgeAlert({ id, note }, actor) {
      const faults: Fault[] = [];
      const read = new InputReader({ note }, faults).text('note', MAX_NOTE);
      refuseFaults(faults);
      const alert = await alertStore.acknowledge(id, { actor, note: read, at: clock() });
      if (!alert) throw new AppError('NOT_FOUND', `there is no alert ${shown(id)}`);
      return present(alert);
    },
  };
}

const presentRule = ({ updatedAt: _, ...rule }: KeptAlertRule): AlertRuleAnswer => rule;

function present({ id, rule, value, openedAt, closedAt, note, detail, acknowledgedBy }: Alert): AlertAnswer {
  return { id, rule: presentRule(rule), value, openedAt, closedAt, note, detail, acknowledgedBy };
}
