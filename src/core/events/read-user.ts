import { shown } from '../errors.js';
import { type UserAttributes } from '../user.js';
import { type BatchFault } from './batch-fault.js';
import { EntryReader, textDefect } from './read-entry.js';

const FIRST_BIRTH_YEAR = 1900;
const LAST_BIRTH_YEAR = 2100;
/** Attributes as JSON text, names and all. */
const MAX_ATTRIBUTES_LENGTH = 16_384;
const MAX_DEPTH = 5;

const FIELDS: ReadonlySet<string> = new Set(['id', 'birthYear', 'gender', 'region', 'joinedAt', 'attributes']);

/** What a call gives of a user; undefined leaves what is there, null clears it. */
export type GivenUser = Pick<UserAttributes, 'id'> & Partial<Omit<UserAttributes, 'id'>>;

/** Check what is given of one user. */
export function readUser(input: unknown): { user: GivenUser } | { faults: BatchFault[] } {
  const reader = EntryReader.of(input, FIELDS);
  if (!(reader instanceof EntryReader)) return reader;
  const user: GivenUser = { id: reader.requiredId('id', 'every user has one') ?? '' };
  set(reader, user, 'birthYear', reader.integer('birthYear', FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR));
  set(reader, user, 'gender', reader.name('gender'));
  set(reader, user, 'region', reader.name('region'));
  set(reader, user, 'joinedAt', reader.time('joinedAt'));
  const attributes = readAttributes(reader);
  if (attributes) user.attributes = attributes;
  return reader.faults === null ? { user } : { faults: reader.faults };
}

type Clearable = 'birthYear' | 'gender' | 'region' | 'joinedAt';
function set<K extends Clearable>(reader: EntryReader, user: GivenUser, name: K, value: GivenUser[K]): void {
  if (value !== undefined) user[name] = value;
  else if (reader.isNull(name)) user[name] = null;
}

function readAttributes(reader: EntryReader): Record<string, unknown> | undefined {
  const value = reader.value('attributes');
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reader.refuse('INVALID_VALUE', 'attributes', value, 'an object');
    return undefined;
  }
  if (!checkJson(reader, 'attributes', value, MAX_DEPTH)) return undefined;
  const { length } = JSON.stringify(value);
  if (length <= MAX_ATTRIBUTES_LENGTH) return { ...value };
  reader.add('TOO_LARGE', 'attributes', `attributes take ${length} characters as JSON; at most ${MAX_ATTRIBUTES_LENGTH} are kept`);
  return undefined;
}

/** Whether a value can be kept as JSON in the database: shallow, finite numbers, well-formed texts without NUL. The first thing that cannot is noted. */
function checkJson(reader: EntryReader, path: string, value: unknown, depth: number): boolean {
  if (typeof value === 'string') return checkText(reader, path, value);
  if (typeof value === 'number' && !Number.isFinite(value)) return refuse(reader, path, String(value), 'a finite number');
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return refuse(reader, path, 'deeper', `nested at most ${MAX_DEPTH} deep`);
  return Object.entries(value).every(
    ([name, inner]) => checkText(reader, path, name) && checkJson(reader, `${path}.${name}`, inner, depth - 1),
  );
}

function checkText(reader: EntryReader, path: string, text: string): boolean {
  return textDefect(text, true) === null || refuse(reader, path, shown(text), 'text without NUL and half surrogate pairs');
}

function refuse(reader: EntryReader, path: string, found: string, wanted: string): false {
  const place = path.slice(0, 200);
  reader.add('INVALID_VALUE', place, `${place} is ${found}; it must be ${wanted}`);
  return false;
}
