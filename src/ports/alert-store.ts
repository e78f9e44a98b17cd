import { type AlertRule } from '../core/evaluation/alerts/alert-rule.js';
import { type Episode } from '../core/evaluation/alerts/judge.js';

export interface KeptAlertRule extends AlertRule {
  /** Epoch ms; 0 for one that came with the database. */
  updatedAt: number;
}

/** A rule that began to hold. */
export interface AlertDraft {
  /** Later ones compare greater. */
  id: string;
  /** As it was then. */
  rule: KeptAlertRule;
  /** Of the metric, then. */
  value: number;
  /** What was found, in words. */
  detail: string;
  baseline: Episode['baseline'];
  /** Epoch ms. */
  openedAt: number;
}

export interface Alert extends AlertDraft, Episode {
  /** Epoch ms; null while it is open. */
  closedAt: number | null;
  /** Of whoever acknowledged it last. */
  note: string | null;
  acknowledgedBy: string | null;
  /** Epoch ms. */
  acknowledgedAt: number | null;
}

/** What somebody outside is to be told. */
export interface AlertCall {
  id: string;
  body: object;
}

/**
 * Rules on metrics, and the alerts that they raised. Guarantees: a change of a rule or an acknowledgement and its audit entry commit together; a rule has at
 * most one open alert, however many processes find it to hold; an alert and the call that tells of it commit together.
 */
export interface AlertStore {
  /** All rules by their ids. A new database has some. */
  rules(): Promise<KeptAlertRule[]>;
  /** Keep a new rule, or another version of one. @throws AppError CONFLICT beyond `most` rules */
  saveRule(rule: KeptAlertRule, actor: string, most: number): Promise<void>;
  /** Those that are open, those that are closed, or with null all; the latest first. */
  alerts(which: { open: boolean | null; first: number }): Promise<Alert[]>;
  /** False where the rule has an open one, is off, or is not what it was. */
  open(draft: AlertDraft, call: AlertCall | null): Promise<boolean>;
  /** Remember how many looks found the metric back. */
  setLooksBack(id: string, looksBack: number): Promise<void>;
  /** False where it is closed. */
  close(id: string, at: number, call: AlertCall | null): Promise<boolean>;
  /** Null where there is no such alert. */
  acknowledge(id: string, by: { actor: string; note: string | null; at: number }): Promise<Alert | null>;
  /** A call that is not settled; null else. */
  pendingCall(id: string): Promise<AlertCall | null>;
  /** Ids of calls that are not settled, the oldest first. */
  pendingCalls(first: number): Promise<string[]>;
  /** What came of a try. One that is settled stays as it is. */
  settleCall(
    id: string,
    outcome: { status: 'PENDING' | 'DELIVERED' | 'FAILED'; attempts: number; reason: string | null; at: number },
  ): Promise<void>;
  /** Drop alerts that were closed before an instant. */
  purge(closedBefore: number): Promise<void>;
}
