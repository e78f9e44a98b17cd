/** What a score can be put down to, in the words in which it is explained. */
export const SCORE_GROUPS = ['taste', 'similar', 'trend', 'friends', 'freshness', 'quality', 'history', 'context'] as const;
export type ScoreGroup = (typeof SCORE_GROUPS)[number];

/** The first that fits decides; names come without their version. */
const RULES: readonly [ScoreGroup, RegExp][] = [
  ['taste', /affinity|category_recent|price_match|aversion|taste|content_share|^cross\.(brand|category|creator)_(recency|acts)|_recent$/],
  ['friends', /^social\.|friends|creator_tie|ties/],
  ['similar', /^cross\.(cf|last|together|basket)|current_|(^|_)cf_|embedding|similar/],
  ['trend', /popularity|trend|acceleration|^item\.\w+_share$/],
  ['freshness', /freshness|^item\.(age|ending|live|scarce)/],
  ['quality', /price|rating|quality|trust|^item\./],
  ['history', /^(user|sequence|cross)\./],
];

/** The group of a feature: by what it measures, whatever its family is called, so that later features find theirs. */
export const scoreGroupOf = (feature: string): ScoreGroup => {
  const name = feature.replace(/@\d+$/, '');
  return RULES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'context';
};
