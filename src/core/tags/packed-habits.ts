import { type ByteReader, type ByteWriter, numberForm } from './bytes.js';
import { type Decayed } from './decayed.js';
import { type Habits } from './habits.js';
import { MEASURES } from './measures.js';
import { writeKey } from './packed-sums.js';
import { bitCount, SKETCH_WORDS } from './sketches.js';
import { type Window } from './windows.js';

const SKETCH_BYTES = SKETCH_WORDS * 4;

export function writeHabits(out: ByteWriter, habits: Habits): void {
  out.varint(habits.day);
  out.varint(habits.period);
  writeMeasures(out, habits.sums);
  writeMarks(out, habits.lastAt);
  for (const window of [habits.activeDays, habits.buyingWeeks]) writeWindow(out, window);
  out.varint(habits.sessions.length);
  for (const { start, end, acts, deep, bought } of habits.sessions) {
    out.time(start);
    out.time(end);
    for (const count of [acts, deep, bought]) out.varint(count);
  }
  writeSketches(out, habits.sketches);
  for (const places of [habits.platforms, habits.surfaces]) writePlaces(out, places);
}

export function readHabits(from: ByteReader, habits: Habits): void {
  habits.day = from.varint();
  habits.period = from.varint();
  readMeasures(from, habits.sums);
  readMarks(from, habits.lastAt);
  for (const window of [habits.activeDays, habits.buyingWeeks]) readWindow(from, window);
  for (let n = from.varint(); n > 0; n--)
    habits.sessions.push({ start: from.time(), end: from.time(), acts: from.varint(), deep: from.varint(), bought: from.varint() });
  readSketches(from, habits.sketches);
  habits.platforms = readPlaces(from);
  habits.surfaces = readPlaces(from);
}

/** The measures that are not 0, each by what its place is above the one before. */
function writeMeasures(out: ByteWriter, sums: Float32Array): void {
  out.varint(sums.reduce((n, sum) => n + Number(sum !== 0), 0));
  let before = 0;
  for (let place = 0; place < sums.length; place++) {
    if (sums[place] === 0) continue;
    const form = numberForm(sums[place]);
    writeKey(out, place, before, form);
    out.number(sums[place], form);
    before = place;
  }
}

function readMeasures(from: ByteReader, sums: Float32Array): void {
  let place = 0;
  for (let n = from.varint(); n > 0; n--) {
    const head = from.varint();
    place += Math.floor(head / 4);
    if (place >= MEASURES.length) throw new RangeError(`a packed state has measure ${place}; ${MEASURES.length} are known`);
    sums[place] = from.number(head % 4);
  }
}

function writeMarks(out: ByteWriter, lastAt: Float64Array): void {
  let used = 0;
  for (let type = 0; type < lastAt.length; type++) if (lastAt[type] !== 0) used += 2 ** type;
  out.varint(used);
  for (const at of lastAt) if (at !== 0) out.time(at);
}

function readMarks(from: ByteReader, lastAt: Float64Array): void {
  let used = from.varint();
  for (let type = 0; used > 0; type++, used = Math.floor(used / 2)) {
    if (used % 2 === 0) continue;
    if (type >= lastAt.length) throw new RangeError(`a packed state has a time of type ${type}; ${lastAt.length} are known`);
    lastAt[type] = from.time();
  }
}

/** The newest day or week, and each older one by how much older it is than the one before. */
function writeWindow(out: ByteWriter, { newest, words }: Window): void {
  out.signed(newest);
  writeBits(out, words);
}

function readWindow(from: ByteReader, window: Window): void {
  window.newest = from.signed();
  readBits(from, window.words);
}

function writeBits(out: ByteWriter, words: Uint32Array): void {
  out.varint(words.reduce((n, word) => n + bitCount(word), 0));
  let before = 0;
  for (let bit = 0; bit < words.length * 32; bit++) {
    if (!(words[bit >>> 5] & (1 << (bit & 31)))) continue;
    out.varint(bit - before);
    before = bit;
  }
}

function readBits(from: ByteReader, words: Uint32Array): void {
  let bit = 0;
  for (let n = from.varint(); n > 0; n--) {
    bit += from.varint();
    if (bit >= words.length * 32) throw new RangeError(`a packed state has bit ${bit} of ${words.length * 32}`);
    words[bit >>> 5] |= 1 << (bit & 31);
  }
}

/** Bit by bit while they are few, else whole. */
function writeSketches(out: ByteWriter, sketches: Uint32Array): void {
  const bits = sketches.reduce((n, word) => n + bitCount(word), 0);
  const whole = bits >= SKETCH_BYTES;
  out.byte(Number(whole));
  if (whole) for (const word of sketches) out.uint32(word);
  else writeBits(out, sketches);
}

function readSketches(from: ByteReader, sketches: Uint32Array): void {
  if (from.byte() === 0) readBits(from, sketches);
  else for (let i = 0; i < sketches.length; i++) sketches[i] = from.uint32();
}

function writePlaces(out: ByteWriter, places: ReadonlyMap<string, Decayed>): void {
  out.varint(places.size);
  for (const name of [...places.keys()].sort()) {
    const { value, at } = places.get(name)!;
    const form = numberForm(value);
    out.text(name);
    out.byte(form);
    out.number(value, form);
    out.time(at);
  }
}

function readPlaces(from: ByteReader): Map<string, Decayed> {
  const places = new Map<string, Decayed>();
  for (let n = from.varint(); n > 0; n--) places.set(from.text(), { value: from.number(from.byte() % 4), at: from.time() });
  return places;
}
