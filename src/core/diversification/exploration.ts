import { type Random } from '../random.js';
import { ExplorerCaps, type PageSoFar } from './explorer-caps.js';

/** What chance plays with. Candidates are named by their place in the order of relevance. */
export interface ExplorationInput extends PageSoFar {
  /** [m] candidates that may be explored, none of them in `base`; which of them share a slot depends on this order. */
  explorers: Uint32Array;
  /** 0..1: expected share of the positions. */
  share: number;
  /** Probability of each of some places in `explorers` to get a slot that any of them may have; they add up to 1. */
  chances: (eligible: readonly number[]) => Float64Array;
}

/** A page with the explored put in, and how likely chance was to make it so. */
export interface ExploredSlate {
  /** [positions] candidates. */
  order: Uint32Array;
  /** [positions] 1 for what chance chose. */
  explored: Uint8Array;
  /** [positions] 0 (excluded) to 1: probability that this candidate stands at this position. */
  propensities: Float64Array;
  /** The caps left fewer slots than the share asks for and the explorers would fill. */
  isShort: boolean;
}

/** A slot of a page: its position from 0, and who may get it with which probability. */
export interface Slot {
  position: number;
  eligible: readonly number[];
  chances: Float64Array;
}

/** One way to lay slots on a page, with its probability. */
export interface Pattern {
  probability: number;
  slots: Slot[];
  isShort: boolean;
}

const DUST = 1e-9;

/** Every page that chance can make of one page, with its probability. */
export interface ExplorationPlan {
  base: Uint32Array;
  explorers: Uint32Array;
  patterns: readonly Pattern[];
}

/**
 * Give some positions to chance, last of all, so that every probability is one of the final page and exactly known. First a pattern of slots is drawn: as many
 * as the share asks for (where that is no whole number, one more with the probability of the rest), evenly spread from a place drawn evenly. Then each slot
 * draws one of the explorers dealt to it, independently of the others: the caps keep room for whatever the others may draw. What stood there moves on by one,
 * and what moves off the page is left for the next. Few patterns exist, at most twice the positions, so probabilities are added up over all of them.
 */
export const exploreSlate = (input: ExplorationInput, random: Random): ExploredSlate => drawSlate(planExploration(input), random);

/** Draw one of the pages of a plan. */
export function drawSlate({ base, explorers, patterns }: ExplorationPlan, random: Random): ExploredSlate {
  const pattern = patterns[drawn(patterns.map(({ probability }) => probability), random)]; // prettier-ignore
  const chosen = pattern.slots.map(({ eligible, chances }) => eligible[drawn(chances, random)]);
  const order = new Uint32Array(base.length);
  const explored = new Uint8Array(order.length);
  pattern.slots.forEach(({ position }) => (explored[position] = 1));
  let [slot, next] = [0, 0];
  for (let position = 0; position < order.length; position++)
    order[position] = explored[position] ? explorers[chosen[slot++]] : base[next++];
  return { order, explored, propensities: propensitiesOf(patterns, explored, chosen), isShort: pattern.isShort };
}

/** Place of what chance picks among probabilities that add up to 1. */
function drawn(probabilities: ArrayLike<number>, random: Random): number {
  const at = random();
  let sum = 0;
  let pick = 0;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] > 0) pick = i;
    sum += probabilities[i];
    if (at < sum) break;
  }
  return pick;
}

/** Every way to lay the slots, and who may get each; the probabilities add up to 1. */
export function planExploration({ base, explorers, share, chances, ...page }: ExplorationInput): ExplorationPlan {
  const wanted = share * base.length;
  const whole = Math.floor(wanted + DUST);
  const rest = wanted - whole > DUST ? wanted - whole : 0;
  const caps = new ExplorerCaps({ base, ...page }, explorers);
  const memo = new Map<string, Float64Array>();
  const chancesOf = (eligible: readonly number[]): Float64Array => {
    const key = eligible.join();
    let known = memo.get(key);
    if (!known) memo.set(key, (known = chances(eligible)));
    return known;
  };
  const of = (count: number, probability: number): Pattern[] => {
    const laid = layouts(base.length, Math.min(count, explorers.length)).map((positions) => filled(positions, caps));
    const most = laid.reduce((high, slots) => Math.max(high, slots.length), 0);
    const fullest = laid.filter(({ length }) => length === most);
    return fullest.map((slots) => ({
      probability: probability / fullest.length,
      slots: slots.map(({ position, eligible }) => ({ position, eligible, chances: chancesOf(eligible) })),
      isShort: most < Math.min(count, explorers.length),
    }));
  };
  return { base, explorers, patterns: [...of(whole, 1 - rest), ...(rest > 0 ? of(whole + 1, rest) : [])] };
}

/** Positions of so many slots, spread evenly, from each of the places at which the first may lie. */
function layouts(positions: number, slots: number): number[][] {
  if (slots === 0) return [[]];
  const starts = Math.ceil(positions / slots);
  return Array.from({ length: starts }, (_, start) =>
    Array.from({ length: slots }, (_, slot) => Math.floor(((slot + (start + 0.5) / starts) * positions) / slots)),
  );
}

/** The slots that somebody may have. One that nobody may is closed; that moves what stands beside the others, so they are looked at again. */
function filled(positions: number[], caps: ExplorerCaps): { position: number; eligible: readonly number[] }[] {
  for (let open = positions; ;) {
    const slots = caps.eligible(open);
    const left = open.filter((_, slot) => slots[slot].length > 0);
    if (left.length === open.length) return open.map((position, slot) => ({ position, eligible: slots[slot] }));
    open = left;
  }
}

/** How likely chance was to put on every position what it did: the sum over all patterns that could have. */
function propensitiesOf(patterns: readonly Pattern[], explored: Uint8Array, chosen: readonly number[]): Float64Array {
  const propensities = new Float64Array(explored.length);
  for (const { probability, slots } of patterns) {
    let [slot, chosenSoFar] = [0, 0];
    for (let position = 0; position < explored.length; position++) {
      const here = slots[slot]?.position === position ? slots[slot] : null;
      if (explored[position]) {
        const place = here ? here.eligible.indexOf(chosen[chosenSoFar]) : -1;
        if (here && place >= 0) propensities[position] += probability * here.chances[place];
        chosenSoFar++;
      } else if (!here && slot === chosenSoFar) propensities[position] += probability;
      if (here) slot++;
    }
  }
  return propensities.map((sum) => Math.min(1, sum));
}
