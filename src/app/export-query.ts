import { type Fault, refuseFaults, shown } from '../core/errors.js';
import { parseInstant } from '../core/events/instant.js';
import { columnOf, FEATURE_NAMES } from '../core/features/catalogue.js';
import { InputReader } from '../core/requests/input-reader.js';
import { SECOND_MS } from '../core/time.js';
import { type ExportRange } from '../ports/exposure-exports.js';
import { type RawInput } from './app.js';

/** Longer than a write may take to be committed under its time of receipt. */
const SETTLED_MS = 20_000;
const RANGE = ['from', 'to', 'surface', 'asOf'];

/** Reads parameters, text as an address holds them, and keeps every fault. */
export class ParameterReader {
  private readonly faults: Fault[] = [];
  private readonly reader: InputReader;

  constructor(
    private readonly parameters: RawInput,
    names: readonly string[],
  ) {
    this.reader = new InputReader(parameters, this.faults);
    const unknown = Object.keys(parameters).filter((name) => !names.includes(name));
    for (const name of unknown) this.fault(shown(name), `${shown(name)} is no parameter here; there are ${names.join(', ')}`);
  }

  fault(path: string, message: string): void {
    this.faults.push({ path, code: 'INVALID_INPUT', message });
  }
  /** Epoch ms. */
  time(name: string, otherwise: number): number {
    const value = this.parameters[name];
    if (value === undefined) return otherwise;
    const at = typeof value === 'string' ? parseInstant(value) : NaN;
    if (at >= 0) return at;
    this.fault(name, `${name} is ${shown(value)}; it must be an ISO 8601 time since 1970 with its offset, as 2026-01-31T09:30:00Z`);
    return otherwise;
  }
  surface(): string | null {
    return this.reader.has('surface') ? this.reader.surface('surface', '') : null;
  }
  flag(name: string): boolean {
    return this.reader.oneOf(name, ['true', 'false']) === 'true';
  }
  refuseFaults(): void {
    refuseFaults(this.faults);
  }
}

function readRange(read: ParameterReader, now: number): ExportRange {
  const asOf = read.time('asOf', Math.floor((now - SETTLED_MS) / SECOND_MS) * SECOND_MS);
  if (asOf > now) read.fault('asOf', `asOf is ${shown(new Date(asOf).toISOString())}; it must not be later than now`);
  const from = read.time('from', 0);
  const to = read.time('to', Math.max(asOf, from + 1));
  if (from >= to) read.fault('from', `from is ${shown(new Date(from).toISOString())}; it must be before to`);
  return { from, to, asOf, surface: read.surface() };
}

/** What an export of exposures is asked for. @throws AppError that names every parameter that is wrong */
export function readExposuresQuery(parameters: RawInput, now: number): { range: ExportRange; matureOnly: boolean } {
  const read = new ParameterReader(parameters, [...RANGE, 'matureOnly']);
  const query = { range: readRange(read, now), matureOnly: read.flag('matureOnly') };
  read.refuseFaults();
  return query;
}

/** What an export of requests is asked for. @throws AppError that names every parameter that is wrong */
export function readRequestsQuery(parameters: RawInput, now: number): ExportRange {
  const read = new ParameterReader(parameters, RANGE);
  const range = readRange(read, now);
  read.refuseFaults();
  return range;
}

/** What a backfill is asked for: all features where none is named. @throws AppError that names every parameter that is wrong */
export function readFeaturesQuery(parameters: RawInput, now: number): { range: ExportRange; names: readonly string[] } {
  const read = new ParameterReader(parameters, [...RANGE, 'names']);
  const range = readRange(read, now);
  const { names } = parameters;
  const wanted = names === undefined ? FEATURE_NAMES : typeof names === 'string' ? names.split(',').map((name) => name.trim()) : [];
  const unknown = wanted.filter((name) => columnOf(name) === undefined);
  if (wanted.length === 0 || unknown.length > 0)
    read.fault(
      'names',
      `names is ${shown(names)}; it must be names of the feature catalogue, such as ${FEATURE_NAMES[0]}, with commas between`,
    );
  read.refuseFaults();
  return { range, names: wanted };
}
