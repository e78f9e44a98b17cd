import { mean } from './metrics.js';
import { type Random } from '../random.js';

/** A mean and the range that holds it in 95 of 100 draws. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** Value below which a share of the sorted numbers lies, interpolated between the two nearest. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Sum and number of the values of every cluster. */
function clusterSums(values: Float64Array, clusters: Int32Array): { sums: Float64Array; sizes: Float64Array } {
  const places = new Map<number, number>();
  for (const cluster of clusters) if (!places.has(cluster)) places.set(cluster, places.size);
  const [sums, sizes] = [new Float64Array(places.size), new Float64Array(places.size)];
  values.forEach((value, i) => {
    sums[places.get(clusters[i])!] += value;
    sizes[places.get(clusters[i])!]++;
  });
  return { sums, sizes };
}

/**
 * Interval of a mean by drawing whole users again and again, so that what one user does counts as one observation. For two methods compared on the
 * same cases, pass their differences case by case: what both find hard cancels out.
 *
 * @param values    [n]
 * @param clusters  [n] the user of each value
 * @param resamples draws, at least 1; the ends are the 2.5 and 97.5 per cent quantiles of their means
 * @throws RangeError  when there is no value
 * @see Efron and Tibshirani 1993, chapter 13
 */
export function bootstrapByUser(values: Float64Array, clusters: Int32Array, resamples: number, random: Random): Interval {
  if (values.length === 0) throw new RangeError('0 values have no mean');
  const { sums, sizes } = clusterSums(values, clusters);
  const means = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    let [sum, size] = [0, 0];
    for (let i = 0; i < sums.length; i++) {
      const user = Math.floor(random() * sums.length);
      sum += sums[user];
      size += sizes[user];
    }
    means[draw] = sum / size;
  }
  means.sort();
  return { mean: mean(values), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}
