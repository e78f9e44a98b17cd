import { type Fault, refuseFaults, shown } from '../errors.js';

export type Fields = Record<string, unknown>;

const CONTROL_CHARACTER = /\p{Cc}/u;
export const MAX_ID_LENGTH = 128;
const SURFACE = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether a text can be an id: 1 to 128 characters, none of them a control character, no half of a surrogate pair. */
export const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= MAX_ID_LENGTH && !CONTROL_CHARACTER.test(value) && value.isWellFormed();

/** Reads the fields of one input object and keeps every fault; a field that is absent or null gives null. */
export class InputReader {
  constructor(
    private readonly fields: Fields,
    readonly faults: Fault[],
    private readonly prefix = '',
  ) {}

  fault(name: string, value: unknown, wanted: string): null {
    const path = this.prefix + name;
    this.faults.push({ path, code: 'INVALID_INPUT', message: `${path} is ${shown(value)}; ${wanted}` });
    return null;
  }
  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }
  id(name: string): string | null {
    const value = this.fields[name] ?? null;
    return value === null || isId(value) ? value : this.fault(name, value, 'it must be 1 to 128 characters without control characters');
  }
  surface(name: string, otherwise: string): string {
    const value = this.fields[name] ?? otherwise;
    if (typeof value === 'string' && SURFACE.test(value)) return value;
    this.fault(name, value, 'it must match [a-z][a-z0-9-]{0,31}');
    return otherwise;
  }
  text(name: string, maxLength: number): string | null {
    const value = this.fields[name] ?? null;
    if (value === null || (typeof value === 'string' && value.length <= maxLength && value.isWellFormed() && !value.includes('\0')))
      return value;
    return this.fault(name, value, `it must be text of at most ${maxLength} characters`);
  }
  integer(name: string, low: number, high: number): number | null {
    const value = this.fields[name] ?? null;
    if (value === null || (Number.isInteger(value) && Number(value) >= low && Number(value) <= high)) return value as number | null;
    return this.fault(name, value, `it must be a whole number from ${low} to ${high}`);
  }
  number(name: string, low: number, high: number): number | null {
    const value = this.fields[name] ?? null;
    if (value === null || (typeof value === 'number' && value >= low && value <= high)) return value;
    return this.fault(name, value, `it must be a number from ${low} to ${high}`);
  }
  flag(name: string): boolean {
    return this.fields[name] === true;
  }
  oneOf<T extends string>(name: string, allowed: readonly T[]): T | null {
    const value = this.fields[name] ?? null;
    return value === null || allowed.includes(value as T)
      ? (value as T | null)
      : this.fault(name, value, `it must be one of ${allowed.join(', ')}`);
  }
  list<T>(name: string, max: number, good: (value: unknown) => value is T, wanted: string): T[] | null {
    const value = this.fields[name] ?? null;
    if (value === null) return null;
    if (!Array.isArray(value) || value.length > max)
      return this.fault(name, Array.isArray(value) ? value.length : value, `it must be a list of at most ${max}`);
    const wrong = value.findIndex((entry) => !good(entry));
    return wrong < 0 ? (value as T[]) : this.fault(`${name}.${wrong}`, value[wrong], wanted);
  }
  ids(name: string, max: number): string[] | null {
    return this.list(name, max, isId, 'it must be 1 to 128 characters without control characters');
  }
  /** A reader for a nested object, or null where there is none. */
  nested(name: string): InputReader | null {
    const value = this.fields[name] ?? null;
    return value === null ? null : new InputReader(value as Fields, this.faults, `${this.prefix}${name}.`);
  }
  /** Fields of the public schema that nothing obeys yet are refused: to ignore one would be to lie. */
  refuse(names: readonly string[], because: string): void {
    for (const name of names) if (this.has(name)) this.fault(name, this.fields[name], because);
  }
  refuseFaults(): void {
    refuseFaults(this.faults);
  }
}
