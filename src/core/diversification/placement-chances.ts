import { type ExplorationPlan } from './exploration.js';

/**
 * Probability of every candidate to stand at every position, over all pages that chance can make: exact, as the propensities of a page that was drawn.
 *
 * @param base the page before chance had its part, in places of the order of scores
 * @param plan null where nothing is left to chance
 * @returns    [positions] candidates that may stand there, with probabilities that add up to 1
 */
export function placementChances(base: Uint32Array, plan: ExplorationPlan | null): Map<number, number>[] {
  if (!plan) return Array.from(base, (candidate) => new Map([[candidate, 1]]));
  const chances = Array.from(base, () => new Map<number, number>());
  const add = (position: number, candidate: number, chance: number): void => {
    if (chance > 0) chances[position].set(candidate, (chances[position].get(candidate) ?? 0) + chance);
  };
  for (const { probability, slots } of plan.patterns) {
    let slot = 0;
    for (let position = 0; position < base.length; position++) {
      if (slots[slot]?.position !== position) {
        add(position, base[position - slot], probability);
        continue;
      }
      const { eligible, chances: ofEligible } = slots[slot++];
      eligible.forEach((place, i) => add(position, plan.explorers[place], probability * ofEligible[i]));
    }
  }
  return chances;
}
