import { type WideningPlan } from '../../candidates/widening-plan.js';
import { hash32 } from '../../random.js';
import { type RankingSettings } from '../../settings.js';
import { type CocoonState } from '../../tags/cocoon/cocoon-state.js';
import { collisionOf, effectiveCount } from '../../tags/cocoon/spread.js';
import { dayOf } from '../../tags/cocoon/widening.js';
import { decay } from '../../time.js';
import { ANSWER_HALF_LIFE_MS } from '../../tags/cocoon/cocoon-state.js';
import { narrowness, shrunkCollision } from './cocoon-index.js';
import { type CocoonNow } from './cocoon-now.js';

/** Strength that is added at most, and in one step. A step is taken by the first page above the target and then by the first page of a day. */
export const MOST_BOOST = 0.5;
export const STEP = 0.15;
/** Strength that is wanted for each part by which feeds are too narrow. */
const GAIN = 1.5;
/** What is in force follows the wish at this distance, so that it does not swing about it. */
export const DEAD_BAND = 0.03;
/** What the dial at its ends adds to the strength, and takes off the target. */
export const DIAL_STRENGTH = 0.3;
const DIAL_TARGET = 0.2;
const [LEAST_TARGET, MOST_TARGET] = [0.02, 0.95];
/** A card taken makes up for so many that were let pass; so many more are let pass before that says anything, and so many after that say half of all. */
const PASSED_BY_TAKEN = 20;
const PASSED_BEFORE = 10;
const PASSED_FOR_HALF = 40;
/** Who was not on the loop for longer begins anew: what he was like is folded no more by then. */
const FORGOTTEN_DAYS = 30;
/** One card in so much time is given even when nothing is left to spend. */
export const SESSION_MS = 30 * 60_000;
/** Feeds narrower than the person by this much ask for the whole quota of the widening source. */
const WHOLE_AMPLIFICATION = 0.25;

const SALT = 'left alone by the loop, 1:';
export const UNCONTROLLED_SHARE = 0.05;
const TWO_TO_32 = 2 ** 32;

const clip = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** Whether the loop widens the feeds of a user; by a hash of his id, so one in twenty of every kind of users is left alone, always the same. */
export const isControlled = (userId: string): boolean => hash32(SALT + userId) >= UNCONTROLLED_SHARE * TWO_TO_32;

/**
 * How far a user refuses what only widening brought: cards let pass, less twenty for each he took.
 *
 * @returns 0 not at all, to nearly 1
 */
export function reluctanceOf({ offered, accepted }: Pick<CocoonState, 'offered' | 'accepted'>, now: number): number {
  const left = (at: number): number => decay(Math.max(0, now - at), ANSWER_HALF_LIFE_MS);
  const passed = offered.weight * left(offered.at) - PASSED_BY_TAKEN * accepted.weight * left(accepted.at) - PASSED_BEFORE;
  return passed <= 0 ? 0 : passed / (passed + PASSED_FOR_HALF);
}

/** How narrow what a user begins himself is, 0..1, drawn to the population where there is little of it. */
function ownNarrowness({ own }: CocoonState, { usual: { baseline, groupOf } }: CocoonNow): number {
  return narrowness(shrunkCollision(effectiveCount(own), collisionOf(own, groupOf), baseline.categories), baseline.categories) ?? 0;
}

/**
 * How narrow the feeds of a user may be: as configured, moved up to how narrow he is himself as far as he refuses more, and by his dial.
 *
 * @param own how narrow what he begins himself is; a user of broader taste is not held to it
 * @returns   0.02..0.95
 */
export const personalTarget = (
  configured: number,
  { reluctance, own, breadth }: { reluctance: number; own: number; breadth: number },
): number => clip(configured + reluctance * Math.max(0, own - configured) - DIAL_TARGET * breadth, LEAST_TARGET, MOST_TARGET);

