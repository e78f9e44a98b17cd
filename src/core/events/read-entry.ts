import { shown } from '../errors.js';
import { type BatchCode, type BatchFault, FaultList } from './batch-fault.js';
import { isCurrency } from './currencies.js';
import { parseInstant } from './instant.js';

export const MAX_ID_LENGTH = 128;
export const MAX_AMOUNT = 1e12;
/** First and last instant that a time of an item or user may name: years with four digits, none before the epoch. */
const FIRST_TIME = 0;
const LAST_TIME = 253_402_300_799_999;
const ID_RULE = `1 to ${MAX_ID_LENGTH} characters without control characters`;

type Defect = 'control' | 'surrogate' | null;

/** The first thing in a text that cannot be kept: a control character (in free text only NUL), or half of a surrogate pair. */
export function textDefect(text: string, free: boolean): Defect {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || (!free && (code < 0x20 || (code >= 0x7f && code <= 0x9f)))) return 'control';
    if (code < 0xd800 || code > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return 'surrogate';
    i++;
  }
  return null;
}

/** The text of an id, or null. A whole number is taken as the text of it, as GraphQL does. */
function idText(value: unknown): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.length === 0 || text.length > MAX_ID_LENGTH) return null;
  return textDefect(text, false) === null ? text : null;
}

/** Check one id that stands alone, as `removeItems` gets them. */
export function readId(value: unknown, path = 'id'): { id: string } | { faults: BatchFault[] } {
  const id = idText(value);
  if (id !== null) return { id };
  return { faults: [{ path, code: 'INVALID_ID', message: `${path} is ${shown(value)}; it must be ${ID_RULE}` }] };
}

export interface ListRule {
  most: number;
  ids?: boolean;
  least?: number;
  distinct?: boolean;
}

/**
 * Reads the fields of one entry and notes every fault. A field that is absent, null or wrong gives undefined; what was wrong is in `faults`. Lengths are
 * in UTF-16 units. Allocates nothing but itself while all is well, since imports read millions of entries.
 */
export class EntryReader extends FaultList {
  private constructor(private readonly input: Record<string, unknown>) {
    super();
  }

  /** A reader of an object that has no other fields than these, or the fault of what is no object. */
  static of(input: unknown, known: ReadonlySet<string>): EntryReader | { faults: BatchFault[] } {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return { faults: [{ path: '', code: 'INVALID_VALUE', message: `the entry is ${shown(input)}; it must be an object` }] };
    const reader = new EntryReader(input as Record<string, unknown>);
    for (const name in input)
      if (!known.has(name)) reader.add('INVALID_VALUE', name, `${shown(name)} is no field here; those there are: ${[...known].join(', ')}`);
    return reader;
  }

  value(name: string): unknown {
    return this.input[name] ?? undefined;
  }
  has(name: string): boolean {
    return this.value(name) !== undefined;
  }
  isNull(name: string): boolean {
    return this.input[name] === null;
  }
  missing(name: string, because: string): void {
    this.add('MISSING_FIELD', name, `${name} is missing; ${because}`);
  }
  private wrong(code: BatchCode, name: string, value: unknown, wanted: string): undefined {
    this.refuse(code, name, value, wanted);
  }

  id(name: string): string | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : (idText(value) ?? this.wrong('INVALID_ID', name, value, ID_RULE));
  }
  requiredId(name: string, because: string): string | undefined {
    if (!this.has(name)) this.missing(name, because);
    return this.id(name);
  }
  /** A name: text without control characters. */
  name(name: string, most = MAX_ID_LENGTH): string | undefined {
    return this.textOf(name, this.value(name), most, false);
  }
  /** Free text, lines and all. */
  text(name: string, most: number): string | undefined {
    return this.textOf(name, this.value(name), most, true);
  }
  private textOf(path: string, value: unknown, most: number, free: boolean): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') return this.wrong('INVALID_VALUE', path, value, `text of 1 to ${most} characters`);
    if (value.length > most) return this.wrong('TOO_LARGE', path, value, `text of 1 to ${most} characters`);
    const defect = textDefect(value, free);
    if (defect === null) return value;
    return this.wrong(
      'INVALID_VALUE',
      path,
      value,
      defect === 'control' ? `text without ${free ? 'NUL' : 'control characters'}` : 'text without half surrogate pairs',
    );
  }
  number(name: string, least: number, most: number): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= least && value <= most) return value + 0; // -0 becomes 0
    return this.wrong('INVALID_VALUE', name, value, `a number from ${least} to ${most}`);
  }
  integer(name: string, least: number, most: number): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value + 0;
    return this.wrong('INVALID_VALUE', name, value, `a whole number from ${least} to ${most}`);
  }
  flag(name: string): boolean | undefined {
    const value = this.value(name);
    return value === undefined || typeof value === 'boolean' ? value : this.wrong('INVALID_VALUE', name, value, 'true or false');
  }
  oneOf<T extends string>(name: string, allowed: ReadonlySet<T>): T | undefined {
    const value = this.value(name);
    if (value === undefined || allowed.has(value as T)) return value as T | undefined;
    return this.wrong('INVALID_VALUE', name, value, `one of ${[...allowed].join(', ')}`);
  }
  matching(name: string, pattern: RegExp, wanted: string): string | undefined {
    const value = this.value(name);
    return value === undefined || (typeof value === 'string' && pattern.test(value))
      ? value
      : this.wrong('INVALID_VALUE', name, value, wanted);
  }
  currency(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || (typeof value === 'string' && isCurrency(value))) return value;
    return this.wrong('INVALID_VALUE', name, value, 'an ISO 4217 code in capital letters, as CNY');
  }
  /** Epoch ms of a time with its offset. */
  time(name: string, first = FIRST_TIME, last = LAST_TIME): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const at = typeof value === 'string' ? parseInstant(value) : NaN;
    if (at >= first && at <= last) return at;
    if (Number.isNaN(at)) return this.wrong('INVALID_TIME', name, value, 'an ISO 8601 time with its offset, as 2026-01-31T09:30:00Z');
    return this.wrong('INVALID_TIME', name, value, `from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`);
  }
  /** A list of names, or of ids. */
  list(name: string, { most, least = 0, ids = false, distinct = false }: ListRule): string[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.wrong('INVALID_VALUE', name, value, `a list of ${least} to ${most}`);
    if (value.length < least || value.length > most) {
      this.add(
        value.length > most ? 'TOO_LARGE' : 'INVALID_VALUE',
        name,
        `${name} has ${value.length} entries; it must have ${least} to ${most}`,
      );
      return undefined;
    }
    return value.map((entry, i) => {
      const path = `${name}.${i}`;
      if (distinct && value.indexOf(entry) < i) this.wrong('INVALID_VALUE', path, entry, 'named once');
      return this.listEntry(path, entry, ids);
    });
  }
  private listEntry(path: string, value: unknown, ids: boolean): string {
    if (ids) return idText(value) ?? this.wrong('INVALID_ID', path, value, ID_RULE) ?? '';
    return this.textOf(path, value ?? '', MAX_ID_LENGTH, false) ?? '';
  }
}
