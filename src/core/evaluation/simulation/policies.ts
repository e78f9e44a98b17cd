import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { type RankingSettings, type Weight } from '../../settings.js';
import { withoutSlate } from '../service-methods.js';

/** A way to make pages that is compared with others. */
export interface Policy {
  name: string;
  /** What a reader has to know of it, as a sentence. */
  note: string;
  settings: RankingSettings;
  /** The loop adds to the strength of variety, but for those that it leaves alone. */
  hasLoop: boolean;
}

/** Every policy turns its pages over at the same pace, that of the default settings, so that they differ in what they are compared for. */
const TURNING = DEFAULT_SETTINGS.rules.filter(({ name }) => name === 'user.shown@1' || name === 'user.touched@1');
const rotating = (rules: readonly Weight[]): Weight[] => [...rules, ...TURNING];
const PLAIN = withoutSlate(DEFAULT_SETTINGS);
const { window, maxPerCategory } = DEFAULT_SETTINGS.diversity;
const STATIC_STRENGTH = 0.5;
const LOOSER_STRENGTH = 0.4;
const LOOSER_CAP = 5;
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

export const RANKING_ONLY = 'ranking only';
export const OURS = 'ours';
export const LOOSER = 'loop, looser cap';
export const LOOP_ALONE = 'loop without caps';

/** The ranking is that of the default rules, which stand in for a model: they read the same features and suit any catalogue. */
export const POLICIES: readonly Policy[] = [
  {
    name: 'popularity',
    note: 'what most people touched lately, whoever asks.',
    settings: { ...PLAIN, rules: rotating([{ name: 'item.popularity_log@1', value: 1 }]) },
    hasLoop: false,
  },
  {
    name: 'item-CF',
    note: 'neighbours of what the user touched, by who touched both; popularity decides where there are none.',
    settings: { ...PLAIN, rules: rotating([{ name: 'cross.cf@1', value: 1 }, { name: 'cross.last_cf@1', value: 1 }, { name: 'item.popularity_log@1', value: 0.02 }]) }, // prettier-ignore
    hasLoop: false,
  },
  { name: RANKING_ONLY, note: 'all features by the default rules, no caps, no variety.', settings: PLAIN, hasLoop: false },
  {
    name: 'ranking + cap',
    note: `the same with at most ${maxPerCategory} of a kind in every ${window} cards.`,
    settings: withDiversity({ maxPerCategory }),
    hasLoop: false,
  },
  {
    name: 'ranking + MMR',
    note: `the same as ranking only with marginal relevance of strength ${STATIC_STRENGTH} for everybody.`,
    settings: withDiversity({ algorithm: 'MMR', strength: STATIC_STRENGTH }),
    hasLoop: false,
  },
  {
    name: OURS,
    note: 'the default settings with their caps, the loop that widens narrow feeds, and the source of widening.',
    settings: widening,
    hasLoop: true,
  },
  {
    name: LOOSER,
    note: `the loop and the source of widening over variety of strength ${LOOSER_STRENGTH} for everybody, with at most ${LOOSER_CAP} of a kind in every ${window} cards.`,
    settings: { ...widening, diversity: { ...widening.diversity, maxPerCategory: LOOSER_CAP, strength: LOOSER_STRENGTH } },
    hasLoop: true,
  },
  {
    name: LOOP_ALONE,
    note: 'the default settings with the loop and the source of widening, but no cap on a kind, a brand or a creator.',
    settings: { ...widening, diversity: { ...widening.diversity, maxPerCategory: window, maxPerBrand: window, maxPerCreator: window } },
    hasLoop: true,
  },
];
