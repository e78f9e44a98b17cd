import { type RankingConfigInput, type RankingSettings } from './settings.js';

/**
 * A draft upon its base: what is left out, or null, is taken from the base; of lists, the entries with a name of the base replace its value and the others
 * follow. Nothing is checked here, so that faults can be told all at once: see `checkSettings`.
 */
export function mergeSettings(base: RankingSettings, input: RankingConfigInput): RankingSettings {
  return {
    objectives: mergeNamed(base.objectives, input.objectives, ({ name }) => name),
    rules: mergeNamed(base.rules, input.rules, ({ name }) => name),
    sources: mergeNamed(base.sources, input.sources, ({ source }) => source),
    diversity: mergeFields(base.diversity, input.diversity),
    mix: mergeFields(base.mix, input.mix),
    fatigue: mergeFields(base.fatigue, input.fatigue),
    exploration: mergeFields(base.exploration, input.exploration),
  };
}

function mergeNamed<T>(base: readonly T[], input: readonly T[] | null | undefined, nameOf: (entry: T) => string): T[] {
  const byName = new Map(base.map((entry) => [nameOf(entry), entry]));
  const entries = Array.isArray(input) ? (input as readonly (T | null)[]) : [];
  for (const entry of entries) if (typeof entry === 'object' && entry !== null) byName.set(nameOf(entry), entry);
  return [...byName.values()];
}

function mergeFields<T extends object>(base: T, input: Partial<T> | null | undefined): T {
  const given = Object.entries(input ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...base, ...(Object.fromEntries(given) as Partial<T>) };
}
