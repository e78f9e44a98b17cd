import { explores, MAX_EXPLORERS, newcomerKindOf } from '../candidates/newcomers.js';
import { type RankingSettings } from '../settings.js';
import { posterior, winChances } from './click-rates.js';
import { type ExplorationInput, type ExplorationPlan, planExploration } from './exploration.js';
import { inSight, limitsOf } from './placement.js';
import { type SlateInputs, type TrialFacts } from './slate-inputs.js';

/** Name of the component. */
export const EXPLORATION = 'exploration';

/** Chance is off without consent, for what relates to a basket, and for a ranking of the caller's own candidates unless he asks for it. */
export const mayExplore = ({ isKnown, kind, policy }: SlateInputs, settings: RankingSettings): boolean =>
  explores(settings) && isKnown && kind !== 'related' && policy.exploration;

/** Newcomers that are not on the page, those shown least first, then the better ones: places in the order of scores. */
function explorersOf(
  { columns, now }: SlateInputs,
  { createdAt, brandSince, shown }: TrialFacts,
  base: Uint32Array,
  { mix: { newItemDays }, fatigue: { countsAt } }: RankingSettings,
): Uint32Array {
  const onPage = new Set(base);
  const times = shown[countsAt];
  const found: number[] = [];
  for (let place = 0; place < createdAt.length; place++)
    if (
      !onPage.has(place) &&
      columns.fatigued[place] === 0 &&
      newcomerKindOf(createdAt[place], () => brandSince[place], { now, newItemDays })
    )
      found.push(place);
  return Uint32Array.from(found.sort((a, b) => times[a] - times[b] || a - b).slice(0, MAX_EXPLORERS));
}

/** By the method in force: all alike, or each as likely as it is to have the highest click rate, by what is known of it. */
function chancesBy(
  { exploration, fatigue: { countsAt } }: RankingSettings,
  { shown, clicks, meanRate }: TrialFacts,
  explorers: Uint32Array,
): ExplorationInput['chances'] {
  if (exploration.method === 'EPSILON') return ({ length }) => new Float64Array(length).fill(1 / length);
  const posteriors = Array.from(explorers, (place) =>
    posterior({ shown: shown[countsAt][place], clicks: clicks[place] }, meanRate[countsAt]),
  );
  return (eligible) => winChances(eligible.map((place) => posteriors[place]));
}

/**
 * What chance may make of a page to give newcomers their share; null where nothing is left to chance.
 *
 * @param base the page before, in places of the order of scores
 */
export function explorationOf(inputs: SlateInputs, base: Uint32Array, settings: RankingSettings): ExplorationPlan | null {
  const { trials, columns } = inputs;
  if (!trials || !mayExplore(inputs, settings)) return null;
  const explorers = explorersOf(inputs, trials, base, settings);
  if (explorers.length === 0) return null;
  const limits = limitsOf(inputs, settings);
  const page = { base, columns, before: inSight(inputs, limits), limits };
  const { share } = settings.exploration;
  return planExploration({ ...page, explorers, share, chances: chancesBy(settings, trials, explorers) });
}
