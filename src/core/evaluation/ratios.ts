import { type Random, seededRandom } from '../random.js';
import { type Interval, quantile } from './bootstrap.js';
import { type Judgement, LIST } from './judgement.js';
import { mean } from './metrics.js';

/** How many times as good the method of interest is as another, on the same cases. */
export interface Ratio {
  method: string;
  against: string;
  recall: Interval;
  ndcg10: Interval;
}

/** NDCG@10 of every method over queries whose item few, or more, had touched before. */
export interface ByTouches {
  /** Fewer than `SCARCE` people, or at least as many. */
  isScarce: boolean;
  cases: number;
  ndcg10: { method: string; mean: number }[];
}

/** The method that is compared with all others. */
export const OF_INTEREST = 'model';
/** An item that fewer people touched is hardly known yet. */
export const SCARCE = 10;
const RESAMPLES = 1000;
const SEED = 20;

/**
 * Ratio of two means over the same cases, with its interval by drawing whole users again and again.
 *
 * @param above    [n] 0 or more
 * @param below    [n] 0 or more, with a mean above 0; else every end is NaN
 * @param clusters [n] the user of each case
 */
export function ratioByUser(above: Float64Array, below: Float64Array, clusters: Int32Array, random: Random): Interval {
  const places = new Map<number, number>();
  for (const cluster of clusters) if (!places.has(cluster)) places.set(cluster, places.size);
  const sums = [above, below].map((values) => {
    const byUser = new Float64Array(places.size);
    values.forEach((value, i) => (byUser[places.get(clusters[i])!] += value));
    return byUser;
  });
  const ratios = new Float64Array(RESAMPLES);
  for (let draw = 0; draw < RESAMPLES; draw++) {
    let [numerator, denominator] = [0, 0];
    for (let i = 0; i < places.size; i++) {
      const user = Math.floor(random() * places.size);
      numerator += sums[0][user];
      denominator += sums[1][user];
    }
    ratios[draw] = numerator / denominator;
  }
  ratios.sort();
  return { mean: mean(above) / mean(below), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

type Judged = readonly { name: string; judgement: Judgement }[];

/** The model over every other method, where there is one. */
export function ratiosOf(judged: Judged, listLength: number): Ratio[] {
  const model = judged.find(({ name }) => name === OF_INTEREST);
  if (!model) return [];
  const recallOf = ({ recall10, recall20 }: Judgement): Float64Array => (listLength === LIST ? recall20 : recall10);
  return judged
    .filter((one) => one !== model)
    .map(({ name, judgement }) => {
      const compare = (above: Float64Array, below: Float64Array): Interval =>
        ratioByUser(above, below, judgement.clusters, seededRandom(SEED));
      return {
        method: model.name,
        against: name,
        recall: compare(recallOf(model.judgement), recallOf(judgement)),
        ndcg10: compare(model.judgement.ndcg10, judgement.ndcg10),
      };
    });
}

/** Figures apart by how well known the target was, where the protocol tells. */
export function byTouchesOf(judged: Judged): ByTouches[] {
  const touched = judged[0]?.judgement.touched;
  if (!touched) return [];
  return [true, false].map((isScarce) => {
    const cases = [...touched.keys()].filter((i) => touched[i] < SCARCE === isScarce);
    const ndcg10 = judged.map(({ name, judgement }) => ({ method: name, mean: mean(cases.map((i) => judgement.ndcg10[i])) }));
    return { isScarce, cases: cases.length, ndcg10 };
  });
}
