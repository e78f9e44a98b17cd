import { type ByteReader, type ByteWriter, numberForm } from './bytes.js';
import { type Decayed } from './decayed.js';

export const sortedKeys = (keys: Iterable<number>): Float64Array => Float64Array.from(keys).sort();

/** Whole numbers in growing order, each by what it is above the one before; `flags` below 4 ride along. */
export function writeKey(out: ByteWriter, key: number, before: number, flags: number): void {
  out.varint((key - before) * 4 + flags);
}

export function writeSums(out: ByteWriter, sums: ReadonlyMap<number, Decayed>): void {
  out.varint(sums.size);
  let before = 0;
  for (const key of sortedKeys(sums.keys())) {
    const { value, at } = sums.get(key)!;
    const form = numberForm(value);
    writeKey(out, key, before, form);
    out.number(value, form);
    out.time(at);
    before = key;
  }
}

export function readSums(from: ByteReader): Map<number, Decayed> {
  const sums = new Map<number, Decayed>();
  let key = 0;
  for (let n = from.varint(); n > 0; n--) {
    const head = from.varint();
    key += Math.floor(head / 4);
    sums.set(key, { value: from.number(head % 4), at: from.time() });
  }
  return sums;
}

export function writeLone(out: ByteWriter, { value, at }: Decayed): void {
  const form = numberForm(value);
  out.byte(form);
  out.number(value, form);
  out.time(at);
}

export const readLone = (from: ByteReader): Decayed => ({ value: from.number(from.byte() % 4), at: from.time() });

/** The hours that are not 0, named by the bits of one number. */
export function writeHours(out: ByteWriter, hours: Float64Array): void {
  let used = 0;
  for (let hour = 0; hour < 24; hour++) if (hours[hour] !== 0) used |= 1 << hour;
  out.varint(used);
  for (const value of hours) {
    if (value === 0) continue;
    const form = numberForm(value);
    out.byte(form);
    out.number(value, form);
  }
}

export function readHours(from: ByteReader, hours: Float64Array): void {
  const used = from.varint();
  for (let hour = 0; hour < 24; hour++) if (used & (1 << hour)) hours[hour] = from.number(from.byte() % 4);
}
