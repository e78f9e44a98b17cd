import { ByteReader, ByteWriter, crc32 } from './bytes.js';
import { readCocoon, writeCocoon } from './cocoon/packed-cocoon.js';
import { type FoldCursor } from './cursor.js';
import { readHabits, writeHabits } from './packed-habits.js';
import {
  readBoughtOn,
  readHidden,
  readOwned,
  readRecent,
  readTies,
  writeBoughtOn,
  writeHidden,
  writeOwned,
  writeRecent,
  writeTies,
} from './packed-facts.js';
import { readHours, readLone, readSums, sortedKeys, writeHours, writeLone, writeSums } from './packed-sums.js';
import { AFFINITY_FAMILIES, emptyState, type UserState } from './state.js';
import { readWeariness, writeWeariness } from './weariness.js';

/** First byte of a packed state. Another layout is another version; a state in one that is not read is rebuilt from the ledger. */
const VERSION = 5;
/** Had no habits, no cocoon, nothing of how it is widened, and nothing of what tires; what a version lacks begins with what is folded next. */
const WITHOUT_HABITS = 1;
const WITHOUT_COCOON = 2;
const WITHOUT_WIDENING = 3;
const WITHOUT_WEARINESS = 4;
const HEADER_BYTES = 5;
const TIMES = ['updatedAt', 'firstSeenAt', 'hoursAt', 'firstBoughtAt', 'lastBoughtAt', 'lastServedAt'] as const;

/**
 * Pack a state: version, CRC-32 of the rest, every time once, then the fields, which name times by their place. Equal states give equal bytes, whatever
 * the order in which their maps were filled. A user of fifty acts on fifty items who was shown a hundred takes about 2 kB.
 */
export function packState(state: UserState): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  writeCursor(out, state.events);
  writeCursor(out, state.pages);
  for (const name of TIMES) out.time(state[name]);
  out.varint(state.eventCount);
  writeCounts(out, state.counts);
  for (const family of AFFINITY_FAMILIES) writeSums(out, state.affinity[family]);
  writeSums(out, state.shown);
  writeHours(out, state.hours);
  for (const sum of [state.orders, state.spent]) writeLone(out, sum);
  writeRecent(out, state);
  writeOwned(out, state);
  writeHidden(out, state);
  writeTies(out, state);
  writeHabits(out, state.habits);
  writeBoughtOn(out, state);
  writeCocoon(out, state.cocoon);
  writeWeariness(out, state.weariness);
  const packed = new ByteWriter();
  packed.byte(VERSION);
  packed.uint32(0);
  packed.append(out);
  const bytes = packed.done();
  new DataView(bytes.buffer).setUint32(1, crc32(bytes, HEADER_BYTES), true);
  return bytes;
}

/**
 * The state that was packed, equal in every field.
 *
 * @throws RangeError for bytes of an unknown version, damaged or cut off
 */
export function unpackState(bytes: Uint8Array): UserState {
  const from = new ByteReader(bytes);
  const version = from.byte();
  if (version < WITHOUT_HABITS || version > VERSION)
    throw new RangeError(`a packed state has version ${version}; ${WITHOUT_HABITS} to ${VERSION} are read`);
  if (from.uint32() !== crc32(bytes, HEADER_BYTES)) throw new RangeError('a packed state is damaged: its checksum does not hold');
  from.timeTable();
  const state = emptyState();
  state.events = readCursor(from);
  state.pages = readCursor(from);
  for (const name of TIMES) state[name] = from.time();
  state.eventCount = from.varint();
  readCounts(from, state.counts);
  for (const family of AFFINITY_FAMILIES) state.affinity[family] = readSums(from);
  state.shown = readSums(from);
  readHours(from, state.hours);
  state.orders = readLone(from);
  state.spent = readLone(from);
  readRecent(from, state);
  readOwned(from, state);
  readHidden(from, state);
  readTies(from, state);
  if (version >= WITHOUT_COCOON) {
    readHabits(from, state.habits);
    readBoughtOn(from, state);
  }
  if (version > WITHOUT_COCOON) readCocoon(from, state.cocoon, version > WITHOUT_WIDENING);
  if (version > WITHOUT_WEARINESS) state.weariness = readWeariness(from);
  if (from.left > 0) throw new RangeError(`a packed state has ${from.left} bytes too many`);
  return state;
}

function writeCursor(out: ByteWriter, { since, last }: FoldCursor): void {
  out.signed(since);
  out.varint(last.size);
  for (const writer of sortedKeys(last.keys())) {
    const [seq, receivedAt] = last.get(writer)!;
    out.varint(writer);
    out.varint(seq);
    out.signed(receivedAt - since);
  }
}

function readCursor(from: ByteReader): FoldCursor {
  const since = from.signed();
  const last: FoldCursor['last'] = new Map();
  for (let n = from.varint(); n > 0; n--) last.set(from.varint(), [from.varint(), from.signed() + since]);
  return { since, last };
}

function writeCounts(out: ByteWriter, counts: Uint32Array): void {
  out.varint(counts.length);
  for (const count of counts) out.varint(count);
}

function readCounts(from: ByteReader, counts: Uint32Array): void {
  const length = from.varint();
  if (length > counts.length) throw new RangeError(`a packed state counts ${length} types of event; ${counts.length} are known`);
  for (let i = 0; i < length; i++) counts[i] = from.varint();
}
