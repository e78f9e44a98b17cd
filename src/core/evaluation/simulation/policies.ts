import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { type RankingSettings } from '../../settings.js';
import { withoutSlate } from '../service-methods.js';

/** A way to make pages that is compared with others. */
export interface Policy {
  name: string;
  /** What a reader has to know of it, as a sentence. */
  note: string;
  settings: RankingSettings;
  /** The loop decides on the strength of variety. */
  isControlled: boolean;
}

const PLAIN = withoutSlate(DEFAULT_SETTINGS);
const { window, maxPerCategory } = DEFAULT_SETTINGS.diversity;
const STATIC_STRENGTH = 0.5;
/** Items that the source of widening may propose. */
const WIDENING_LIMIT = 60;

const withDiversity = (change: Partial<RankingSettings['diversity']>): RankingSettings => ({
  ...PLAIN,
  diversity: { ...PLAIN.diversity, ...change },
});

const widening: RankingSettings = {
  ...DEFAULT_SETTINGS,
  sources: DEFAULT_SETTINGS.sources.map((one) => (one.source === 'WIDENING' ? { ...one, limit: WIDENING_LIMIT } : one)),
  diversity: { ...DEFAULT_SETTINGS.diversity, adaptive: true },
};

export const MODEL_ONLY = 'ranking only';
export const OURS = 'ours';

/** The ranking is that of the default rules, which stand in for a model: they read the same features and suit any catalogue. */
export const POLICIES: readonly Policy[] = [
  {
    name: 'popularity',
    note: 'what most people touched lately, whoever asks.',
    settings: { ...PLAIN, rules: [{ name: 'item.popularity_log@1', value: 1 }] },
    isControlled: false,
  },
  {
    name: 'item-CF',
    note: 'neighbours of what the user touched, by who touched both; popularity decides where there are none.',
    settings: { ...PLAIN, rules: [{ name: 'cross.cf@1', value: 1 }, { name: 'cross.last_cf@1', value: 1 }, { name: 'item.popularity_log@1', value: 0.02 }] }, // prettier-ignore
    isControlled: false,
  },
  { name: MODEL_ONLY, note: 'all features by the default rules, no caps, no variety.', settings: PLAIN, isControlled: false },
  {
    name: 'ranking + cap',
    note: `the same with at most ${maxPerCategory} of a kind in every ${window} cards.`,
    settings: withDiversity({ maxPerCategory }),
    isControlled: false,
  },
  {
    name: 'ranking + MMR',
    note: `the same as ranking only with marginal relevance of strength ${STATIC_STRENGTH} for everybody.`,
    settings: withDiversity({ algorithm: 'MMR', strength: STATIC_STRENGTH }),
    isControlled: false,
  },
  {
    name: OURS,
    note: 'the default settings with their caps, the loop that widens narrow feeds, and the source of widening.',
    settings: widening,
    isControlled: true,
  },
];
