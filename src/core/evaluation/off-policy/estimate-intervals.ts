import { type Contributions, valueOf } from './estimators.js';
import { quantile } from '../bootstrap.js';
import { type Random } from '../../random.js';

const { floor } = Math;

export interface EstimateInterval {
  value: number;
  low: number;
  high: number;
}

/** Sums of an estimate by user: plain, corrected, scale, each [users]. */
function sumsByUser({ plain, corrected, scale }: Contributions, places: Int32Array, users: number): Float64Array[] {
  return [plain, corrected, scale].map((values) => {
    const sums = new Float64Array(users);
    values?.forEach((value, i) => (sums[places[i]] += value));
    return sums;
  });
}

/** A place 0..users-1 for every round. */
function placesOf(users: Int32Array): { places: Int32Array; count: number } {
  const placeOf = new Map<number, number>();
  const places = users.map((user) => {
    const place = placeOf.get(user) ?? placeOf.size;
    placeOf.set(user, place);
    return place;
  });
  return { places, count: placeOf.size };
}

/**
 * Intervals of several estimates by drawing whole users again and again, the same users for all.
 *
 * @param estimates by name, over the same rounds
 * @param users     [n] who saw each round
 * @param resamples draws, at least 1; the ends are the 2.5 and 97.5 per cent quantiles
 * @throws RangeError  when there is no round
 * @see Efron and Tibshirani 1993, chapter 13
 */
export function estimateIntervals<Name extends string>(
  estimates: Record<Name, Contributions>,
  users: Int32Array,
  resamples: number,
  random: Random,
): Record<Name, EstimateInterval> {
  return outcomeOf(intervalsInSteps(estimates, users, resamples, random));
}

/** What a piece of work comes to that pauses now and then. */
export function outcomeOf<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The same, with a pause after every draw. */
export function* intervalsInSteps<Name extends string>(
  estimates: Record<Name, Contributions>,
  users: Int32Array,
  resamples: number,
  random: Random,
): Generator<void, Record<Name, EstimateInterval>> {
  if (users.length === 0) throw new RangeError('0 rounds have no estimate');
  const { places, count } = placesOf(users);
  const sizes = new Float64Array(count);
  for (const place of places) sizes[place]++;
  const names = Object.keys(estimates) as Name[];
  const sums = names.map((name) => sumsByUser(estimates[name], places, count));
  const draws = names.map(() => new Float64Array(resamples));
  const times = new Float64Array(count);
  for (let draw = 0; draw < resamples; draw++) {
    times.fill(0);
    for (let i = 0; i < count; i++) times[floor(random() * count)]++;
    const rounds = dot(times, sizes);
    sums.forEach(([plain, corrected, scale], e) => {
      const below = dot(times, scale);
      draws[e][draw] = dot(times, plain) / rounds + (below === 0 ? 0 : dot(times, corrected) / below);
    });
    yield;
  }
  return Object.fromEntries(names.map((name, e) => [name, intervalOf(valueOf(estimates[name]), draws[e])])) as Record<
    Name,
    EstimateInterval
  >;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function intervalOf(value: number, draws: Float64Array): EstimateInterval {
  draws.sort();
  return { value, low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}
