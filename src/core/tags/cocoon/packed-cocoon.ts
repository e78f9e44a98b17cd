import { type ByteReader, type ByteWriter, numberForm } from '../bytes.js';
import { sortedKeys } from '../packed-sums.js';
import { type CocoonState, emptyControl, type WideningControl } from './cocoon-state.js';
import { emptySpread, type Spread } from './spread.js';

const SPREADS = ['categories', 'makers', 'repeats', 'own', 'taken'] as const;
const CONTROL = Object.keys(emptyControl()) as (keyof WideningControl)[];

export function writeCocoon(out: ByteWriter, cocoon: CocoonState): void {
  for (const name of SPREADS) writeSpread(out, cocoon[name]);
  out.varint(cocoon.pending.length);
  for (const { feedId, servedAt, level, cards } of cocoon.pending) {
    out.text(feedId);
    out.time(servedAt);
    out.byte(level === 'IMPRESSION' ? 1 : 0);
    out.varint(cards.size);
    for (const position of sortedKeys(cards.keys())) out.varint(position * 2 + Number(cards.get(position)));
  }
  const used = CONTROL.some((name) => cocoon.control[name] !== 0);
  out.byte(Number(used));
  if (used) for (const name of CONTROL) writeNumber(out, cocoon.control[name]);
}

export function readCocoon(from: ByteReader, cocoon: CocoonState): void {
  for (const name of SPREADS) cocoon[name] = readSpread(from);
  for (let n = from.varint(); n > 0; n--) {
    const [feedId, servedAt, level] = [from.text(), from.time(), from.byte() === 1 ? 'IMPRESSION' : 'RENDERED'] as const;
    const cards = new Map<number, boolean>();
    for (let left = from.varint(); left > 0; left--) {
      const head = from.varint();
      cards.set(Math.floor(head / 2), head % 2 === 1);
    }
    cocoon.pending.push({ feedId, servedAt, level, cards });
  }
  if (from.byte() === 1) for (const name of CONTROL) cocoon.control[name] = readNumber(from);
}

function writeNumber(out: ByteWriter, value: number): void {
  const form = numberForm(value);
  out.byte(form);
  out.number(value, form);
}

const readNumber = (from: ByteReader): number => from.number(from.byte() % 4);

function writeSpread(out: ByteWriter, { at, weight, squares, rest, names }: Spread): void {
  out.varint(names.size);
  if (names.size === 0) return;
  out.time(at);
  for (const sum of [weight, squares, rest]) writeNumber(out, sum);
  let before = 0;
  for (const name of sortedKeys(names.keys())) {
    const value = names.get(name)!;
    const form = numberForm(value);
    out.varint((name - before) * 4 + form);
    out.number(value, form);
    before = name;
  }
}

function readSpread(from: ByteReader): Spread {
  const spread = emptySpread();
  const size = from.varint();
  if (size === 0) return spread;
  spread.at = from.time();
  [spread.weight, spread.squares, spread.rest] = [readNumber(from), readNumber(from), readNumber(from)];
  let name = 0;
  for (let n = size; n > 0; n--) {
    const head = from.varint();
    name += Math.floor(head / 4);
    spread.names.set(name, from.number(head % 4));
  }
  return spread;
}
