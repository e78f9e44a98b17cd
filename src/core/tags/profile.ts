import { DAY_MS } from '../time.js';
import { declaredTags, type TagDimension } from './catalogue.js';
import { decayedValue, HALF_LIFE_MS } from './decayed.js';
import { type UserState } from './state.js';
import { type TagNames } from './tag.js';

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
 * there is none for someone never seen.
 */
export function readTags(state: UserState, now: number, names: TagNames): Tag[] {
  const tags: Tag[] = [];
  if (state.updatedAt === 0) return tags;
  for (const { key, dimension, enough, read } of declaredTags)
    for (const { name, value, evidence, updatedAt } of read(state, now, names)) {
      if (!(evidence > 0)) continue;
      tags.push({
        key: name === undefined ? key : `${key}:${name}`,
        dimension,
        label: name ?? null,
        value,
        confidence: evidence / (evidence + enough),
        updatedAt,
      });
    }
  return tags;
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
