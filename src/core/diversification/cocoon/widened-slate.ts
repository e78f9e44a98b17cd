import { MAX_DEPTH } from '../../candidates/catalogue.js';
import { type WideningPlan } from '../../candidates/widening-plan.js';
import { type SlateFacts, type SlateInputs } from '../slate-inputs.js';
import { type Slate, SOFT_POOL } from '../slate.js';
import { type SoftDiversity } from '../soft-diversity.js';

/** What widening came to on one page. Values are sums over positions of relevance by `1 / log2(1 + position)`. */
export interface Widened {
  configured: number;
  strength: number;
  allowance: number;
  value: number;
  spent: number;
  bound: boolean;
  dosed: boolean;
  /** Candidates that the page without widening does not have. */
  fresh: ReadonlySet<number>;
}

export interface WidenedSlate extends Slate {
  widened: Widened | null;
}

/** How one attempt at a page differs from the page as configured. */
export interface Attempt {
  strength: number;
  /** One of these is to stand at the position (from 0), where the caps allow it. */
  dose: { position: number; candidates: ReadonlySet<number> } | null;
}

/** Builds a page from some inputs, with a strength other than the configured one. */
export type Place = (inputs: SlateInputs, scores: Float64Array, attempt: Attempt) => Slate;

/** Variety is never all that counts. */
const MOST_STRENGTH = 0.9;
/** How often a strength that costs too much is halved towards one that does not. */
const HALVINGS = 3;
/** The widening source has so many of the places among which variety chooses. */
const WIDENING_PLACES = 40;
/** A card that is given whatever is left to spend stands here, or last on a shorter page: seen by most, at little cost. */
const DOSE_POSITION = 10;
/** More than any value differs from another. */
const FIRST = 1_000;

/**
 * Relevance as soft diversity has it: scores brought to 0..1 by the lowest and the highest of the best 200; 0 for what comes after, all 1 where they are equal.
 *
 * @param scores [n] not rising
 */
export function relevanceOf(scores: Float64Array): Float64Array {
  const low = scores[Math.min(SOFT_POOL, scores.length) - 1];
  const range = scores[0] - low;
  const relevance = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) relevance[i] = range > 0 ? Math.max(0, (scores[i] - low) / range) : 1;
  return relevance;
}

/** What a page is worth: relevance summed over its positions, by `1 / log2(1 + position)`. */
export const valueOf = (order: Uint32Array, relevance: Float64Array): number =>
  order.reduce((sum, candidate, i) => sum + relevance[candidate] / Math.log2(i + 2), 0);

/**
 * Build a page with the strongest variety that the plan asks for and the budget of the day allows, and with one widening card where one is due. What it
 * costs is the value that the page without widening has more.
 *
 * @param configured strength without widening
 * @param isLate     when true no further attempt is made
 */
export function widenSlate(
  { inputs, scores, configured }: { inputs: SlateInputs; scores: Float64Array; configured: number },
  plan: WideningPlan,
  place: Place,
  isLate: () => boolean,
): WidenedSlate {
  const field = fieldOf(inputs, scores);
  const relevance = relevanceOf(scores);
  const build = (subset: Subset, attempt: Attempt): Priced => {
    const { order, relaxed } = place(subset.inputs, subset.scores, namedIn(subset, attempt));
    const places = subset.places ? order.map((name) => subset.places![name]) : order;
    return { order: places, relaxed, strength: attempt.strength, value: valueOf(places, relevance) };
  };
  const plain = build(field.plain, { strength: configured, dose: null });
  const allowance = Math.max(0, plan.budget * (plan.value + plain.value) - plan.spent);
  const strength = Math.min(Math.max(MOST_STRENGTH, configured), Math.max(0, configured + plan.added));
  const isWider = strength > configured || field.wide !== field.plain;
  const attempt = (at: number): Priced => build(field.wide, { strength: at, dose: null });
  const found =
    strength !== configured || isWider ? strongestThatFits({ plain, allowance, strength }, attempt, isLate) : { page: plain, bound: false };
  let { page } = found;
  const onPlain = new Set(plain.order);
  const freshOf = ({ order }: Slate): Set<number> =>
    new Set(strength < configured ? [] : order.filter((candidate) => !onPlain.has(candidate)));
  let dosed = false;
  if (plan.isDue && freshOf(page).size === 0 && !isLate()) {
    const position = Math.min(DOSE_POSITION, plain.order.length) - 1;
    page = build(field.wide, { strength: page.strength, dose: { position, candidates: doseFor(inputs, onPlain) } });
    dosed = plain.value - page.value > allowance;
  }
  const { order, relaxed } = page;
  const spent = Math.max(0, plain.value - page.value);
  const widened = {
    configured,
    strength: page.strength,
    allowance,
    value: plain.value,
    spent,
    bound: found.bound,
    dosed,
    fresh: freshOf(page),
  };
  return { order, relaxed, widened };
}

interface Priced extends Slate {
  strength: number;
  value: number;
}

