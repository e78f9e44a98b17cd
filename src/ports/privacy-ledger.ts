import { type PrivacyCost } from '../core/evaluation/private-analysis/mechanism.js';

/** What somebody may learn in all, and how much of it he has asked for. */
export interface PrivacyBudget {
  recipient: string;
  total: PrivacyCost;
  spent: PrivacyCost;
}

/** A question that takes from a budget. */
export interface PrivacySpend {
  recipient: string;
  cost: PrivacyCost;
  /** What was asked, for the audit; nothing of the answer. */
  question: object;
  actor: string;
  /** Epoch ms. */
  at: number;
}

/**
 * Budgets of private answers, by recipient. Costs of questions add up (basic composition), and what is spent never comes back. Guarantees: a spend is on disk
 * when `spend` resolves; of questions at the same time no two take what is left for one; spends, refusals and changes of a budget are noted in the audit.
 */
export interface PrivacyLedger {
  budget(recipient: string): Promise<PrivacyBudget>;
  /** Takes a cost, or refuses and takes nothing: null, and the budget as it stands either way. */
  spend(spend: PrivacySpend): Promise<{ isGranted: boolean; budget: PrivacyBudget }>;
  /** Sets what a recipient may learn in all, what is spent included. */
  allow(recipient: string, total: PrivacyCost, by: { actor: string; reason: string; at: number }): Promise<PrivacyBudget>;
}
