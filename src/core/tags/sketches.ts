/** Sets of which only the size is wanted: of every member one bit is set, by its hash. */
const SIZES = {
  categoriesBefore: 128, categoriesNow: 128, brandsBefore: 256, brandsNow: 256, creatorsBefore: 128, creatorsNow: 128,
  items: 512, queries: 128, boughtBrands: 128, boughtCategories: 64, boughtCreators: 64, referrers: 64, devices: 32,
} as const; // prettier-ignore
export type SketchName = keyof typeof SIZES;

const FROM = {} as Record<SketchName, number>;
let words = 0;
for (const name of Object.keys(SIZES) as SketchName[]) {
  FROM[name] = words;
  words += SIZES[name] / 32;
}
/** Words of 32 bits that all sketches take together. */
export const SKETCH_WORDS = words;

/** Spread a number over 32 bits. */
export function mix32(no: number): number {
  let h = Math.imul(no ^ (no >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** @param hash 32 bits */
export function addToSketch(sketches: Uint32Array, name: SketchName, hash: number): void {
  const bit = hash % SIZES[name];
  sketches[FROM[name] + (bit >>> 5)] |= 1 << (bit & 31);
}

/** How many bits of a word are set, 0..32. */
export function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits that are set in any of the sketches of one size, and in the first but not the second. */
function bitsOf(sketches: Uint32Array, one: SketchName, other: SketchName = one): { either: number; onlyFirst: number; second: number } {
  const counts = { either: 0, onlyFirst: 0, second: 0 };
  for (let i = 0; i < SIZES[one] / 32; i++) {
    const [a, b] = [sketches[FROM[one] + i], sketches[FROM[other] + i]];
    counts.either += bitCount(a | b);
    counts.onlyFirst += bitCount(a & ~b);
    counts.second += bitCount(b);
  }
  return counts;
}

const members = (bits: number, size: number): number => size * Math.log(size / (size - Math.min(bits, size - 0.5)));

/**
 * About how many members one sketch, or two together, have, by linear counting: `-m ln(1 - share of bits set)`. The error is under a tenth up to
 * about twice as many members as bits, beyond which the answer stays near `m ln 2m`.
 *
 * @returns 0..m ln 2m
 */
export function distinct(sketches: Uint32Array, name: SketchName, other: SketchName = name): number {
  return members(bitsOf(sketches, name, other).either, SIZES[name]);
}

/**
 * About which share of the members of `now` was not in `before`. A new member falls on a bit set before as often as such bits are frequent, so what is
 * seen is divided by the share of bits that were free.
 *
 * @returns 0..1; null for an empty `now`
 */
export function newShare(sketches: Uint32Array, now: SketchName, before: SketchName): { share: number; members: number } | null {
  const { onlyFirst, second } = bitsOf(sketches, now, before);
  const all = bitsOf(sketches, now).either;
  if (all === 0) return null;
  const free = 1 - Math.min(second, SIZES[before] - 1) / SIZES[before];
  return { share: Math.min(1, onlyFirst / all / free), members: members(all, SIZES[now]) };
}

/** Make everything of `now` part of `before`, and `now` empty. */
export function ageSketch(sketches: Uint32Array, now: SketchName, before: SketchName): void {
  for (let i = 0; i < SIZES[now] / 32; i++) {
    sketches[FROM[before] + i] |= sketches[FROM[now] + i];
    sketches[FROM[now] + i] = 0;
  }
}
