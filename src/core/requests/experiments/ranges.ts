import { type HashVersion, placeOf } from './hash.js';

/** A piece of the line from 0 to 1: from `low` (included) to `high` (excluded). */
export type PlaceRange = readonly [low: number, high: number];

/** Weights that share the line evenly; none for fewer than one arm. */
export const equalWeights = (arms: number): number[] => (arms < 1 ? [] : Array.from({ length: arms }, () => 1 / arms));

const atMostOne = (share: number): number => Math.min(1, Math.max(0, share));

/**
 * Range of every arm. An arm begins where it would begin at full coverage and covers the first part of its share, so that growing coverage adds users to
 * an arm and moves none to another.
 *
 * @param weights  [arms] shares that sum to 1; see `weightFaults`
 * @param coverage share of users, cut to 0..1
 */
export function armRanges(weights: readonly number[], coverage: number): PlaceRange[] {
  let begin = 0;
  return weights.map((weight) => {
    const range: PlaceRange = [begin, begin + atMostOne(coverage) * weight];
    begin += weight;
    return range;
  });
}

/** Index of the range that holds a place, -1 where none does. */
export const armAt = (place: number, ranges: readonly PlaceRange[]): number =>
  ranges.findIndex(([low, high]) => place >= low && place < high);

/** A part of all units: those whose place under the seed lies in one of the ranges. Experiments with disjoint parts of one seed share no unit. */
export interface Part {
  seed: string;
  version: HashVersion;
  ranges: readonly PlaceRange[];
}

/** The part that a range of a GrowthBook namespace stands for. */
export const namespacePart = (name: string, range: PlaceRange): Part => ({ seed: `__${name}`, version: 1, ranges: [range] });

/** Whether a unit lies in a part. */
export const isInPart = (unit: string, { seed, version, ranges }: Part): boolean => armAt(placeOf(seed, unit, version)!, ranges) >= 0;

/** How the arm of a unit is drawn. */
export interface Draw {
  seed: string;
  version: HashVersion;
  /** [arms] */
  ranges: readonly PlaceRange[];
  /** Units must lie in every one of these. */
  within?: readonly Part[];
}

/** Index of the arm that is drawn for a unit, -1 for none: without a name, outside its part, or beyond the coverage. */
export function drawnArm(unit: string, { seed, version, ranges, within = [] }: Draw): number {
  if (unit === '' || ranges.length < 2 || !within.every((part) => isInPart(unit, part))) return -1;
  return armAt(placeOf(seed, unit, version)!, ranges);
}
