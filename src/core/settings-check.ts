import { CANDIDATE_SOURCES } from './candidates/sources.js';
import { type Fault, shown } from './errors.js';
import { columnOf } from './features/catalogue.js';
import { DIVERSITY_ALGORITHMS, type RankingConfigInput, type RankingSettings } from './settings.js';

/** What the sum of objectives may be made of: heads of a model and what the shop itself knows. */
export const OBJECTIVES = [
  'click', 'addToCart', 'purchase', 'like', 'save', 'share', 'follow', 'completion', 'hide', 'report', 'revenue', 'social', 'trust', 'quality',
  'freshness',
] as const; // prettier-ignore

const MAX_WEIGHT = 100;
const MAX_LIMIT = 500;
const MAX_ENTRIES = 500;

/** What a field may be. */
type Range = { least: number; most: number; whole?: boolean; above?: boolean } | { oneOf: readonly unknown[] } | { flag: true };

const share: Range = { least: 0, most: 1 };
const cap: Range = { least: 1, most: 100, whole: true };
const RANGES: Record<'diversity' | 'mix' | 'fatigue' | 'exploration', Record<string, Range>> = {
  diversity: {
    algorithm: { oneOf: DIVERSITY_ALGORITHMS },
    strength: share,
    adaptive: { flag: true },
    targetCocoonIndex: share,
    relevanceBudget: { least: 0, most: 0.5 },
    window: cap,
    maxPerCategory: cap,
    maxPerBrand: cap,
    maxPerCreator: cap,
  },
  mix: {
    newItemShare: share,
    newItemDays: { least: 1, most: 3650, whole: true },
    smallCreatorShare: share,
    smallCreatorBelow: share,
    commercialShareMax: share,
  },
  fatigue: {
    maxImpressionsPerDay: { least: 1, most: 10_000, whole: true },
    halfLifeHours: { least: 0, most: 8760, above: true },
    countsAt: { oneOf: ['SERVED', 'RENDERED', 'IMPRESSION'] },
  },
  exploration: { method: { oneOf: ['NONE', 'EPSILON', 'THOMPSON'] }, share },
};

type Report = (path: string, value: unknown, wanted: string) => void;

/**
 * Every fault of a draft, each with its path, its value and what is allowed; empty when it may be stored.
 *
 * @param input    as the caller wrote it
 * @param settings the draft merged with its base, for what no single field tells
 */
export function checkSettings(input: RankingConfigInput, settings: RankingSettings): Fault[] {
  const faults: Fault[] = [];
  const report: Report = (path, value, wanted) => {
    faults.push({ path, code: 'INVALID_VALUE', message: `${path} is ${shown(value)}, but ${wanted}` });
  };
  for (const section of ['diversity', 'mix', 'fatigue', 'exploration'] as const) checkSection(section, input[section], report);
  checkWeights(
    'objectives',
    input.objectives,
    (name) => (OBJECTIVES as readonly unknown[]).includes(name),
    `one of ${OBJECTIVES.join(', ')}`,
    report,
  );
  checkWeights(
    'rules',
    input.rules,
    (name) => typeof name === 'string' && columnOf(name) !== undefined,
    'in the feature catalogue',
    report,
  );
  checkSources(input.sources, report);
  if (faults.length === 0) checkWhole(settings, report);
  return faults;
}

function checkSection(section: keyof typeof RANGES, fields: unknown, report: Report): void {
  if (fields === null || fields === undefined) return;
  if (typeof fields !== 'object') return report(section, fields, 'it must be an object');
  for (const [name, value] of Object.entries(fields)) {
    const range = RANGES[section][name];
    const path = `${section}.${name}`;
    if (!range) report(path, value, `the fields of ${section} are ${Object.keys(RANGES[section]).join(', ')}`);
    else if (value !== null && value !== undefined) checkField(path, value, range, report);
  }
}

function checkField(path: string, value: unknown, range: Range, report: Report): void {
  if ('flag' in range) {
    if (typeof value !== 'boolean') report(path, value, 'it must be true or false');
  } else if ('oneOf' in range) {
    if (!range.oneOf.includes(value)) report(path, value, `it must be one of ${range.oneOf.join(', ')}`);
  } else if (!isWithin(value, range)) {
    const kind = range.whole ? 'a whole number' : 'a number';
    report(
      path,
      value,
      range.above
        ? `it must be ${kind} above ${range.least}, at most ${range.most}`
        : `it must be ${kind} from ${range.least} to ${range.most}`,
    );
  }
}

function isWithin(value: unknown, { least, most, whole, above }: Extract<Range, { least: number }>): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) return false;
  return value <= most && (above ? value > least : value >= least);
}

/** Entries of a list from outside, which may hold anything. */
function entriesOf(path: string, list: unknown, report: Report): Record<string, unknown>[] {
  if (list === null || list === undefined) return [];
  if (!Array.isArray(list) || list.length > MAX_ENTRIES || !list.every((entry) => typeof entry === 'object' && entry !== null)) {
    report(path, list, `it must be a list of at most ${MAX_ENTRIES} objects`);
    return [];
  }
  return list as Record<string, unknown>[];
}

function checkTwice(path: string, keys: unknown[], report: Report): void {
  keys.forEach((key, i) => {
    if (keys.indexOf(key) < i) report(`${path}.${i}`, key, 'it is in the list twice');
  });
}

function checkWeights(path: string, list: unknown, isName: (name: unknown) => boolean, wanted: string, report: Report): void {
  const entries = entriesOf(path, list, report);
  entries.forEach(({ name, value }, i) => {
    if (!isName(name)) report(`${path}.${i}.name`, name, `it must be ${wanted}`);
    checkField(`${path}.${i}.value`, value, { least: -MAX_WEIGHT, most: MAX_WEIGHT }, report);
  });
  checkTwice(path, entries.map(({ name }) => name), report); // prettier-ignore
}

function checkSources(list: unknown, report: Report): void {
  const entries = entriesOf('sources', list, report);
  entries.forEach(({ source, limit }, i) => {
    checkField(`sources.${i}.source`, source, { oneOf: CANDIDATE_SOURCES }, report);
    checkField(`sources.${i}.limit`, limit, { least: 0, most: MAX_LIMIT, whole: true }, report);
  });
  checkTwice('sources', entries.map(({ source }) => source), report); // prettier-ignore
}

/** What only the whole shows. */
function checkWhole({ rules, sources }: RankingSettings, report: Report): void {
  if (rules.every(({ value }) => value === 0)) report('rules', rules.map(({ value }) => value), 'one weight at least must not be 0'); // prettier-ignore
  if (sources.every(({ limit }) => limit === 0)) report('sources', sources.map(({ limit }) => limit), 'one limit at least must not be 0'); // prettier-ignore
}
