import { hash } from 'node:crypto';
import { type Pool, type PoolClient } from 'pg';
import { type LedgerEvent } from '../../core/events/event.js';
import { CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { eventHash, eventSealFault } from '../../core/exposures/chain.js';
import { parseExposureId, uuidTime } from '../../core/exposures/exposure.js';
import { type FoldCursor, isFolded } from '../../core/tags/cursor.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type Appended, type IncomingEvent, type Ledger } from '../../ports/ledger.js';
import { arrayParameters, type Column, column, unnest } from './binary-arrays.js';
import { checkChains, cursorRows, daysToCheck, type EntriesOfDay, type ReadEntry } from './chain-check.js';
import { asUnavailable } from './faults.js';
import { createGroupCommit } from './group-commit.js';
import {
  chainEvents,
  EVENT_COLUMNS,
  epochMs,
  type EventRow,
  INSERT_EVENTS,
  READ_EVENT,
  READ_SEALS,
  readEvent,
  readSeals,
} from './ledger-rows.js';
import { createSalts } from './salts.js';
import { inTransaction } from './transaction.js';
import { usersAmong } from './users-among.js';
import { ChainWriters, HEAD_COLUMNS, type HeadMove, headLost } from './writer.js';

export interface PostgresLogOptions {
  /** Its connections commit with `synchronous_commit=on`. */
  pool: Pool;
  /** Epoch ms. */
  clock: () => number;
  /** Days of receipt older than this are not read any more. */
  retentionDays: number;
  /** So many random bytes; those of the system when left out. */
  randomBytes?: (size: number) => Buffer;
}

const GROUP = { maxItems: 5_000, maxWaiting: 50_000, timeoutMs: 20_000 };
const READ_BATCH = 2_000;
/** Small, so that requests are served between two. */
const CHECK_BATCH = 500;

/** The ledger in PostgreSQL. */
export function createPostgresLedger({ pool, clock, retentionDays, randomBytes }: PostgresLogOptions): Ledger {
  const writers = new ChainWriters(pool, 'events');
  const tools = { pool, writers, bytes: new CanonicalBytes(), nextSalt: createSalts(randomBytes) };
  const append = createGroupCommit<IncomingEvent, Appended>({
    ...GROUP,
    commit: (calls) => commitEvents(calls, tools),
    unknown: () => writers.abandon(),
  });
  const readers = new WeakMap<FoldCursor, Read>();
  const firstDay = (since: number): string => utcDay(Math.max(since, clock() - retentionDays * DAY_MS, 0));
  return {
    append: (events) => (events.length === 0 ? Promise.resolve([]) : append(events)),
    eventsOfUser: (userId, cursor) => eventsOfUser(pool, userId, cursor, firstDay(cursor.since)),
    usersWithEvents: (userIds) => usersWithEvents(pool, userIds, firstDay(0)),
    eventsSince: (cursor) => eventsSince(pool, cursor, firstDay(cursor.since), readers),
    appended: () => appendedTotal(pool),
    outcomesOf: (exposureId) => outcomesOf(pool, exposureId),
    async verify(days, heads) {
      const chosen = days ?? (await daysToCheck(pool, 'events', ['events']));
      return checkChains(pool, { kind: 'events', days: chosen, entries: entriesOfDay, heads });
    },
  };
}

interface Tools {
  pool: Pool;
  writers: ChainWriters;
  bytes: CanonicalBytes;
  nextSalt: () => string;
}

/** An event with the key under which its id is unique: the first half of the id's sha256. */
interface Keyed {
  event: IncomingEvent;
  key: string;
  day: string;
}

async function commitEvents(calls: IncomingEvent[][], tools: Tools): Promise<Appended[][]> {
  const keyed = distinct(calls);
  // Taken before the transaction, which would otherwise hold one connection while it waits for another.
  const heads = new Map(
    await Promise.all([...new Set(keyed.map(({ day }) => day))].map(async (day) => [day, await tools.writers.head(day)] as const)),
  );

  const { rows, moves } = await inTransaction(tools.pool, async (client) => {
    const known = await claimIds(client, keyed);
    const added = { rows: [] as EventRow[], moves: [] as HeadMove[] };
    for (const [day, from] of heads) {
      const events = keyed.filter((entry) => entry.day === day && !known.has(entry.key)).map(({ event }) => event);
      if (events.length === 0) continue;
      const chained = chainEvents(events, from, tools);
      added.rows.push(...chained.rows);
      added.moves.push({ from, to: chained.head });
    }
    if (added.rows.length > 0) await insertEvents(client, added);
    return added;
  });
  tools.writers.moved(moves);
  const places = new Map(rows.map(({ event }) => [event.id!, event]));
  return calls.map((events) => events.map((event) => outcome(event, places)));
}

/** The events by the first mention of their ids, in order. */
function distinct(calls: IncomingEvent[][]): Keyed[] {
  const first = new Map<string, Keyed>();
  let day = '';
  let dayOf = NaN;
  for (const events of calls)
    for (const event of events) {
      if (first.has(event.id)) continue;
      const number = Math.floor(event.receivedAt / DAY_MS);
      if (number !== dayOf) [day, dayOf] = [utcDay(event.receivedAt), number];
      first.set(event.id, { event, key: hash('sha256', event.id, 'hex').slice(0, 32), day });
    }
  return [...first.values()];
}

/** The first mention of an id takes its place, the next ones find it gone. */
function outcome(incoming: IncomingEvent, places: Map<string, LedgerPlace>): Appended {
  const place = places.get(incoming.id);
  if (!place) return { status: 'duplicate' };
  places.delete(incoming.id);
  const { writer, seq, receivedAt } = place;
  return { status: 'accepted', event: { writer, seq, ...incoming, receivedAt } }; // spread last, later reads of it are ten times slower
}

type LedgerPlace = Pick<LedgerEvent, 'writer' | 'seq' | 'receivedAt'>;

const ID_COLUMNS: Column<Keyed>[] = [column('key', 'uuid', ({ key }) => key), column('received_day', 'date', ({ day }) => day)];

const CLAIM_IDS = `
  WITH claimed AS (INSERT INTO event_ids (key, received_day) SELECT key, received_day FROM ${unnest(ID_COLUMNS, 1, 'i')} ON CONFLICT DO NOTHING RETURNING key)
  SELECT replace(i.key::text, '-', '') FROM unnest($1::uuid[]) AS i(key) WHERE NOT EXISTS (SELECT FROM claimed WHERE claimed.key = i.key)`;

/**
 * Take ids, and tell the keys of those that were taken before. Two processes with the same new id: one waits for the other's commit, and ids in one
 * order everywhere keep them from waiting for each other.
 */
async function claimIds(client: PoolClient, keyed: readonly Keyed[]): Promise<Set<string>> {
  const sorted = [...keyed].sort((a, b) => (a.key < b.key ? -1 : 1));
  const { rows } = await client.query<[string]>({
    name: 'events-claim',
    text: CLAIM_IDS,
    values: arrayParameters(ID_COLUMNS, sorted),
    rowMode: 'array',
  });
  return new Set(rows.map(([key]) => key));
}

async function insertEvents(client: PoolClient, { rows, moves }: { rows: EventRow[]; moves: HeadMove[] }): Promise<void> {
  const values = [...arrayParameters(HEAD_COLUMNS, moves), moves.length, ...arrayParameters(EVENT_COLUMNS, rows)];
  const { rowCount } = await client.query({ name: 'events-insert', text: INSERT_EVENTS, values });
  if (rowCount !== rows.length) throw headLost();
}

async function eventsOfUser(pool: Pool, userId: string, cursor: FoldCursor, firstDay: string): Promise<LedgerEvent[]> {
  const { rows } = await readRows(pool, {
    name: 'events-of-user',
    text: `SELECT ${READ_EVENT} FROM events WHERE user_id = $1 AND received_day >= $2 AND received_at >= $3 AND ${isBeyond(4)}
            ORDER BY received_at, writer, events.seq`,
    values: [userId, firstDay, new Date(cursor.since), ...lastOf(cursor)],
  });
  return unfolded(rows, cursor);
}

async function usersWithEvents(pool: Pool, userIds: readonly string[], firstDay: string): Promise<Set<string>> {
  const { rows } = await readRows(pool, { name: 'events-users', text: usersAmong('events'), values: [userIds, firstDay] });
  return new Set((rows as [string][]).map(([userId]) => userId));
}

/** That an event is none of those of its writer that a cursor covers; the two parameters are those of `lastOf`. */
const isBeyond = (first: number): string =>
  `events.seq > coalesce((SELECT k.seq FROM unnest($${first}::int[], $${first + 1}::bigint[]) AS k (writer, seq) WHERE k.writer = events.writer), -1)`;

const lastOf = ({ last }: FoldCursor): [writers: number[], seqs: number[]] => [[...last.keys()], Array.from(last.values(), ([seq]) => seq)];

/** Of each writer: up to which entry all was read for a cursor, and the last event of that which was given out; the rest is of erased users. */
type Read = Map<number, { end: number; given?: LedgerEvent }>;

/** Days with events that a cursor may not cover, and from when on: times of one writer never go back. Where nothing happened this small read is all. */
async function daysBeyond(pool: Pool, cursor: FoldCursor, firstDay: string, read: Read) {
  const { rows } = await readRows(pool, {
    name: 'events-writers',
    text: `SELECT to_char(day, 'YYYY-MM-DD'), id, last_seq::float8 FROM writers WHERE kind = 'events' AND day >= $1 AND last_seq > 0 ORDER BY day`,
    values: [firstDay],
  });
  const days = new Map<string, number>();
  const reading: Read = new Map();
  for (const [day, writer, end] of rows as [string, number, number][]) {
    const [folded, receivedAt] = cursor.last.get(writer) ?? [0, cursor.since];
    const before = read.get(writer);
    const done = Math.max(folded, before && (!before.given || isFolded(cursor, before.given)) ? before.end : 0);
    reading.set(writer, { ...before, end });
    if (end > done) days.set(day, Math.min(days.get(day) ?? Infinity, receivedAt));
  }
  return { days, reading };
}

/** Day by day and in each by the primary key, so that a batch costs the same wherever it begins. */
async function* eventsSince(pool: Pool, cursor: FoldCursor, firstDay: string, readers: WeakMap<FoldCursor, Read>) {
  const { days, reading } = await daysBeyond(pool, cursor, firstDay, readers.get(cursor) ?? (new Map() as Read));
  const last = lastOf(cursor);
  for (const [day, from] of days) {
    let after: unknown[] = [new Date(from), -1, -1];
    for (;;) {
      const { rows } = await readRows(pool, {
        name: 'events-since',
        text: `SELECT ${READ_EVENT} FROM events WHERE received_day = $1 AND (received_at, writer, seq) > ($2, $3, $4) AND ${isBeyond(6)}
                ORDER BY received_at, writer, events.seq LIMIT $5`,
        values: [day, ...after, READ_BATCH, ...last],
      });
      const events = unfolded(rows, cursor);
      for (const event of events) reading.set(event.writer, { end: 0, ...reading.get(event.writer), given: event });
      if (events.length > 0) yield events;
      if (rows.length < READ_BATCH) break;
      const [receivedAt, writer, seq] = rows[rows.length - 1] as number[];
      after = [new Date(receivedAt), writer, seq];
    }
  }
  readers.set(cursor, reading);
}

/** Events of erased users act on nothing any more. */
const unfolded = (rows: unknown[][], cursor: FoldCursor): LedgerEvent[] =>
  rows.map(readEvent).filter((event): event is LedgerEvent => event.userId !== undefined && !isFolded(cursor, event));

async function appendedTotal(pool: Pool): Promise<number> {
  const query = { name: 'events-total', text: `SELECT coalesce(sum(last_seq), 0)::float8 FROM writers WHERE kind = 'events'`, values: [] };
  return (await readRows(pool, query)).rows[0][0] as number;
}

async function outcomesOf(pool: Pool, exposureId: string): Promise<Pick<LedgerEvent, 'type' | 'occurredAt'>[]> {
  const exposure = parseExposureId(exposureId);
  if (!exposure) return [];
  const { rows } = await readRows(pool, {
    name: 'events-outcomes',
    text: `SELECT type, ${epochMs('occurred_at')} FROM events
             WHERE exposure_id = $1 AND attribution = 'ATTRIBUTED' AND received_day >= $2 ORDER BY occurred_at, received_at, writer, seq`,
    values: [exposureId, utcDay(uuidTime(exposure.feedId) - DAY_MS)],
  });
  return (rows as [LedgerEvent['type'], number][]).map(([type, occurredAt]) => ({ type, occurredAt }));
}

async function readRows(pool: Pool, query: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[][] }> {
  return pool.query<unknown[]>({ ...query, rowMode: 'array' }).catch((error: unknown) => {
    throw asUnavailable(error);
  });
}

const entriesOfDay: EntriesOfDay = async function* (client, day) {
  const bytes = new CanonicalBytes();
  const text = `SELECT ${READ_EVENT}, ${READ_SEALS} FROM events WHERE received_day = $1 ORDER BY received_at, writer, events.seq`;
  for await (const rows of cursorRows(client, { text, values: [day], batch: CHECK_BATCH })) yield rows.map((row) => entryOf(row, bytes));
};

function entryOf(row: unknown[], bytes: CanonicalBytes): ReadEntry {
  const event = readEvent(row);
  const { seals, hash } = readSeals(row);
  return {
    writer: event.writer,
    seq: event.seq,
    hash,
    fault: () => eventSealFault(bytes, event, seals),
    rehash: (previous, format) => eventHash(bytes, previous, event, { ...seals, format }),
  };
}
