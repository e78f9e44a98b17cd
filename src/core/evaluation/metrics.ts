/**
 * Hits among the first `depth` places, divided by all that was relevant; the divisor is not cut at the depth.
 *
 * @param isHit    of each place, best first
 * @param relevant how many items were relevant, at least 1
 * @returns        0..1
 */
export function recall(isHit: readonly boolean[], relevant: number, depth: number): number {
  return isHit.slice(0, depth).filter(Boolean).length / relevant;
}

const gain = (place: number): number => 1 / Math.log2(place + 2);

/**
 * Discounted gain of the hits over the highest that the first `depth` places could have: a hit at place p (from 1) counts 1 / log2(p + 1).
 *
 * @returns 0..1
 * @see Järvelin and Kekäläinen 2002, doi:10.1145/582415.582418
 */
export function ndcg(isHit: readonly boolean[], relevant: number, depth: number): number {
  let [won, ideal] = [0, 0];
  for (let place = 0; place < depth; place++) {
    if (isHit[place]) won += gain(place);
    if (place < relevant) ideal += gain(place);
  }
  return won / ideal;
}

/**
 * How spread a list is over categories: Shannon entropy in nats. An item with several categories splits its weight; one without counts for none.
 *
 * @returns 0 for a single category or none, at most ln(categories)
 */
export function categoryEntropy(list: Iterable<number>, categoriesOf: readonly (readonly number[])[]): number {
  const weights = new Map<number, number>();
  let total = 0;
  for (const item of list) {
    const own = categoriesOf[item];
    for (const category of own) weights.set(category, (weights.get(category) ?? 0) + 1 / own.length);
    if (own.length > 0) total++;
  }
  let entropy = 0;
  for (const weight of weights.values()) entropy -= (weight / total) * Math.log(weight / total);
  return Math.max(0, entropy);
}

/**
 * Gini coefficient of how often each candidate was shown, those never shown included.
 *
 * @param counts [n] 0 or more
 * @returns      0 when all are equal (or none was shown), towards 1 when one has everything
 */
export function gini(counts: Iterable<number>): number {
  const sorted = Float64Array.from(counts).sort();
  let [weighted, total] = [0, 0];
  sorted.forEach((count, i) => {
    weighted += (2 * (i + 1) - sorted.length - 1) * count;
    total += count;
  });
  return total === 0 ? 0 : weighted / (sorted.length * total);
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/**
 * Standard error of a mean whose cases come in clusters, as several queries of one user do: the root of the summed squares of each cluster's summed
 * deviations, over n. With one case per cluster this is the population standard deviation over the root of n.
 *
 * @param values   [n]
 * @param clusters [n] name of each value's cluster
 */
export function standardError(values: Float64Array, clusters: Int32Array): number {
  const centre = mean(values);
  const sums = new Map<number, number>();
  values.forEach((value, i) => sums.set(clusters[i], (sums.get(clusters[i]) ?? 0) + value - centre));
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  return Math.sqrt(squares) / values.length;
}
