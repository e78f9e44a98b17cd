import { placeByScore } from '../../diversification/placement.js';
import { type SlateInputs } from '../../diversification/slate-inputs.js';
import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { type DiversityAlgorithm, type RankingSettings } from '../../settings.js';
import { withoutSlate } from '../service-methods.js';
import { sharesOf, spreadGreedily } from './spread-greedily.js';

/** One way to put the candidates of a page into an order; names places in the order of scores, the first twenty of which are looked at. */
export interface Variant {
  /** Its curve of the frontier. */
  family: string;
  /** What is varied along the curve, more for more variety. */
  strength: number;
  place: (inputs: SlateInputs, scores: Float64Array) => Uint32Array;
}

const PLAIN = withoutSlate(DEFAULT_SETTINGS);
const STRENGTHS: Record<Exclude<DiversityAlgorithm, 'NONE'>, readonly number[]> = {
  MMR: [0.1, 0.2, 0.3, 0.4, 0.6],
  DPP: [0.01, 0.02, 0.03, 0.05, 0.2],
  SSD: [0.1, 0.2, 0.3, 0.4, 0.5],
  CALIBRATED: [0.2, 0.5, 0.8, 0.95],
};
const CAPS = [5, 4, 3, 2, 1];
const SPREADS = [0.02, 0.04, 0.0622, 0.08, 0.12, 0.2];

const never = (): boolean => false;

function settingsVariant(family: string, strength: number, change: Partial<RankingSettings['diversity']>): Variant {
  const settings: RankingSettings = { ...PLAIN, diversity: { ...PLAIN.diversity, ...change } };
  return { family, strength, place: (inputs, scores) => placeByScore(inputs, scores, settings, never).order };
}

/** Every re-ranker at every strength; `none` first. */
export function variantsOf(): Variant[] {
  return [
    settingsVariant('none', 0, {}),
    ...CAPS.map((maxPerCategory) => settingsVariant('cap', 1 / maxPerCategory, { maxPerCategory })),
    ...(Object.keys(STRENGTHS) as (keyof typeof STRENGTHS)[]).flatMap((algorithm) =>
      STRENGTHS[algorithm].map((strength) => settingsVariant(algorithm, strength, { algorithm, strength })),
    ),
    ...SPREADS.map((strength): Variant => ({
      family: 'spread',
      strength,
      place: (inputs, scores) => spreadGreedily(sharesOf(scores), inputs.columns.category, strength, inputs.first),
    })),
  ];
}