/**
 * One step of the added strength towards what a user's narrowness asks for; proportional to how far he is over the target and to how sure that is, so
 * nothing adds up over time.
 *
 * @param boost  in force, 0..MOST_BOOST
 * @returns      0..MOST_BOOST, at most one step away
 */
export function stepBoost(boost: number, { narrow, confidence, target }: { narrow: number; confidence: number; target: number }): number {
  const wanted = Math.min(MOST_BOOST, GAIN * confidence * Math.max(0, narrow - target));
  const away = wanted - boost;
  const beyond = wanted === 0 ? away : Math.sign(away) * Math.max(0, Math.abs(away) - DEAD_BAND);
  return clip(boost + clip(beyond, -STEP, STEP), 0, MOST_BOOST);
}

/**
 * What is wanted of the next page of a user; null where neither the loop nor his dial moves anything. It is a function of what is remembered of him, of
 * what is usual, of the settings and of the time alone.
 */
export function planWidening(cocoon: CocoonState, now: CocoonNow, { diversity }: RankingSettings, at: number): WideningPlan | null {
  const { measure, isControlled, breadth } = now;
  if (diversity.algorithm === 'NONE' || (!diversity.adaptive && breadth === 0)) return null;
  const controlled = diversity.adaptive && isControlled;
  const reluctance = controlled ? reluctanceOf(cocoon, at) : 0;
  const own = reluctance > 0 ? ownNarrowness(cocoon, now) : 0;
  const target = personalTarget(diversity.targetCocoonIndex, { reluctance, own, breadth });
  const { narrowCategory: narrow, confidence } = measure;
  const { boost, steppedOn } = controlled ? boostOf(cocoon, { narrow, confidence, target }, dayOf(at)) : { boost: 0, steppedOn: 0 };
  const { control } = cocoon;
  const today = control.day === dayOf(at);
  return {
    controlled,
    narrow,
    confidence,
    target,
    breadth,
    boost,
    steppedOn,
    added: boost + DIAL_STRENGTH * breadth,
    value: today ? control.value : 0,
    spent: today ? control.spent : 0,
    budget: diversity.relevanceBudget,
    isDue: controlled && boost > 0 && narrow > target && at - control.dosedAt >= SESSION_MS,
    quota: Math.max(0, breadth, boost > 0 ? 0.5 + 0.5 * Math.min(1, measure.amplification / WHOLE_AMPLIFICATION) : 0),
    tiring: controlled ? confidence * clip((measure.repetition - target) / (1 - target), 0, 1) : 0,
  };
}

/** The added strength in force, after today's step where that was not taken yet. */
function boostOf(
  { control }: CocoonState,
  error: { narrow: number; confidence: number; target: number },
  today: number,
): Pick<WideningPlan, 'boost' | 'steppedOn'> {
  const { boost, steppedOn } = today - control.steppedOn > FORGOTTEN_DAYS ? { boost: 0, steppedOn: 0 } : control;
  const next = stepBoost(boost, error);
  const isFirst = boost === 0 && next > 0;
  return steppedOn < today || isFirst ? { boost: next, steppedOn: today } : { boost, steppedOn };
}

/**
 * Settings as they are for one page of a user: the widening source has its part of its quota, and for who is tired of seeing the same, showings count for up
 * to four times as long and half of them are enough.
 */
export function steeredSettings(settings: RankingSettings, { tiring, quota }: Pick<WideningPlan, 'tiring' | 'quota'>): RankingSettings {
  const { fatigue } = settings;
  const halfLifeHours = fatigue.halfLifeHours * (1 + 3 * tiring);
  const maxImpressionsPerDay = Math.ceil(fatigue.maxImpressionsPerDay * (1 - 0.5 * tiring));
  const sources = settings.sources.map((one) => (one.source === 'WIDENING' ? { ...one, limit: Math.ceil(one.limit * quota) } : one));
  return { ...settings, sources, fatigue: { ...fatigue, halfLifeHours, maxImpressionsPerDay } };
}
