import { type Identity } from '../../core/privacy/identity.js';
import { type KpiSubject } from '../../core/tags/kpi.js';
import { type Trigger } from '../../core/tags/triggers.js';
import { type Firing } from '../../ports/trigger-store.js';

/** With a tag or with a metric. */
export interface TriggerAnswer extends Omit<Trigger, 'on'>, Record<Exclude<keyof KpiSubject, 'windowHours' | 'minSample'>, string | null> {
  tag: string | null;
  windowHours: number | null;
  minSample: number | null;
}
export interface TriggerFiringAnswer extends Omit<Firing, 'trigger' | 'userId'> {
  trigger: TriggerAnswer;
  /** Null for an identity that belongs to nobody. */
  userId: string | null;
  identity: Identity | null;
}
export interface TriggerFiringPageAnswer {
  firings: TriggerFiringAnswer[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}
