import { type CocoonState } from '../../tags/cocoon/cocoon-state.js';
import { collisionOf, effectiveCount, groupWeights, type Spread } from '../../tags/cocoon/spread.js';

/** Version of the index; another formula, or another level of categories, is another version. */
export const COCOON_VERSION = 1;

/** What is usual of one kind of name: chances, 0..1, that two cards share one. */
export interface Usual {
  /** In a feed of nobody in particular, above 0. */
  generic: number;
  /** In the feeds of the population, the day before. */
  mean: number;
}

/** What somebody's feed is compared with. */
export interface CocoonBaseline {
  categories: Usual;
  makers: Usual;
}

/** How narrow a user's feeds became, each 0..1; see `measureCocoon`. */
export interface CocoonMeasure {
  index: number;
  narrowCategory: number;
  narrowCreator: number;
  repetition: number;
  amplification: number;
  acceptedBreadth: number;
  tasteCoverage: number;
  confidence: number;
}

/** What is usual of everybody weighs as much as so many cards of the user's own. */
const PRIOR_CARDS = 20;
/** A generic feed narrower than this leaves nothing to tell apart. */
const MOST_GENERIC = 0.5;
const SHARES = { narrowCategory: 0.4, narrowCreator: 0.2, repetition: 0.2, amplification: 0.2 } as const;

export const NO_COCOON: Readonly<CocoonMeasure> = {
  index: 0,
  narrowCategory: 0,
  narrowCreator: 0,
  repetition: 0,
  amplification: 0,
  acceptedBreadth: 0,
  tasteCoverage: 0,
  confidence: 0,
};

const clip = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The chance that two cards share a name, drawn to the population by how few there are; never below that of the generic feed. */
export const shrunkCollision = (cards: number, collision: number, { generic, mean }: Usual): number =>
  clip((cards * collision + PRIOR_CARDS * mean) / (cards + PRIOR_CARDS), Math.min(1, generic), 1);

/**
 * Where a chance stands between that of the generic feed and certainty, by the effective numbers of names behind both.
 *
 * @param collision generic..1
 * @returns 0 as broad as the generic feed to 1 one name alone; null where the generic feed is too narrow to tell
 */
export const narrowness = (collision: number, { generic }: Usual): number | null =>
  generic > MOST_GENERIC ? null : clip(1 - Math.log(collision) / Math.log(generic), 0, 1);

/** How much narrower a feed is than the person: 0 not at all, to 1. */
export const amplificationOf = (shown: number, own: number): number => (own >= 1 ? 0 : clip((shown - own) / (1 - own), 0, 1));

/** The parts weighed together; one that cannot be told gives its weight to the others. */
function combine(parts: Record<keyof typeof SHARES, number | null>): number {
  let sum = 0;
  let weights = 0;
  for (const name of Object.keys(SHARES) as (keyof typeof SHARES)[]) {
    const part = parts[name];
    if (part === null) continue;
    sum += SHARES[name] * part;
    weights += SHARES[name];
  }
  return clip(sum / weights, 0, 1);
}

/**
 * How narrow the feeds of a user became, from chances that two of his cards share a category or a maker. Only how cards weigh against each other counts, so
 * it stays as it is while he is away, and more cards of the same kind do not raise it but make it surer.
 *
 * @param groupOf the category at the level of the index, of a narrowest category
 */
export function measureCocoon(cocoon: CocoonState, baseline: CocoonBaseline, groupOf: (category: number) => number): CocoonMeasure {
  const { categories, makers, repeats, own, taken } = cocoon;
  const cards = effectiveCount(categories);
  if (cards === 0) return { ...NO_COCOON };
  const shown = shrunkCollision(cards, collisionOf(categories, groupOf), baseline.categories);
  const made = effectiveCount(makers);
  const begun = effectiveCount(own);
  const ownTaste = (begun * collisionOf(own, groupOf) + PRIOR_CARDS * shown) / (begun + PRIOR_CARDS);
  const parts = {
    narrowCategory: narrowness(shown, baseline.categories),
    narrowCreator: made === 0 ? null : narrowness(shrunkCollision(made, collisionOf(makers), baseline.makers), baseline.makers),
    repetition: repeats.weight > 0 ? clip((repeats.names.get(1) ?? 0) / repeats.weight, 0, 1) : 0,
    amplification: amplificationOf(shown, ownTaste),
  };
  const accepted = shrunkCollision(effectiveCount(taken), collisionOf(taken, groupOf), baseline.categories);
  return {
    index: combine(parts),
    narrowCategory: parts.narrowCategory ?? 0,
    narrowCreator: parts.narrowCreator ?? 0,
    repetition: parts.repetition,
    amplification: parts.amplification,
    acceptedBreadth: 1 - (narrowness(accepted, baseline.categories) ?? 0),
    tasteCoverage: overlap(own, categories, groupOf),
    confidence: cards / (cards + PRIOR_CARDS),
  };
}

/** How much of one distribution the other covers: the sum of the smaller shares. */
function overlap(a: Spread, b: Spread, groupOf: (category: number) => number): number {
  if (a.weight <= 0 || b.weight <= 0) return 0;
  const [mine, shown] = [groupWeights(a.names, groupOf), groupWeights(b.names, groupOf)];
  let sum = 0;
  for (const [group, weight] of mine) sum += Math.min(weight / a.weight, (shown.get(group) ?? 0) / b.weight);
  return clip(sum, 0, 1);
}
