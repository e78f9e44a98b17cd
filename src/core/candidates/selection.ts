/**
 * The k-th largest of some values, by quickselect; the values are put in another order. Expected time O(n).
 *
 * @param values [n] of which the first `n` count, none NaN; reordered
 * @param k      from 1 to n
 * @throws RangeError when k is outside 1..n
 */
export function kthLargest(values: Float64Array, n: number, k: number): number {
  if (!(k >= 1 && k <= n)) throw new RangeError(`there is no ${k}. largest of ${n} values`);
  let low = 0;
  let high = n - 1;
  const target = k - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else break;
  }
  return values[target];
}

/**
 * The numbers with the `k` largest values, best first; a tie goes to the lower number. Time O(n + k log k).
 *
 * @param nos    [n] distinct numbers, of which the first `n` count
 * @param values [n] their values, none NaN
 * @returns      [min(k, n)] of `nos`
 */
export function largest(nos: ArrayLike<number>, values: ArrayLike<number>, n: number, k: number): Uint32Array {
  const best = largestPlaces(nos, values, n, k);
  for (let i = 0; i < best.length; i++) best[i] = nos[best[i]];
  return best;
}

/** The same, as places in `nos`. */
export function largestPlaces(nos: ArrayLike<number>, values: ArrayLike<number>, n: number, k: number): Uint32Array {
  const count = Math.max(0, Math.min(k, n));
  const places = new Uint32Array(count);
  if (count === 0) return places;
  const least = count < n ? leastOfBest(values, n, count) : -Infinity;
  const level: number[] = [];
  let found = 0;
  for (let i = 0; i < n; i++) {
    if (values[i] > least) places[found++] = i;
    else if (values[i] === least) level.push(i);
  }
  if (level.length > count - found) level.sort((a, b) => nos[a] - nos[b]);
  for (let i = 0; found < count; i++) places[found++] = level[i];
  return sortPlaces(places, values, nos);
}

/**
 * Put places in the order of their values, in place: the highest first, of equal ones that with the lower number. Merges runs, which takes a fifth of the time of a
 * sort that calls back for every comparison.
 *
 * @param places [k] distinct, below n
 * @param values [n] none NaN
 * @param nos    [n] distinct
 * @returns      the same array
 */
export function sortPlaces(places: Uint32Array, values: ArrayLike<number>, nos: ArrayLike<number>): Uint32Array {
  const n = places.length;
  let from: Uint32Array = places;
  let to: Uint32Array = new Uint32Array(n);
  for (let width = 1; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, n), Math.min(start + 2 * width, n)];
      let [a, b] = [start, middle];
      for (let i = start; i < end; i++) {
        const takesFirst = b === end || (a < middle && isBefore(from[a], from[b], values, nos));
        to[i] = takesFirst ? from[a++] : from[b++];
      }
    }
    [from, to] = [to, from];
  }
  if (from !== places) places.set(from);
  return places;
}

function isBefore(a: number, b: number, values: ArrayLike<number>, nos: ArrayLike<number>): boolean {
  return values[a] > values[b] || (values[a] === values[b] && nos[a] < nos[b]);
}

function leastOfBest(values: ArrayLike<number>, n: number, count: number): number {
  const copy = new Float64Array(n);
  for (let i = 0; i < n; i++) copy[i] = values[i];
  return kthLargest(copy, n, count);
}
