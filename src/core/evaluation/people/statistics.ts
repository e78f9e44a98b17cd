import { type Random } from '../../random.js';
import { type Interval, quantile } from '../bootstrap.js';

/** Ranks from 1, of equal values the mean rank. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let until = from;
    while (until < order.length && values[order[until]] === values[order[from]]) until++;
    for (let i = from; i < until; i++) ranks[order[i]] = (from + until + 1) / 2;
    from = until;
  }
  return ranks;
}

/** Rank correlation, -1..1; 0 where one of the two does not vary. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (x.length + 1) / 2;
  let [both, ofX, ofY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    both += (x[i] - middle) * (y[i] - middle);
    ofX += (x[i] - middle) ** 2;
    ofY += (y[i] - middle) ** 2;
  }
  return ofX * ofY === 0 ? 0 : both / Math.sqrt(ofX * ofY);
}

/**
 * Interval of any statistic by drawing the cases again and again. `mean` is the statistic of the cases themselves.
 *
 * @param cases     how many there are, at least 1
 * @param statistic of some cases, by number; one may be drawn several times
 */
export function bootstrapOf(cases: number, statistic: (drawn: Int32Array) => number, resamples: number, random: Random): Interval {
  const own = Int32Array.from({ length: cases }, (_, i) => i);
  const draws = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) draws[draw] = statistic(own.map(() => Math.floor(random() * cases)));
  draws.sort();
  return { mean: statistic(own), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** How well several columns foretell one, as rank correlations; the others are compared with the first on the same draws. */
export interface Foretold {
  name: string;
  correlation: Interval;
  /** This one less the first; null for the first. */
  difference: Interval | null;
}

/** @param columns [cases] each */
export function foretold(
  columns: readonly (readonly [string, Float64Array])[],
  outcome: Float64Array,
  resamples: number,
  random: () => Random,
): Foretold[] {
  const pick = (column: Float64Array, drawn: Int32Array): Float64Array => Float64Array.from(drawn, (i) => column[i]);
  const of = (column: Float64Array) => (drawn: Int32Array) => spearman(pick(column, drawn), pick(outcome, drawn));
  const [[, first]] = columns;
  return columns.map(([name, column], i) => ({
    name,
    correlation: bootstrapOf(outcome.length, of(column), resamples, random()),
    difference: i === 0 ? null : bootstrapOf(outcome.length, (drawn) => of(column)(drawn) - of(first)(drawn), resamples, random()),
  }));
}