function strongestThatFits(
  { plain, allowance, strength }: { plain: Priced; allowance: number; strength: number },
  attempt: (strength: number) => Priced,
  isLate: () => boolean,
): { page: Priced; bound: boolean } {
  const fits = ({ value }: Priced): boolean => plain.value - value <= allowance;
  const full = attempt(strength);
  if (fits(full)) return { page: full, bound: false };
  let page = plain;
  let [low, high] = [plain.strength, strength];
  for (let i = 0; i < HALVINGS && !isLate(); i++) {
    const middle = attempt((low + high) / 2);
    if (fits(middle)) [low, page] = [middle.strength, middle];
    else high = middle.strength;
  }
  return { page, bound: true };
}

/** What may be given as the one widening card: what the widening source alone named, else what is of a category that the page has not. */
function doseFor({ columns, widening }: SlateInputs, onPlain: ReadonlySet<number>): Set<number> {
  const category = columns.category;
  const named = widening?.isOnly;
  const all = Array.from(category.keys());
  const brought = named ? all.filter((candidate) => named[candidate] === 1) : [];
  if (brought.length > 0) return new Set(brought);
  const shown = new Set(Array.from(onPlain, (candidate) => category[candidate]));
  return new Set(all.filter((candidate) => !shown.has(category[candidate])));
}

/** Some of the candidates, in the order of their scores, by new names; `places` tells the old ones, null where all are there. */
interface Subset {
  inputs: SlateInputs;
  scores: Float64Array;
  places: Uint32Array | null;
}

/** The candidates without those that only the widening source named, and with its best among the first 200. */
function fieldOf(inputs: SlateInputs, scores: Float64Array): { plain: Subset; wide: Subset } {
  const all: Subset = { inputs, scores, places: null };
  const isOnly = inputs.widening?.isOnly;
  if (!isOnly?.includes(1)) return { plain: all, wide: all };
  const others = placesWith(isOnly, 0);
  const best = placesWith(isOnly, 1).subarray(0, WIDENING_PLACES);
  const kept = Math.min(others.length, SOFT_POOL - best.length);
  const wide = new Uint32Array(others.length + best.length);
  wide.set(others.subarray(0, kept));
  wide.set(best, kept);
  wide.subarray(0, kept + best.length).sort();
  wide.set(others.subarray(kept), kept + best.length);
  return { plain: pick(all, others), wide: pick(all, wide) };
}

/** Places that are flagged so, in order. */
function placesWith(flags: Uint8Array, flag: 0 | 1): Uint32Array {
  const places = new Uint32Array(flags.length);
  let found = 0;
  for (let place = 0; place < flags.length; place++) if (flags[place] === flag) places[found++] = place;
  return places.subarray(0, found);
}

/** Candidates by new names. Scores go on not rising where what follows the pool is better than what came into it. */
function pick({ inputs, scores }: Subset, places: Uint32Array): Subset {
  const picked = new Float64Array(places.length);
  let least = Infinity;
  for (let row = 0; row < places.length; row++) picked[row] = least = Math.min(least, scores[places[row]]);
  return { inputs: { ...inputs, columns: pickFacts(inputs.columns, places) }, scores: picked, places };
}

type Column = Int32Array | Uint8Array | Float64Array;

function pickFacts(facts: SlateFacts, places: Uint32Array): SlateFacts {
  const columns = Object.entries(facts) as [string, Column | undefined][];
  const picked: Record<string, Column | undefined> = {};
  for (const [name, values] of columns) picked[name] = values && pickRows(values, places, name === 'paths' ? MAX_DEPTH : 1);
  return picked as unknown as SlateFacts;
}

function pickRows(values: Column, places: Uint32Array, width: number): Column {
  const picked = values.slice(0, places.length * width);
  for (let row = 0; row < places.length; row++) for (let k = 0; k < width; k++) picked[row * width + k] = values[places[row] * width + k];
  return picked;
}

/** What is to be given, by the names of a subset. */
function namedIn({ places }: Subset, attempt: Attempt): Attempt {
  if (!attempt.dose || !places) return attempt;
  const { position, candidates } = attempt.dose;
  const named = Array.from(places.keys()).filter((name) => candidates.has(places[name]));
  return { ...attempt, dose: { position, candidates: new Set(named) } };
}

/** Variety as it is, but that one of some candidates comes first at one position. */
export function withDose(soft: SoftDiversity, { position, candidates }: NonNullable<Attempt['dose']>): SoftDiversity {
  let placed = 0;
  return {
    // Those that come first may stand anywhere in the order, so none of them is ruled out at this position.
    bound: (candidate) => (placed === position ? Infinity : soft.bound(candidate)),
    value: (candidate) => soft.value(candidate) + (placed === position && candidates.has(candidate) ? FIRST : 0),
    place(index) {
      soft.place(index);
      placed++;
    },
  };
}
/** Two ways of weighing variety at once: the values add up. */
export const together = (soft: SoftDiversity, more: SoftDiversity): SoftDiversity => ({
  bound: (candidate) => soft.bound(candidate) + more.bound(candidate),
  value: (candidate) => soft.value(candidate) + more.value(candidate),
  place(index) {
    soft.place(index);
    more.place(index);
  },
});
