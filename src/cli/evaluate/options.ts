import { InvalidArgumentError } from 'commander';
import { type DataFolder } from './folder.js';
import { DEFAULT_HALF_LIFE_MS, KNOWN_DATA } from './known-data.js';
import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { kCore } from '../../core/evaluation/dense-core.js';
import { type Plan, type Protocol } from '../../core/evaluation/evaluation.js';
import { type Method } from '../../core/evaluation/methods.js';
import { DAY_MS } from '../../core/time.js';

/** The command line as given. */
export interface EvaluateOptions {
  protocol: Protocol;
  core?: number;
  tune?: boolean;
  splitAt?: number;
  tuneAt?: number;
  halfLifeDays?: number;
  neighbourDays?: number;
  methods?: string[];
  model?: string;
  limit?: number;
  traffic?: number;
  json?: string;
  markdown?: string;
  svg?: string;
}

/** A whole number from 1 on. */
export function countOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError(`It is ${shown(text)}; allowed are whole numbers from 1 on.`);
  return value;
}

/** Days above 0. */
export function daysOf(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError(`It is ${shown(text)}; allowed are numbers of days above 0.`);
  return value;
}

/** A share in per cent, above 0 and below 100. */
export function percentOf(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 100)) throw new InvalidArgumentError(`It is ${shown(text)}; allowed are numbers above 0 and below 100.`);
  return value;
}

/** An ISO instant in epoch ms. */
export function instantOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError(`It is ${shown(text)}; allowed are ISO instants such as 2010-01-01T00:00:00Z.`);
  return at;
}

export const namesOf = (text: string): string[] => text.split(',').map((name) => name.trim()).filter((name) => name !== ''); // prettier-ignore

const missing = (path: string, message: string): Fault => ({ path, code: 'MISSING', message });

function instantFaults(
  { name, history }: DataFolder,
  { protocol, tune }: EvaluateOptions,
  splitAt: number | null,
  tuneAt: number | null,
): Fault[] {
  const faults: Fault[] = [];
  if (protocol !== 'time' && protocol !== 'next-event') return faults;
  if (history.at.some(Number.isNaN)) faults.push(missing('protocol', `${protocol} needs a ts on every event, and ${name} has events without; 8-1-1 needs none`)); // prettier-ignore
  if (protocol === 'next-event') return faults;
  const why = `it is needed because the folder's name ${shown(name)} is none of ${[...KNOWN_DATA.keys()].join(', ')}`;
  if (splitAt === null) faults.push(missing('splitAt', `--split-at says where the test begins; ${why}`));
  if (tune && tuneAt === null) faults.push(missing('tuneAt', `--tune-at says where the tuning period begins; ${why}`));
  if (tune && splitAt !== null && tuneAt !== null && tuneAt >= splitAt) {
    const [given, bound] = [tuneAt, splitAt].map((at) => new Date(at).toISOString());
    faults.push({ path: 'tuneAt', code: 'INVALID', message: `--tune-at is ${given}, allowed is anything before --split-at ${bound}` });
  }
  return faults;
}

function methodFaults(all: readonly Method[], { name, history }: DataFolder, names: readonly string[]): Fault[] {
  const allowed = all.map((one) => one.name).join(', ');
  if (names.length === 0) return [missing('methods', `--methods names nothing, allowed are ${allowed}`)];
  return names.flatMap((wanted): Fault[] => {
    const method = all.find((one) => one.name === wanted);
    if (!method) return [{ path: 'methods', code: 'UNKNOWN', message: `--methods names ${shown(wanted)}, allowed are ${allowed}` }];
    const lacksGraph = method.needsGraph && history.followees === null;
    return lacksGraph ? [missing('methods', `--methods names ${shown(wanted)}, which needs follows.csv, and ${name} has none`)] : [];
  });
}

/**
 * What to measure on a data set and with which methods: what the command line leaves open comes from what is known of the folder's name; without
 * names, every method that the data allow.
 *
 * @throws AppError  listing all that is missing or unknown
 */
export function planOf(data: DataFolder, options: EvaluateOptions, all: readonly Method[]): { plan: Plan; methods: Method[] } {
  const known = KNOWN_DATA.get(data.name);
  const [splitAt, tuneAt] = [options.splitAt ?? known?.splitAt ?? null, options.tuneAt ?? known?.tuneAt ?? null];
  const hasGraph = data.history.followees !== null;
  const names = options.methods ?? all.filter(({ needsGraph }) => hasGraph || !needsGraph).map(({ name }) => name);
  refuseFaults([...instantFaults(data, options, splitAt, tuneAt), ...methodFaults(all, data, names)]);
  const streamDensity = options.protocol === 'next-event' ? (known?.streamDensity ?? null) : null;
  const plan: Plan = {
    dataset: data.name,
    protocol: options.protocol,
    slice: options.tune ? 'tune' : 'final',
    density: options.core === undefined ? streamDensity : kCore(options.core),
    splitAt,
    tuneAt,
    halfLifeMs: options.halfLifeDays === undefined ? (known?.halfLifeMs ?? DEFAULT_HALF_LIFE_MS) : options.halfLifeDays * DAY_MS,
    limit: options.limit ?? null,
  };
  return { plan, methods: names.map((wanted) => all.find((one) => one.name === wanted)!) };
}
