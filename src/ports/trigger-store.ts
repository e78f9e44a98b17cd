import { type Episode } from '../core/evaluation/alerts/judge.js';
import { type Trigger } from '../core/tags/triggers.js';

/**
 * PENDING waits for its webhook, which was then DELIVERED, FAILED for good, or was WITHHELD since the user took back his consent in the meantime; a
 * strategy of a user is APPLIED at once, one of everybody once it is in force.
 */
export type FiringStatus = 'PENDING' | 'DELIVERED' | 'FAILED' | 'WITHHELD' | 'APPLIED';

/** A rule that held of a user, or of the shop. */
export interface FiringDraft {
  /** Later ones compare greater. */
  id: string;
  /** As it was then. */
  trigger: Trigger;
  /** Null for a rule on a metric. */
  userId: string | null;
  value: number;
  /** Epoch ms. */
  at: number;
}

export interface Firing extends FiringDraft {
  status: FiringStatus;
  /** Calls of the webhook so far. */
  attempts: number;
  /** Why the last one failed. */
  reason: string | null;
  /** Epoch ms; null while it is PENDING. */
  settledAt: number | null;
}

/** When a rule last fired for a user, and when it may again; epoch ms. */
export interface Standing {
  triggerId: string;
  userId: string;
  firedAt: number;
  until: number;
}

/** A rule on a metric whose condition holds. */
export interface Crossing extends Episode {
  triggerId: string;
}

/**
 * Rules on tags and metrics, and their firings. Guarantees: a change of a rule and its audit entry commit together and are announced as a `triggers` notice; of any
 * number of processes that find a rule to hold of a user, one fires it once a cool-down.
 */
export interface TriggerStore {
  /** All rules, the one changed last first. */
  list(): Promise<Trigger[]>;
  /** Keep a new rule, or another version of one; firings rest by the cool-down that it has now, and a metric is judged anew. @throws AppError CONFLICT beyond `most` rules */
  save(trigger: Trigger, actor: string, most: number): Promise<void>;
  /** The rule that was removed, with what rested; its firings stay. Null where there is none. */
  remove(id: string, change: { actor: string; reason: string; at: number }): Promise<Trigger | null>;
  /** Keep those drafts of which the rule does not rest for the user, and tell when each of the drafts' rules may fire again. */
  fire(drafts: readonly FiringDraft[]): Promise<{ fired: Firing[]; standings: Standing[] }>;
  /** Rules on metrics that hold at present. */
  crossings(): Promise<Crossing[]>;
  /** Keep the firing and that the condition holds, together; null where it holds already, or where the rule rests or is not what it was. */
  cross(draft: FiringDraft, baseline: Episode['baseline']): Promise<Firing | null>;
  /** Remember how many looks found the metric back. */
  setCrossingBack(triggerId: string, looksBack: number): Promise<void>;
  /** The condition holds no more. */
  endCrossing(triggerId: string): Promise<void>;
  /** What rests for a user at an instant, the latest firing first. */
  standingsOf(userId: string, now: number): Promise<Standing[]>;
  firing(id: string): Promise<Firing | null>;
  /** The latest first; those before `after` where that is given. */
  firings(first: number, after: string | null): Promise<Firing[]>;
  /** Ids of what waits for its webhook, the oldest first. */
  pending(first: number): Promise<string[]>;
  /** What came of a call. One that is settled stays as it is. */
  settle(id: string, outcome: { status: FiringStatus; attempts: number; reason: string | null; at: number }): Promise<void>;
  /** Drop firings of before an instant, and what no longer rests at another. */
  purge(instants: { firingsBefore: number; now: number }): Promise<void>;
}
