import { EVENT_TYPE_NO, type EventType } from '../events/event.js';
import { type Purpose } from '../privacy/purposes.js';
import { HOUR_MS } from '../time.js';
import { HALF_LIFE_MS } from './decayed.js';
import { type UserState } from './state.js';

/** A tag, or a family of tags written `family:value`. */
export interface TagDefinition {
  key: string;
  dimension: TagDimension;
  unit: string;
  halfLifeHours: number | null;
  description: string;
  purpose: Purpose;
}
export type TagDimension = 'SOCIAL' | 'PURCHASE' | 'INTEREST' | 'BEHAVIOUR' | 'CONTEXT' | 'VALUE' | 'TRUST';

/** Names behind the numbers in a state; '' for a number without one. */
export interface TagNames {
  category: (no: number) => string;
  brand: (no: number) => string;
  creator: (no: number) => string;
}

/** What a state says of one tag. */
export interface TagReading {
  /** In a family, what stands behind the colon. */
  name?: string;
  value: number;
  /** How much was seen, in the unit that the tag's `enough` is in; 0 and below is nothing, and no tag. */
  evidence: number;
  /** Epoch ms. */
  updatedAt: number;
}

/** A tag with its reader. Confidence is `evidence / (evidence + enough)`, so one half at `enough`. */
export interface TagDeclaration extends TagDefinition {
  enough: number;
  read: (state: UserState, now: number, names: TagNames) => TagReading[];
}

/** How many events of a type were folded. */
export const countOf = (state: UserState, type: EventType): number => state.counts[EVENT_TYPE_NO[type]];

export const halfLifeHours = (family: keyof typeof HALF_LIFE_MS): number => HALF_LIFE_MS[family] / HOUR_MS;

const EVENTS_ENOUGH = 20;

/** A tag that counts the events of one type. */
export const countTag = (
  type: EventType,
  tag: Pick<TagDefinition, 'key' | 'dimension' | 'unit' | 'description' | 'purpose'>,
): TagDeclaration => ({
  ...tag,
  halfLifeHours: null,
  enough: EVENTS_ENOUGH,
  read: (state) => [{ value: countOf(state, type), evidence: state.eventCount, updatedAt: state.updatedAt }],
});

/** A tag that is the share of one count in another, at most 1; absent while the other is 0. */
export const shareTag = (
  counts: (state: UserState) => { part: number; whole: number },
  tag: Pick<TagDefinition, 'key' | 'dimension' | 'description' | 'purpose'>,
): TagDeclaration => ({
  ...tag,
  unit: 'share, 0 to 1',
  halfLifeHours: null,
  enough: EVENTS_ENOUGH,
  read(state) {
    const { part, whole } = counts(state);
    return whole > 0 ? [{ value: Math.min(1, part / whole), evidence: whole, updatedAt: state.updatedAt }] : [];
  },
});
