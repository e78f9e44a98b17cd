import { type BatchFault } from './batch-fault.js';
import { EVENT_TYPES, type EventType, HIDE_SCOPES, type ShopEvent } from './event.js';
import { identityUserId } from '../privacy/identity.js';
import { EntryReader, MAX_AMOUNT } from './read-entry.js';

/** Nothing that a shop reports now happened before this. */
export const FIRST_OCCURRED_AT = Date.UTC(2000, 0, 1);
/** Clocks of callers may be ahead by this much, and of what we served behind by as much. */
export const CLOCK_SKEW_MS = 5 * 60_000;
export const MAX_DWELL_MS = 7 * 86_400_000;
export const MAX_QUANTITY = 10_000;
export const MAX_QUERY_LENGTH = 512;
const MAX_CAMPAIGN_LENGTH = 256;
const SURFACE = /^[a-z][a-z0-9-]{0,31}$/;
const SURFACE_RULE = 'a name as home: a small letter, then up to 31 small letters, digits or hyphens';

const TYPES: ReadonlySet<EventType> = new Set(EVENT_TYPES);
const SCOPES = new Set(HIDE_SCOPES);
const IDENTITY_FIELDS: ReadonlySet<string> = new Set(['platform', 'externalId']);

/** Every field of an event as the caller may write it. */
const FIELDS: ReadonlySet<string> = new Set([
  'id', 'type', 'userId', 'identity', 'sessionId', 'itemId', 'targetUserId', 'exposureId', 'occurredAt', 'surface', 'platform', 'orderId', 'quantity',
  'amount', 'currency', 'dwellMs', 'rating', 'sentiment', 'query', 'shareId', 'referrerUserId', 'hideScope', 'campaign', 'deviceHash',
]); // prettier-ignore

/** What an event of a type says nothing without; every other type needs the item alone. HIDE names by an item what it hides, whatever its scope. */
const NEEDS: Partial<Record<EventType, readonly (keyof ShopEvent)[]>> = {
  FOLLOW: ['targetUserId'],
  UNFOLLOW: ['targetUserId'],
  INVITE: ['targetUserId'],
  SEARCH: ['query'],
  CHECKOUT: [],
  COST: ['amount'],
  DWELL: ['itemId', 'dwellMs'],
  REVIEW: ['itemId', 'rating'],
};
const NEEDS_ITEM: readonly (keyof ShopEvent)[] = ['itemId'];

/**
 * Check one event. Values are checked wherever they stand, so that a quantity on ADD_TO_CART is welcome and a negative one is not.
 *
 * @param input what the caller wrote: coerced by the schema, or a line of JSON
 * @param now   epoch ms; `occurredAt` may be five minutes ahead of it
 */
export function readEvent(input: unknown, now: number): { event: ShopEvent } | { faults: BatchFault[] } {
  const reader = EntryReader.of(input, FIELDS);
  if (!(reader instanceof EntryReader)) return reader;
  const type = reader.oneOf('type', TYPES);
  if (!reader.has('type')) reader.missing('type', 'an event says what happened');
  const event = readFields(reader, type, now);
  if (type) checkNeeds(reader, event);
  return reader.faults === null ? { event } : { faults: reader.faults };
}

/** The event as far as it can be read; it is only good when the reader found no fault. */
function readFields(reader: EntryReader, type: EventType | undefined, now: number): ShopEvent {
  const id = reader.requiredId('id', 'every event has one of its own, by which it counts once');
  const occurredAt = reader.time('occurredAt', FIRST_OCCURRED_AT, now + CLOCK_SKEW_MS);
  if (!reader.has('occurredAt')) reader.missing('occurredAt', 'an event says when it happened');

  const event: ShopEvent = { id: id ?? '', type: type ?? 'COST', userId: readUserId(reader) ?? '', occurredAt: occurredAt ?? 0 };
  set(event, 'sessionId', reader.id('sessionId'));
  set(event, 'itemId', reader.id('itemId'));
  set(event, 'targetUserId', reader.id('targetUserId'));
  set(event, 'exposureId', reader.id('exposureId'));
  set(event, 'surface', reader.matching('surface', SURFACE, SURFACE_RULE));
  set(event, 'platform', reader.name('platform'));
  set(event, 'orderId', reader.id('orderId'));
  set(event, 'quantity', reader.integer('quantity', 1, MAX_QUANTITY));
  set(event, 'amount', reader.number('amount', 0, MAX_AMOUNT));
  set(event, 'currency', reader.currency('currency'));
  set(event, 'dwellMs', reader.integer('dwellMs', 0, MAX_DWELL_MS));
  set(event, 'rating', reader.number('rating', 1, 5));
  set(event, 'sentiment', reader.number('sentiment', -1, 1));
  set(event, 'query', reader.text('query', MAX_QUERY_LENGTH));
  set(event, 'shareId', reader.id('shareId'));
  set(event, 'referrerUserId', reader.id('referrerUserId'));
  set(event, 'hideScope', reader.oneOf('hideScope', SCOPES));
  set(event, 'campaign', reader.name('campaign', MAX_CAMPAIGN_LENGTH));
  set(event, 'deviceHash', reader.name('deviceHash'));
  return event;
}

function set<K extends keyof ShopEvent>(event: ShopEvent, name: K, value: ShopEvent[K]): void {
  if (value !== undefined) event[name] = value;
}

/** The user, or the user that an identity is. */
function readUserId(reader: EntryReader): string | undefined {
  if (!reader.has('identity')) {
    if (!reader.has('userId')) reader.missing('userId', 'an event is of one user: one of userId and identity');
    return reader.id('userId');
  }
  if (reader.has('userId'))
    reader.refuse('INVALID_VALUE', 'identity', reader.value('identity'), 'left out, or userId: give one of the two');
  const nested = EntryReader.of(reader.value('identity'), IDENTITY_FIELDS);
  if (!(nested instanceof EntryReader)) {
    reader.refuse('INVALID_VALUE', 'identity', reader.value('identity'), 'an object with platform and externalId');
    return undefined;
  }
  const platform = nested.requiredId('platform', 'an identity is an account on a platform');
  const externalId = nested.requiredId('externalId', 'an identity is one account');
  for (const { code, path, message } of nested.faults ?? []) reader.add(code, `identity.${path}`, `identity.${message}`);
  return platform === undefined || externalId === undefined ? undefined : identityUserId({ platform, externalId });
}

/** What the type needs, what it must not have, and its defaults. */
function checkNeeds(reader: EntryReader, event: ShopEvent): void {
  const { type } = event;
  for (const name of NEEDS[type] ?? NEEDS_ITEM) if (!reader.has(name)) reader.missing(name, `${type} needs it`);
  if (type === 'PURCHASE' || type === 'REFUND') event.quantity ??= 1;
  if (type === 'HIDE' || type === 'UNHIDE') event.hideScope ??= 'ITEM';
  else if (event.hideScope !== undefined)
    reader.refuse('INVALID_VALUE', 'hideScope', event.hideScope, 'left out: it belongs to HIDE and UNHIDE');
  if (event.targetUserId !== undefined && event.targetUserId === event.userId)
    reader.refuse('INVALID_VALUE', 'targetUserId', event.targetUserId, 'another user than userId');
}
