import { DAY_MS } from '../time.js';
import { declaredTags, type TagDimension } from './catalogue.js';
import { decayedValue, HALF_LIFE_MS } from './decayed.js';
import { type UserState } from './state.js';
import { RISK_TAGS } from './risk-tags.js';
import { segmentOf } from './segments.js';
import { TRAIT_KEYS, traitsOf } from './traits.js';
import { VALUE_TAGS } from './value-tags.js';
import { View, type ViewOptions } from './view.js';
import { type Purpose } from '../privacy/purposes.js';

/** One tag of one user. */
export interface Tag {
  /** Of a family `family:name`, as in category-affinity:beauty. */
  key: string;
  dimension: TagDimension;
  /** What stands behind the colon, null where nothing does. */
  label: string | null;
  value: number;
  /** 0 to 1: how much was seen. */
  confidence: number;
  /** Epoch ms. */
  updatedAt: number;
}

/**
 * Everything a state says of its user at an instant, in the order of the catalogue, a family's strongest first. A tag without evidence is left out, so
 * there is none for someone never seen, and so is one whose purpose is not among `purposes`.
 *
 * @param purposes what the user consented to; left out is all
 */
export function readTags(
  state: UserState,
  now: number,
  { purposes, ...options }: ViewOptions & { purposes?: ReadonlySet<Purpose> },
): Tag[] {
  const tags: Tag[] = [];
  const view = new View(state, now, options);
  // Without consent to more than the essential, when something happened is not kept.
  const foldedAt = Math.max(state.events.since, ...[...state.events.last.values()].map(([, receivedAt]) => receivedAt));
  for (const { key, dimension, enough, purpose, read } of declaredTags) {
    if (purposes && !purposes.has(purpose)) continue;
    for (const { name, value, evidence, updatedAt } of read(view)) {
      if (!(evidence > 0)) continue;
      tags.push({
        key: name === undefined ? key : `${key}:${name}`,
        dimension,
        label: name ?? null,
        value,
        confidence: evidence / (evidence + enough),
        updatedAt: updatedAt || foldedAt,
      });
    }
  }
  return tags;
}

const HIGH_FIFTH = 4;
const LIKELY = 0.7;

/**
 * The groups that a user is in: the one he is nearest to of those found by clustering, `high value` for who is in the two highest fifths of recency,
 * frequency and money, and `about to leave` for a churn risk of 0.7 or more. None for someone never seen, or before the groups are learned.
 */
export function segmentsOf(state: UserState, now: number, options: ViewOptions): string[] {
  const { population } = options;
  if (!population || state.updatedAt === 0) return [];
  const view = new View(state, now, options);
  const found = population.segmentation && segmentOf(traitsOf(view), TRAIT_KEYS, population.segmentation);
  const values = new Map([...VALUE_TAGS, ...RISK_TAGS].flatMap(({ key, read }) => read(view).map(({ value }) => [key, value] as const)));
  const isHigh = ['rfm-recency', 'rfm-frequency', 'rfm-monetary'].every((key) => (values.get(key) ?? 0) >= HIGH_FIFTH);
  return [
    ...(found ? [found.name] : []),
    ...(isHigh ? ['high value'] : []),
    ...((values.get('churn-risk') ?? 0) >= LIKELY ? ['about to leave'] : []),
  ];
}

export type Lifecycle = 'NEW' | 'ACTIVE' | 'LOYAL' | 'SLEEPING' | 'LEAVING';

const SLEEPING_AFTER_DAYS = 30;
const LEAVING_AFTER_DAYS = 90;
const NEW_FOR_DAYS = 14;
const EVENTS_OF_A_NEWCOMER = 5;
const ORDERS_OF_A_LOYAL = 3;

/**
 * Where a user stands, the first that fits:
 *
 * - NEW: nothing is known of him;
 * - LEAVING: he did nothing for 90 days; SLEEPING: for 30 days;
 * - LOYAL: his orders, halved every 180 days and refunds taken off, come to 3 or more;
 * - NEW: first seen less than 14 days ago, or of fewer than 5 events;
 * - ACTIVE.
 */
export function lifecycleOf(state: UserState, now: number): Lifecycle {
  if (state.updatedAt === 0) return 'NEW';
  const idleDays = (now - state.updatedAt) / DAY_MS;
  if (idleDays >= LEAVING_AFTER_DAYS) return 'LEAVING';
  if (idleDays >= SLEEPING_AFTER_DAYS) return 'SLEEPING';
  if (decayedValue(state.orders, now, HALF_LIFE_MS.orders) >= ORDERS_OF_A_LOYAL) return 'LOYAL';
  const isNew = now - state.firstSeenAt < NEW_FOR_DAYS * DAY_MS || state.eventCount < EVENTS_OF_A_NEWCOMER;
  return isNew ? 'NEW' : 'ACTIVE';
}
