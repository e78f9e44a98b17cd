import { type RankingConfigInput } from '../../settings.js';
import { type Experiment, type Variant } from './experiment.js';

/** Stands for all settings at once. */
const ALL_SETTINGS = 'settings';
const MODEL = 'model';

function ofPatch(patch: RankingConfigInput): string[] {
  const named = (list: readonly { name: string }[] | null | undefined, section: string) =>
    (list ?? []).map(({ name }) => `${section}.${name}`);
  const fields = (['diversity', 'mix', 'fatigue', 'exploration'] as const).flatMap((section) =>
    Object.keys(patch[section] ?? {}).map((field) => `${section}.${field}`),
  );
  const sources = (patch.sources ?? []).map(({ source }) => `sources.${source}`);
  return [...named(patch.objectives, 'objectives'), ...named(patch.rules, 'rules'), ...sources, ...fields];
}

const ofVariant = ({ patch, configVersion, modelVersion }: Variant): string[] => [
  ...(patch ? ofPatch(patch) : []),
  ...(configVersion === null ? [] : [ALL_SETTINGS]),
  ...(modelVersion === null ? [] : [MODEL]),
];

/** What the arms of an experiment set: `diversity.strength`, `rules.item.popularity`, `settings` for all of them, `model`. */
export const parametersOf = ({ variants }: Pick<Experiment, 'variants'>): Set<string> => new Set(variants.flatMap(ofVariant));

/**
 * A parameter that two experiments would both set for one user, or null. Layers are independent only where each has parameters of its own: of two that
 * set the same, one would undo the other.
 *
 * @see Tang and others 2010, doi:10.1145/1835804.1835810
 */
export function sharedParameter(a: Pick<Experiment, 'variants'>, b: Pick<Experiment, 'variants'>): string | null {
  const [mine, theirs] = [parametersOf(a), parametersOf(b)];
  for (const name of mine) if (theirs.has(name)) return name;
  const setsAny = (names: Set<string>) => [...names].some((name) => name !== MODEL);
  if ((mine.has(ALL_SETTINGS) && setsAny(theirs)) || (theirs.has(ALL_SETTINGS) && setsAny(mine))) return ALL_SETTINGS;
  return null;
}
