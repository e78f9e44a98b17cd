import { type Fault, shown } from '../../errors.js';

export const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Faults that are kept; somebody who makes more than these has seen enough. */
const MAX_FAULTS = 100;

interface RowRule {
  /** Null: any, up to `most`. */
  width: number | null;
  most: number;
  good: (value: unknown) => value is number;
  wanted: string;
}

/** Reads JSON of unknown form and keeps every fault; what is wrong gives an empty value. */
export class ManifestReader {
  readonly faults: Fault[] = [];
  private readonly fields: Record<string, unknown>;

  constructor(raw: unknown) {
    this.fields = isPlainObject(raw) ? raw : {};
    if (!isPlainObject(raw)) this.fault('manifest', raw, 'it must be a JSON object');
  }

  fault(path: string, value: unknown, wanted: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    this.faults.push({
      path: path.slice(0, 200),
      code: 'INVALID_INPUT',
      message: `${shown(path).slice(1, -1)} is ${shown(value ?? null)}; ${wanted}`,
    });
  }
  at(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  /** Entries of a list as it was given; 0 where it is none. */
  lengthOf(name: string): number {
    const value = this.at(name);
    return Array.isArray(value) ? value.length : 0;
  }

  /** An object; `optional`: empty where it is left out. */
  object(name: string, optional: boolean): Record<string, unknown> {
    const value = this.at(name);
    if (isPlainObject(value)) return value;
    if (!optional || (value !== undefined && value !== null)) this.fault(name, value, 'it must be an object');
    return {};
  }
  /** Fields that nobody knows are more likely a slip than of no meaning. */
  noOthers(path: string, known: readonly string[]): void {
    const fields = path === '' ? this.fields : this.at(path);
    if (!isPlainObject(fields)) return;
    const prefix = path === '' ? '' : `${path}.`;
    for (const name of Object.keys(fields))
      if (!known.includes(name)) this.fault(prefix + name, fields[name], `there is no such field; there are ${known.join(', ')}`);
  }
  matching(name: string, pattern: RegExp): string {
    const value = this.at(name);
    if (typeof value === 'string' && pattern.test(value)) return value;
    this.fault(name, value, `it must match ${pattern.source}`);
    return '';
  }
  oneOf<T extends string>(name: string, allowed: readonly T[]): T | null {
    const value = this.at(name);
    if (allowed.includes(value as T)) return value as T;
    this.fault(name, value, `it must be one of ${allowed.join(', ')}`);
    return null;
  }
  /** Distinct names; each that is wrong is a fault of its own. */
  names(name: string, most: number, known: (entry: string) => boolean, wanted: string, optional = false): string[] {
    const value = this.at(name);
    if (optional && (value === undefined || value === null)) return [];
    if (!Array.isArray(value) || value.length > most) {
      this.fault(name, Array.isArray(value) ? `${value.length} entries` : value, `it must be a list of at most ${most} names`);
      return [];
    }
    const seen = new Set<unknown>();
    const good: string[] = [];
    value.forEach((entry: unknown, i) => {
      const path = `${name}.${i}`;
      if (typeof entry !== 'string' || !entry.isWellFormed() || entry.includes('\0') || !known(entry)) this.fault(path, entry, wanted);
      else if (seen.has(entry)) this.fault(path, entry, 'it is there twice');
      else good.push(entry);
      seen.add(entry);
    });
    return good;
  }
  /** An object of numbers whose keys are known. */
  numbers(name: string, keys: readonly string[], good: (value: number) => boolean, wanted: string): Record<string, number> {
    const numbers: Record<string, number> = {};
    for (const [key, value] of Object.entries(this.object(name, true))) {
      const path = `${name}.${key}`;
      if (!keys.includes(key)) this.fault(path, value, `${shown(key)} is none of ${keys.length > 12 ? 'featureNames' : keys.join(', ')}`);
      else if (finite(value) && good(value)) numbers[key] = value;
      else this.fault(path, value, `it must be ${wanted}`);
    }
    return numbers;
  }
  /** Rows of one width; null and one fault for the first thing that is wrong. */
  rows(path: string, value: unknown, width: number, good: RowRule['good'], wanted: string, most: number): number[][] | null {
    if (!Array.isArray(value) || value.length > most) {
      this.fault(path, Array.isArray(value) ? `${value.length} rows` : value, `it must be a list of at most ${most} rows`);
      return null;
    }
    const before = this.faults.length;
    for (let i = 0; i < value.length && this.faults.length === before; i++)
      this.row(`${path}.${i}`, value[i], { width, most: width, good, wanted });
    return this.faults.length === before ? (value as number[][]) : null;
  }
  row(path: string, value: unknown, { width, most, good, wanted }: RowRule): number[] {
    const isRow = Array.isArray(value) && (width === null ? value.length >= 1 && value.length <= most : value.length === width);
    if (!isRow) {
      this.fault(
        path,
        Array.isArray(value) ? `${value.length} entries` : value,
        `it must be a list of ${width ?? `1 to ${most}`} ${wanted}`,
      );
      return [];
    }
    const wrong = value.findIndex((entry) => !good(entry));
    if (wrong < 0) return value as number[];
    this.fault(`${path}.${wrong}`, value[wrong], `it must be one of ${wanted}`);
    return [];
  }
}
