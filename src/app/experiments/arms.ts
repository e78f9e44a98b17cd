import { LRUCache } from 'lru-cache';
import { refuseFaults } from '../../core/errors.js';
import { type PageKind } from '../../core/outcome.js';
import { type RankPolicy } from '../../core/page.js';
import { type Experiment, type Variant } from '../../core/requests/experiments/experiment.js';
import { type RankingConfig, type RankingSettings } from '../../core/settings.js';
import { checkSettings } from '../../core/settings-check.js';
import { mergeSettings } from '../../core/settings-merge.js';
import { type Log } from '../../ports/log.js';
import { type SettingsInForce } from '../settings-in-force.js';

const CACHED = 500;

/** What one page of a kind obeys; the rest of what an arm changes makes no difference to it. */
export interface Obeying {
  kind: PageKind;
  policy: RankPolicy | null;
}

/** Settings as variants make them of others. */
export interface Arms {
  /** What is active, or pinned, with variants applied in order; the base itself, where they change nothing. Stored versions are merged once. */
  applied(surface: string, base: RankingConfig, variants: readonly (Variant & { experiment: string })[]): Promise<RankingConfig>;
  /** Whether some other arm would have ranked this page by other settings or another model. */
  isTriggered(experiment: Experiment, variant: string, base: RankingConfig, obeying: Obeying): Promise<boolean>;
}

type Differences = Set<keyof RankingSettings | 'model'>;

export function createArms({ settings, log }: { settings: Pick<SettingsInForce, 'version'>; log: Log }): Arms {
  const merged = new LRUCache<string, RankingConfig>({ max: CACHED });
  const differences = new LRUCache<string, Differences>({ max: CACHED });
  const baseKey = ({ surface, version }: RankingConfig): string => `${surface}@${version}`;

  const patched = (config: RankingConfig, { experiment, key, patch }: Variant & { experiment: string }): RankingConfig => {
    const together = mergeSettings(config.settings, patch!);
    try {
      refuseFaults(checkSettings(patch!, together));
    } catch (error) {
      log.warn({ err: error, experiment, variant: key }, 'a variant does not go with the active settings; it leaves them as they are');
      return config;
    }
    return { ...config, settings: together };
  };
  const apply = async (surface: string, base: RankingConfig, variants: Parameters<Arms['applied']>[2]): Promise<RankingConfig> => {
    let config = base;
    for (const { configVersion } of variants) if (configVersion !== null) config = await settings.version(surface, configVersion);
    for (const variant of variants) if (variant.patch !== null) config = patched(config, variant);
    return config;
  };
  const applied: Arms['applied'] = async (surface, base, variants) => {
    const acting = variants.filter(({ patch, configVersion }) => patch !== null || configVersion !== null);
    if (acting.length === 0) return base;
    if (base.status === 'DRAFT') return apply(surface, base, acting); // of a preview, under a number that is not its own
    const key = `${surface} ${baseKey(base)} ${acting.map(({ experiment, key: arm }) => `${experiment}:${arm}`).join()}`;
    let config = merged.get(key);
    if (!config) merged.set(key, (config = await apply(surface, base, acting)));
    return config;
  };
  const differencesOf = async (experiment: Experiment, mine: Variant, base: RankingConfig): Promise<Differences> => {
    const key = `${baseKey(base)} ${experiment.key}:${mine.key}`;
    const known = differences.get(key);
    if (known) return known;
    const settingsOf = async (variant: Variant) =>
      (await applied(experiment.surface, base, [{ ...variant, experiment: experiment.key }])).settings;
    const own = await settingsOf(mine);
    // A treatment is compared with the control, the control with every treatment.
    const [control, ...treatments] = experiment.variants;
    const found: Differences = new Set();
    for (const other of mine.key === control.key ? treatments : [control]) {
      const theirs = await settingsOf(other);
      for (const section of Object.keys(own) as (keyof RankingSettings)[])
        if (own[section] !== theirs[section] && JSON.stringify(own[section]) !== JSON.stringify(theirs[section])) found.add(section);
      if (other.modelVersion !== mine.modelVersion) found.add('model');
    }
    if (base.status !== 'DRAFT') differences.set(key, found);
    return found;
  };
  return {
    applied,
    async isTriggered(experiment, variant, base, obeying) {
      const mine = experiment.variants.find(({ key }) => key === variant);
      if (!mine) return false;
      for (const what of await differencesOf(experiment, mine, base)) if (obeys(what, obeying)) return true;
      return false;
    },
  };
}

/** Whether a page can look otherwise by this part; true wherever that is not certain not to be. */
function obeys(what: keyof RankingSettings | 'model', { kind, policy }: Obeying): boolean {
  if (what === 'exploration' && kind === 'related') return false;
  if (!policy) return true;
  if (what === 'exploration') return policy.exploration;
  if (what === 'fatigue') return policy.fatigue;
  return what !== 'diversity' || policy.diversity || policy.caps;
}
