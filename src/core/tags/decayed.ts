import { DAY_MS, decay } from '../time.js';

/** A weight that halves every half-life of its family; `value` is as of `at` (epoch ms). Read it with `decayedValue`. */
export interface Decayed {
  value: number;
  at: number;
}

/**
 * Half-lives in ms of all that decays in a state. Taste for a category or creator turns over in a month, for a brand or a price more slowly; what was
 * bought says who a customer is for half a year; what was shown is about the last day.
 */
export const HALF_LIFE_MS = {
  category: 30 * DAY_MS,
  brand: 45 * DAY_MS,
  creator: 30 * DAY_MS,
  priceBand: 60 * DAY_MS,
  tie: 90 * DAY_MS,
  shown: DAY_MS,
  hours: 30 * DAY_MS,
  orders: 180 * DAY_MS,
  spent: 180 * DAY_MS,
} as const;

/**
 * What is left of a weight at an instant; at one before `at`, the value as of `at`.
 *
 * @param halfLifeMs above 0
 */
export const decayedValue = ({ value, at }: Decayed, now: number, halfLifeMs: number): number => value * decay(now - at, halfLifeMs);

/**
 * Add a weight that counts from `at`, in place. Sums come out the same, up to rounding, in whatever order they are added: a weight older than the sum
 * is decayed to the sum's time, a newer one brings the sum to its own.
 */
export function addDecayed(sum: Decayed, weight: number, at: number, halfLifeMs: number): void {
  if (at >= sum.at) {
    sum.value = sum.value * decay(at - sum.at, halfLifeMs) + weight;
    sum.at = at;
  } else {
    sum.value += weight * decay(sum.at - at, halfLifeMs);
  }
}

/** Add a weight to the sum under a key; sums in maps are kept in single precision, which halves their packed size. */
export function addToMap<K>(sums: Map<K, Decayed>, key: K, weight: number, at: number, halfLifeMs: number): void {
  let sum = sums.get(key);
  if (!sum) sums.set(key, (sum = { value: 0, at }));
  addDecayed(sum, weight, at, halfLifeMs);
  sum.value = Math.fround(sum.value) + 0; // a rounded -0 becomes 0
}

/**
 * Drop the weakest sums, by size whatever the sign, until `keep` are left; of two equal ones the higher key goes.
 *
 * Comparing `log2 |value| + at / half-life` compares the sums at any common time without decaying each.
 */
export function keepStrongest<K extends number | string>(sums: Map<K, Decayed>, keep: number, halfLifeMs: number): void {
  const ranked = [...sums].map(([key, { value, at }]) => ({ key, strength: Math.log2(Math.abs(value)) + at / halfLifeMs }));
  ranked.sort((a, b) => (a.strength === b.strength ? (a.key < b.key ? -1 : 1) : a.strength > b.strength ? -1 : 1));
  for (let i = keep; i < ranked.length; i++) sums.delete(ranked[i].key);
}

/** Drop what has the oldest `at` until `keep` are left; of two equal ones the lower key goes. */
export function keepNewest(entries: Map<number, { at: number }>, keep: number): void {
  const excess = entries.size - keep;
  if (excess <= 0) return;
  const times = new Float64Array(entries.size);
  let n = 0;
  for (const { at } of entries.values()) times[n++] = at;
  const oldestKept = times.sort()[excess];
  const atLimit: number[] = [];
  for (const [key, { at }] of entries) {
    if (at < oldestKept) entries.delete(key);
    else if (at === oldestKept) atLimit.push(key);
  }
  atLimit.sort((a, b) => a - b);
  for (let i = 0; entries.size > keep; i++) entries.delete(atLimit[i]);
}
