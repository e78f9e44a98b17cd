import { type AlertRule } from '../../core/evaluation/alerts/alert-rule.js';

export type AlertRuleAnswer = AlertRule;
export interface AlertAnswer {
  id: string;
  rule: AlertRuleAnswer;
  value: number;
  openedAt: number;
  closedAt: number | null;
  note: string | null;
  detail: string;
  acknowledgedBy: string | null;
}
