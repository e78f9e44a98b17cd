import { type Purpose } from '../privacy/purposes.js';
import { HOUR_MS } from '../time.js';
import { declaredTags } from './catalogue.js';
import { type KpiComparison, type KpiSubject } from './kpi.js';
import { type UserState } from './state.js';
import { type TagDeclaration } from './tag.js';
import { View, type ViewOptions } from './view.js';

/** How tags are compared; metrics can also be compared with what they were. */
export const TRIGGER_COMPARISONS = ['ABOVE', 'BELOW'] as const;
export const TRIGGER_ACTIONS = ['WEBHOOK', 'STRATEGY', 'ROLLBACK'] as const;
export type TriggerAction = (typeof TRIGGER_ACTIONS)[number];

/** A tag of each user, by key or, of a family, by `family:name`. */
export interface TagSubject {
  tag: string;
}

/** What a rule watches: a tag of each user, or a metric of the shop. */
export type TriggerSubject = TagSubject | KpiSubject;
export const isOfTag = (on: TriggerSubject): on is TagSubject => 'tag' in on;

/** Another version of a surface's settings than the one in force. */
export interface Strategy {
  surface: string;
  /** Of ROLLBACK that which is left, once it is known; null before. */
  configVersion: number | null;
}

/** A condition that an operator declared, and what is done where it comes to hold. */
export interface Trigger {
  id: string;
  name: string;
  on: TriggerSubject;
  comparison: KpiComparison;
  threshold: number;
  action: TriggerAction;
  /**
   * With STRATEGY on a tag: what the user's pages are made with until the cool-down is over. With STRATEGY on a metric: what comes in force on the surface
   * for everybody. With ROLLBACK: the surface that goes back to what was in force before.
   */
  strategy: Strategy | null;
  /** After a firing there is none by this rule for so long, for that user or, on a metric, at all. */
  coolDownHours: number;
  enabled: boolean;
  /** Epoch ms. */
  updatedAt: number;
}

/** A rule with its tag looked up. */
export interface CompiledTrigger {
  trigger: Trigger;
  declaration: TagDeclaration;
  /** Of a family, the name that is watched. */
  name: string | undefined;
}

/** The tag that a key names; undefined for one unknown, for a family without a name, and for a name where there is no family. */
export function tagNamed(key: string): Pick<CompiledTrigger, 'declaration' | 'name'> | undefined {
  const colon = key.indexOf(':');
  const [family, name] = colon < 0 ? [key, undefined] : [key.slice(0, colon), key.slice(colon + 1)];
  const declaration = declaredTags.find((tag) => tag.key === family);
  if (!declaration || (declaration.isFamily ?? false) !== (name !== undefined) || name === '') return undefined;
  return { declaration, name };
}

/** The rules on tags that are on and whose tags there are. */
export const compileTriggers = (triggers: readonly Trigger[]): CompiledTrigger[] =>
  triggers.flatMap((trigger) => {
    const tag = trigger.enabled && isOfTag(trigger.on) ? tagNamed(trigger.on.tag) : undefined;
    return tag ? [{ trigger, ...tag }] : [];
  });

export const coolDownMs = ({ coolDownHours }: Pick<Trigger, 'coolDownHours'>): number => coolDownHours * HOUR_MS;

/** What a rule found. */
export interface Finding {
  trigger: Trigger;
  value: number;
}

/**
 * The rules that hold of a user as he stands now. Read are the tags of these rules alone, and of them only those whose purpose the user consented to; a
 * tag without evidence holds of nothing.
 *
 * @param purposes what the user consents to
 */
export function findingsOf(
  state: UserState,
  now: number,
  { rules, purposes, ...options }: ViewOptions & { rules: readonly CompiledTrigger[]; purposes: ReadonlySet<Purpose> },
): Finding[] {
  const view = new View(state, now, options);
  return rules.flatMap(({ trigger, declaration, name }) => {
    if (!purposes.has(declaration.purpose)) return [];
    const reading = declaration.read(view).find((one) => one.name === name && one.evidence > 0);
    return reading && holds(trigger, reading.value) ? [{ trigger, value: reading.value }] : [];
  });
}

const holds = ({ comparison, threshold }: Trigger, value: number): boolean =>
  comparison === 'ABOVE' ? value > threshold : value < threshold;
