import { type ActorSketch, favourites, gapSpread, PACE_ACTS } from './sketch.js';

/** What speaks against an actor's being a person. */
export type SuspicionCode =
  | 'VELOCITY'
  | 'REGULARITY'
  | 'ONE_TARGET'
  | 'TWO_TARGETS'
  | 'LOOKS_WITHOUT_DEEDS'
  | 'WITHOUT_EXPOSURE'
  | 'FALSE_EXPOSURES'
  | 'REPLAYED_EXPOSURES'
  | 'MANY_ACCOUNTS'
  | 'RING'
  | 'DEVICE';

export interface Suspicion {
  code: SuspicionCode;
  /** 0..1: how much it takes away by itself. */
  strength: number;
}

/** What is thought of an actor. */
export interface Judgement {
  /** 0 a machine to 1 a person; 0.5 while there are too few acts. */
  score: number;
  /** Strongest first; empty for a clean or an unjudged actor. */
  reasons: Suspicion[];
}

/** Nobody is judged of fewer acts. */
export const LEAST_ACTS = 20;
export const UNJUDGED: Judgement = { score: 0.5, reasons: [] };
/** Acted enough to be judged, and nothing speaks against him. */
export const CLEAN: Judgement = { score: 1, reasons: [] };
/** Acts of a share of all that a machine may hold before it counts: a hot item is looked at again and again by people too. */
const LEAST_ON_TARGET = 15;
const LEAST_ORPHANS = 5;
const LEAST_REPLAYS = 10;

/** 0 up to `from`, 1 from `to` on, a straight line between; `to` may be the lower one. */
const ramp = (value: number, from: number, to: number): number => Math.min(1, Math.max(0, (value - from) / (to - from)));

/**
 * What speaks against the actor of a sketch. Where each suspicion begins is outside of what 5,640 people of three shops did in at least 20 acts: their
 * 20 quickest acts took 124 s and more, their pauses spread by 0.28 and more, no item had over 0.37 of their acts and no two over 0.5.
 *
 * @param usualBare share of looks that are no outcome of an exposure over all actors, 0..1: shops that log no exposures are not held against anybody
 */
export function suspicionsOf(sketch: ActorSketch, usualBare: number): Suspicion[] {
  const { acts, looks, orphans, replays, longestRun, accounts } = sketch;
  const [first = 0, second = 0] = favourites(sketch, 2).map(([, count]) => count);
  const bare = looks >= LEAST_ACTS ? sketch.bareLooks / looks - usualBare : 0;
  const all: Suspicion[] = [
    { code: 'VELOCITY', strength: ramp(sketch.shortestSpan, 60_000, 20_000) },
    { code: 'REGULARITY', strength: sketch.gaps < PACE_ACTS - 1 ? 0 : ramp(gapSpread(sketch), 0.28, 0.12) },
    { code: 'ONE_TARGET', strength: first < LEAST_ON_TARGET ? 0 : ramp(first / acts, 0.4, 0.7) },
    { code: 'TWO_TARGETS', strength: first + second < LEAST_ACTS || second < 2 ? 0 : ramp((first + second) / acts, 0.55, 0.8) },
    { code: 'LOOKS_WITHOUT_DEEDS', strength: 0.4 * ramp(longestRun, 500, 2_000) },
    { code: 'WITHOUT_EXPOSURE', strength: 0.3 * ramp(bare, 0.4, 0.9) },
    { code: 'FALSE_EXPOSURES', strength: orphans < LEAST_ORPHANS ? 0 : ramp(orphans / acts, 0.1, 0.4) },
    { code: 'REPLAYED_EXPOSURES', strength: replays < LEAST_REPLAYS ? 0 : ramp(replays / acts, 0.3, 0.6) },
    { code: 'MANY_ACCOUNTS', strength: 0.8 * ramp(accounts.size, 5, 12) },
  ];
  return all.filter(({ strength }) => strength > 0);
}

/** Put suspicions together: independent ones each leave what they do not take, `score = product of (1 - strength)`. */
export function judgementOf(suspicions: readonly Suspicion[]): Judgement {
  const reasons = [...suspicions].sort((a, b) => b.strength - a.strength || (a.code < b.code ? -1 : 1));
  return { score: reasons.reduce((score, { strength }) => score * (1 - strength), 1), reasons };
}

/** What acts of an actor count for, in steps, so that what is derived from them is seldom taken back: 1, one half, or 0 below 0.3. */
export const weightOf = ({ score, reasons }: Judgement): number => (reasons.length === 0 || score >= 0.7 ? 1 : score >= 0.3 ? 0.5 : 0);
