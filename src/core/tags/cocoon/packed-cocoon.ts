import { type ByteReader, type ByteWriter, numberForm } from '../bytes.js';
import { sortedKeys } from '../packed-sums.js';
import { type CocoonState, emptyControl, type WideningControl } from './cocoon-state.js';
import { emptySpread, type Spread } from './spread.js';

const SPREADS = ['categories', 'makers', 'repeats', 'own', 'taken'] as const;
/** What a state had no room for before widening was remembered. */
const ANSWERS = ['offered', 'accepted'] as const;
const CONTROL = Object.keys(emptyControl()) as (keyof WideningControl)[];

export function writeCocoon(out: ByteWriter, cocoon: CocoonState): void {
  for (const name of SPREADS) writeSpread(out, cocoon[name]);
  out.varint(cocoon.pending.length);
  for (const { feedId, servedAt, level, cards, widening } of cocoon.pending) {
    out.text(feedId);
    out.time(servedAt);
    out.byte(level === 'IMPRESSION' ? 1 : 0);
    out.varint(cards.size);
    for (const position of sortedKeys(cards.keys()))
      out.varint(position * 4 + Number(widening.has(position)) * 2 + Number(cards.get(position)));
  }
  writeAnswers(out, cocoon);
  const used = CONTROL.some((name) => cocoon.control[name] !== 0);
  out.byte(Number(used));
  if (used) for (const name of CONTROL) writeNumber(out, cocoon.control[name]);
}

/** @param hasAnswers false for a state from before widening was remembered: then what it is to remember begins with what is folded next */
export function readCocoon(from: ByteReader, cocoon: CocoonState, hasAnswers: boolean): void {
  for (const name of SPREADS) cocoon[name] = readSpread(from);
  const flags = hasAnswers ? 4 : 2;
  for (let n = from.varint(); n > 0; n--) {
    const [feedId, servedAt, level] = [from.text(), from.time(), from.byte() === 1 ? 'IMPRESSION' : 'RENDERED'] as const;
    const [cards, widening] = [new Map<number, boolean>(), new Set<number>()];
    for (let left = from.varint(); left > 0; left--) {
      const head = from.varint();
      const position = Math.floor(head / flags);
      cards.set(position, head % 2 === 1);
      if (head % flags >= 2) widening.add(position);
    }
    cocoon.pending.push({ feedId, servedAt, level, cards, widening });
  }
  if (hasAnswers) readAnswers(from, cocoon);
  if (from.byte() === 1) for (const name of CONTROL) cocoon.control[name] = readNumber(from);
}

function writeAnswers(out: ByteWriter, cocoon: CocoonState): void {
  for (const name of ANSWERS) writeSpread(out, cocoon[name]);
  out.varint(cocoon.awaiting.size);
  for (const itemNo of sortedKeys(cocoon.awaiting.keys())) {
    const { at, isTaken, isHidden } = cocoon.awaiting.get(itemNo)!;
    out.varint(itemNo * 4 + Number(isHidden) * 2 + Number(isTaken));
    out.time(at);
  }
}

function readAnswers(from: ByteReader, cocoon: CocoonState): void {
  for (const name of ANSWERS) cocoon[name] = readSpread(from);
  for (let n = from.varint(); n > 0; n--) {
    const head = from.varint();
    cocoon.awaiting.set(Math.floor(head / 4), { at: from.time(), isTaken: head % 2 === 1, isHidden: head % 4 >= 2 });
  }
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
