import { type SlateRule } from '../outcome.js';
import { arrange } from './arrangement.js';
import { Caps, RELAXATION_ORDER, type SlateColumns, type SlateLimits } from './caps.js';
import { scaled } from './mmr.js';
import { type SoftDiversity } from './soft-diversity.js';

/**
 * Everything a slate is made from. Candidates are named by their place in the order of relevance, from 0 for the best; items in front of the first position
 * by the numbers after them, from n for the first.
 */
export interface SlateInput {
  /** [n] finite, not rising */
  scores: Float64Array;
  /** [n] each */
  columns: SlateColumns;
  /** The same of what stands in front of the first position. */
  before: SlateColumns;
  limits: SlateLimits;
  /** How many to place; fewer are placed only when n is smaller. */
  first: number;
  /** Weighs variety in, given the relevance (0..1) of the best candidates and the names of what stands in front. */
  soft: (relevance: Float64Array, before: readonly number[]) => SoftDiversity;
  /** Asked before every attempt; when true the next one takes what there is. */
  isLate: () => boolean;
}

export interface Slate {
  /** Candidates in the order of positions, each once. */
  order: Uint32Array;
  /** Rules that were broken, the first given up first. */
  relaxed: SlateRule[];
}

/** Soft diversity chooses among so many of the best. */
export const SOFT_POOL = 200;

/**
 * Put candidates into positions: hard caps first, then relevance and variety among the best 200 that the caps allow. Where the caps cannot all be kept, the
 * lightest set of them that makes a full page possible is given up, and even those are kept at every position where they can be. Never short while
 * candidates exist, never one twice.
 */
export function buildSlate(input: SlateInput): Slate {
  const positions = Math.min(input.first, input.scores.length);
  const caps = new Caps(input.columns, input.before, input.limits, positions);
  const { inForce } = caps;
  for (let givenUp = 0; ; givenUp++) {
    if ((givenUp & ~inForce) !== 0) continue;
    if (givenUp > 0 && input.isLate()) givenUp = inForce;
    if (givenUp < inForce && !caps.mayFill(givenUp)) continue;
    const order = placeAny(input, caps, positions, givenUp);
    if (order) return { order, relaxed: brokenBy(order, caps) };
  }
}

/** By relevance; where that leads nowhere, what shares ask for first, before others use up the room that caps leave; at last by search. */
function placeAny(input: SlateInput, caps: Caps, positions: number, givenUp: number): Uint32Array | null {
  return (
    placeGreedily(input, caps, { positions, givenUp, sharesFirst: false }) ??
    (caps.hasFloors ? placeGreedily(input, caps, { positions, givenUp, sharesFirst: true }) : null) ??
    arrange(caps, input.scores.length, positions, givenUp)
  );
}

interface Attempt {
  positions: number;
  /** Rules that may be broken, as bits. */
  givenUp: number;
  sharesFirst: boolean;
}

/** Fill one position after the other with the best candidate that breaks the lightest rules; null when a position has none that breaks only those given up. */
function placeGreedily({ scores, soft: weigh, before }: SlateInput, caps: Caps, attempt: Attempt): Uint32Array | null {
  const { positions } = attempt;
  const pool = Math.min(SOFT_POOL, scores.length);
  const earlier = Array.from(before.category, (_, i) => scores.length + i);
  const soft = weigh(scaled(scores.subarray(0, pool)), earlier);
  const order = new Uint32Array(positions);
  const isPlaced = new Uint8Array(scores.length);
  let filled = 0;
  for (; filled < positions; filled++) {
    const pick = attempt.sharesFirst
      ? pickForShares(caps, soft, isPlaced, pool, attempt.givenUp)
      : pickNext(caps, soft, isPlaced, pool, attempt.givenUp);
    if (pick < 0) break;
    order[filled] = pick;
    isPlaced[pick] = 1;
    caps.place(pick);
    soft.place(pick);
  }
  caps.clear();
  return filled === positions ? order : null;
}

function pickNext(caps: Caps, soft: SoftDiversity, isPlaced: Uint8Array, pool: number, givenUp: number): number {
  let pick = -1;
  let lightest = givenUp + 1;
  let highest = -Infinity;
  const urgent = caps.urgent(givenUp);
  const breaks = (candidate: number): number => caps.broken(candidate) | (urgent?.flags[candidate] === 1 ? urgent.bit : 0);
  for (let i = 0; i < pool; i++) {
    if (isPlaced[i]) continue;
    if (lightest === 0 && soft.bound(i) <= highest) break;
    const broken = breaks(i);
    if (broken > lightest || (broken & ~givenUp) !== 0) continue;
    const value = soft.value(i, broken === lightest ? highest : -Infinity);
    if (broken === lightest && value <= highest) continue;
    pick = i;
    lightest = broken;
    highest = value;
  }
  for (let i = pool; i < isPlaced.length && lightest > 0; i++) {
    if (isPlaced[i]) continue;
    const broken = breaks(i);
    if (broken >= lightest || (broken & ~givenUp) !== 0) continue;
    pick = i;
    lightest = broken;
  }
  return pick;
}

/** The same, but of those that break the lightest rules the ones that most open shares wait for come first. */
function pickForShares(caps: Caps, soft: SoftDiversity, isPlaced: Uint8Array, pool: number, givenUp: number): number {
  let pick = -1;
  let lightest = Infinity;
  let fewest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < isPlaced.length; i++) {
    if (isPlaced[i]) continue;
    const broken = caps.broken(i);
    if (broken > lightest || (broken & ~givenUp) !== 0) continue;
    const unhelped = caps.unhelped(i, givenUp);
    const value = i < pool ? soft.value(i) : -Infinity;
    const isBetter = broken < lightest || unhelped < fewest || (unhelped === fewest && value > highest);
    if (!isBetter) continue;
    pick = i;
    [lightest, fewest, highest] = [broken, unhelped, value];
  }
  return pick;
}

function brokenBy(order: Uint32Array, caps: Caps): SlateRule[] {
  let bits = 0;
  for (const candidate of order) {
    bits |= caps.broken(candidate);
    caps.place(candidate);
  }
  caps.clear();
  return RELAXATION_ORDER.filter((_, i) => bits & (1 << i));
}
