/** So many of the best are chosen among. */
const POOL = 300;
/** Flattens scores, which are surer of themselves than they are right; chosen on the tuning slice of one data set. */
const TEMPERATURE = 1.4;

/**
 * How likely each candidate is the one that is taken next, of scores that are logarithms of odds: whoever has one clear favourite keeps it, and whose candidates
 * are all alike has them spread.
 *
 * @param scores [n] not rising
 * @returns      [n] adding up to 1
 */
export function sharesOf(scores: Float64Array): Float64Array {
  const odds = scores.map((score) => Math.exp((score - scores[0]) / TEMPERATURE));
  const sum = odds.reduce((total, one) => total + one, 0);
  return odds.map((one) => one / sum);
}

const entropyTerm = (share: number): number => (share > 0 ? -share * Math.log(share) : 0);

/**
 * Fill a page so that the shares on it and the entropy of its kinds together are highest, one position after the other: each takes the highest
 * `(1 - strength) * share + strength * growth of the page's entropy`.
 *
 * @param shares   [n] 0..1, not rising
 * @param kinds    [n] 0 for unknown
 * @param strength 0 is shares only, 1 is entropy only
 * @returns        [min(first, n)] candidates in the order of positions; a tie goes to the lower index
 */
export function spreadGreedily(shares: Float64Array, kinds: Int32Array, strength: number, first: number): Uint32Array {
  const n = Math.min(POOL, shares.length);
  const order = new Uint32Array(Math.min(first, n));
  const placed = new Uint8Array(n);
  const counts = new Map<number, number>();
  const growth = new Map<number, number>();
  for (let position = 0; position < order.length; position++) {
    growth.clear();
    let pick = -1;
    let highest = -Infinity;
    for (let i = 0; i < n; i++) {
      if (placed[i]) continue;
      let gain = growth.get(kinds[i]);
      if (gain === undefined) {
        const count = counts.get(kinds[i]) ?? 0;
        gain = entropyTerm((count + 1) / first) - entropyTerm(count / first);
        growth.set(kinds[i], gain);
      }
      const value = (1 - strength) * shares[i] + strength * gain;
      if (value > highest) [pick, highest] = [i, value];
    }
    order[position] = pick;
    placed[pick] = 1;
    counts.set(kinds[pick], (counts.get(kinds[pick]) ?? 0) + 1);
  }
  return order;
}
