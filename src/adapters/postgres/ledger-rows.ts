import { type LedgerEvent, type ShopEvent } from '../../core/events/event.js';
import { type CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { eventHash, type EventSeals, type KeptEvent, sealedOfEvent } from '../../core/exposures/chain.js';
import { seal } from '../../core/exposures/seal.js';
import { type IncomingEvent } from '../../ports/ledger.js';
import { type Column, column, insertRows } from './binary-arrays.js';
import { type ChainHead, HEAD_COLUMNS, moveHeads } from './writer.js';

/** A row to be written. */
export interface EventRow {
  event: KeptEvent;
  seals: EventSeals;
  day: string;
  hash: string;
}

/** Fields that an event may lack, with their columns. Each has a reader of its own: one that takes the field's name is twenty times slower. */
const OPTIONAL: { field: keyof ShopEvent; column: Column<EventRow> }[] = [
  { field: 'itemId', column: column('item_id', 'text', ({ event }) => event.itemId) },
  { field: 'exposureId', column: column('exposure_id', 'text', ({ event }) => event.exposureId) },
  { field: 'targetUserId', column: column('target_user_id', 'text', ({ event }) => event.targetUserId) },
  { field: 'referrerUserId', column: column('referrer_user_id', 'text', ({ event }) => event.referrerUserId) },
  { field: 'sessionId', column: column('session_id', 'text', ({ event }) => event.sessionId) },
  { field: 'surface', column: column('surface', 'text', ({ event }) => event.surface) },
  { field: 'platform', column: column('platform', 'text', ({ event }) => event.platform) },
  { field: 'orderId', column: column('order_id', 'text', ({ event }) => event.orderId) },
  { field: 'quantity', column: column('quantity', 'int', ({ event }) => event.quantity) },
  { field: 'amount', column: column('amount', 'double', ({ event }) => event.amount) },
  { field: 'currency', column: column('currency', 'text', ({ event }) => event.currency) },
  { field: 'dwellMs', column: column('dwell_ms', 'int', ({ event }) => event.dwellMs) },
  { field: 'rating', column: column('rating', 'double', ({ event }) => event.rating) },
  { field: 'sentiment', column: column('sentiment', 'double', ({ event }) => event.sentiment) },
  { field: 'query', column: column('query', 'text', ({ event }) => event.query) },
  { field: 'shareId', column: column('share_id', 'text', ({ event }) => event.shareId) },
  { field: 'hideScope', column: column('hide_scope', 'text', ({ event }) => event.hideScope) },
  { field: 'campaign', column: column('campaign', 'text', ({ event }) => event.campaign) },
  { field: 'deviceHash', column: column('device_hash', 'text', ({ event }) => event.deviceHash) },
];

/** The columns of a new row. */
export const EVENT_COLUMNS: readonly Column<EventRow>[] = [
  column('received_day', 'date', ({ day }) => day),
  column('received_at', 'instant', ({ event }) => event.receivedAt),
  column('writer', 'int', ({ event }) => event.writer),
  column('seq', 'bigint', ({ event }) => event.seq),
  column('occurred_at', 'instant', ({ event }) => event.occurredAt),
  column('type', 'text', ({ event }) => event.type, 'event_type'),
  column('attribution', 'text', ({ event }) => event.attribution, 'attribution'),
  column('id', 'text', ({ event }) => event.id),
  column('user_id', 'text', ({ event }) => event.userId),
  column('item_no', 'int', ({ event }) => event.itemNo),
  ...OPTIONAL.map(({ column }) => column),
  column('seal', 'hex', ({ seals }) => seals.user),
  column('target_seal', 'hex', ({ seals }) => seals.target),
  column('referrer_seal', 'hex', ({ seals }) => seals.referrer),
  column('hash', 'hex', ({ hash }) => hash),
];

/** Move the heads and, if all of them moved, add the rows; parameters are those of the heads (and their number), then those of the rows. */
export const INSERT_EVENTS = `
  WITH heads AS (${moveHeads(1)})
  ${insertRows('events', EVENT_COLUMNS, HEAD_COLUMNS.length + 2)} WHERE (SELECT count(*) FROM heads) = $${HEAD_COLUMNS.length + 1}::int`;

/**
 * Chain events to a head, in their order. Time of receipt never goes back within a chain: an event that was overtaken on its way takes the time of the
 * one before it.
 */
export function chainEvents(
  events: readonly IncomingEvent[],
  head: ChainHead,
  { bytes, nextSalt }: { bytes: CanonicalBytes; nextSalt: () => string },
): { rows: EventRow[]; head: ChainHead } {
  let { seq, hash, receivedAt } = head;
  const rows = events.map((incoming): EventRow => {
    receivedAt = Math.max(receivedAt, incoming.receivedAt);
    const event = flat(incoming, { writer: head.writer, seq: ++seq, receivedAt });
    const seals: EventSeals = {
      user: seal(bytes, nextSalt(), sealedOfEvent(event)),
      target: event.targetUserId === undefined ? null : seal(bytes, nextSalt(), [event.targetUserId]),
      referrer: event.referrerUserId === undefined ? null : seal(bytes, nextSalt(), [event.referrerUserId]),
    };
    hash = eventHash(bytes, hash, event, seals);
    return { event, seals, day: head.day, hash };
  });
  return { rows, head: { ...head, seq, hash, receivedAt } };
}

/**
 * The event with every field in one order. Events come in as many shapes as there are sets of fields, and each is read some sixty times on its way to
 * the database: that takes 0.3 microseconds a read when shapes differ and next to nothing when they do not.
 */
function flat(event: IncomingEvent, { writer, seq, receivedAt }: Pick<LedgerEvent, 'writer' | 'seq' | 'receivedAt'>): KeptEvent {
  const { id, type, userId, occurredAt, itemNo, attribution, sessionId, itemId, targetUserId, exposureId, surface, platform, orderId } =
    event;
  const { quantity, amount, currency, dwellMs, rating, sentiment, query, shareId, referrerUserId, hideScope, campaign, deviceHash } = event;
  return {
    writer, seq, receivedAt, id, type, userId, occurredAt, itemNo, attribution, sessionId, itemId, targetUserId, exposureId, surface, platform, orderId,
    quantity, amount, currency, dwellMs, rating, sentiment, query, shareId, referrerUserId, hideScope, campaign, deviceHash,
  }; // prettier-ignore
}

/** An instant as epoch ms, in a form that `pg` reads as a number. */
export const epochMs = (expression: string): string => `round(date_part('epoch', ${expression}) * 1000)`;

/** The columns of an event as `readEvent` takes them, in rows read as arrays. */
export const READ_EVENT = [
  epochMs('received_at'),
  'writer',
  'seq::float8',
  epochMs('occurred_at'),
  'type',
  'attribution',
  'id',
  'user_id',
  'item_no',
  ...OPTIONAL.map(({ column }) => column.name),
].join(', ');
const FIXED = 9;

/** Further columns of an event, for `readSeals`. */
export const READ_SEALS = ['seal', 'target_seal', 'referrer_seal', 'hash'].map((name) => `encode(${name}, 'hex')`).join(', ');
const EVENT_WIDTH = FIXED + OPTIONAL.length;

/** The event of a row; what erasure took is absent. */
export function readEvent(row: readonly unknown[]): KeptEvent {
  const event: Record<string, unknown> = {
    receivedAt: row[0],
    writer: row[1],
    seq: row[2],
    occurredAt: row[3],
    type: row[4],
    attribution: row[5],
    itemNo: row[8],
  };
  if (row[6] !== null) event.id = row[6];
  if (row[7] !== null) event.userId = row[7];
  for (let i = 0; i < OPTIONAL.length; i++) if (row[FIXED + i] !== null) event[OPTIONAL[i].field] = row[FIXED + i];
  return event as unknown as KeptEvent;
}

/** The seals and the hash of a row that was read with both lists. */
export function readSeals(row: readonly unknown[]): { seals: EventSeals; hash: string } {
  const [user, target, referrer, hash] = row.slice(EVENT_WIDTH) as [string, string | null, string | null, string];
  return { seals: { user, target, referrer }, hash };
}
