import { type Catalogue } from '../candidates/catalogue.js';

const SAMPLE = 1024;
/** Share of the catalogue that may change before the sample is taken again. */
const STALE_SHARE = 0.01;

const kept = new WeakMap<Catalogue, { ascending: Float64Array; staleAt: number }>();

/** When items offered were created, ascending (epoch ms): all of them in a small shop, an even sample in a large one. */
export function ageSampleOf(catalogue: Catalogue): Float64Array {
  const entry = kept.get(catalogue);
  if (entry && catalogue.changes < entry.staleAt) return entry.ascending;
  const step = Math.max(1, catalogue.size / SAMPLE);
  const times: number[] = [];
  for (let at = 0; at < catalogue.size; at += step)
    if (catalogue.isOffered(Math.floor(at))) times.push(catalogue.createdAt[Math.floor(at)]);
  const ascending = Float64Array.from(times).sort();
  kept.set(catalogue, { ascending, staleAt: catalogue.changes + Math.max(1, STALE_SHARE * catalogue.size) });
  return ascending;
}

/** How many of ascending numbers are above a value. */
export function countAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return ascending.length - low;
}
