import { hash32, seededRandom } from '../../random.js';
import { type Item } from '../../item.js';
import { type Catalogue } from '../catalogue.js';

const BANDS = 16;
const ROWS = 4;
const HASHES = BANDS * ROWS;
/** So alike are the titles of near-copies, by the share of shingles that they have in common. */
const ALIKE = 0.8;
/** With one image and one category a looser likeness is enough. */
const ALIKE_WITH_IMAGE = 0.5;
/** A shorter title says too little by itself. */
const LEAST_WORDS = 4;
const MAX_IN_BUCKET = 20;

const random = seededRandom(20_240_607);
const odd = (): number => (Math.floor(random() * 2 ** 32) | 1) >>> 0;
const FACTORS = Uint32Array.from({ length: HASHES }, odd);
const OFFSETS = Uint32Array.from({ length: HASHES }, odd);
const SCRIPT_WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Words of a title in order; scripts without spaces give their characters. */
export function wordsOf(title: string): string[] {
  const runs =
    title
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return runs.flatMap((run) => (SCRIPT_WITHOUT_SPACES.test(run) ? [...run] : [run]));
}

/** Hashes of all words and all pairs of words that follow each other. */
export function shinglesOf(words: readonly string[]): Set<number> {
  const shingles = new Set<number>();
  words.forEach((word, i) => {
    shingles.add(hash32(word));
    if (i > 0) shingles.add(hash32(`${words[i - 1]} ${word}`));
  });
  return shingles;
}

/** Share of shingles in common, 0..1. */
export function likeness(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let common = 0;
  for (const shingle of a) if (b.has(shingle)) common++;
  return a.size + b.size === 0 ? 0 : common / (a.size + b.size - common);
}

/** The smallest value of each of 64 hash functions over a set: two sets share a value with the probability of their likeness. */
function signatureOf(shingles: ReadonlySet<number>): Uint32Array {
  const signature = new Uint32Array(HASHES).fill(0xffffffff);
  for (const shingle of shingles)
    for (let i = 0; i < HASHES; i++) {
      const mixed = Math.imul(shingle ^ (shingle >>> 15), FACTORS[i]) + OFFSETS[i];
      const value = (mixed ^ (mixed >>> 13)) >>> 0;
      if (value < signature[i]) signature[i] = value;
    }
  return signature;
}

/** What tells variants of one thing apart: sizes, packs, models. */
const numbersOf = (words: readonly string[]): string => words.filter((word) => /\p{N}/u.test(word)).sort().join(' '); // prettier-ignore

interface Original {
  no: number;
  item: Item;
  words: number;
  numbers: string;
  shingles: Set<number>;
}

/**
 * Find near-copies: items of one kind and narrowest category whose titles share 80% of their words and pairs of words and name the same numbers, or that
 * share half of the words and the image; a title of fewer than four words has to be the same, of the same brand, or with the same image. Every item is
 * compared with originals alone, the oldest first, so that copies of copies do not drift away. Pauses after every item. Memory: some kilobytes for each item
 * of the largest category, since one is done after the other.
 *
 * @returns [items] number of the original, which of an original is its own; removed items are originals too
 * @see Broder 1997, "On the resemblance and containment of documents", doi:10.1109/SEQUEN.1997.666900
 */
export function* findCopies(catalogue: Catalogue): Generator<void, Int32Array> {
  const { kind, leafCategory } = catalogue;
  const copyOf = Int32Array.from({ length: catalogue.size }, (_, no) => no);
  let originals = new Originals();
  let last = -1;
  for (const no of byScopeAndAge(catalogue)) {
    if (last >= 0 && (kind[no] !== kind[last] || leafCategory[no] !== leafCategory[last])) originals = new Originals();
    last = no;
    copyOf[no] = originals.meet(no, catalogue.item(no));
    yield;
  }
  return copyOf;
}

/** Numbers of items, those of one kind and narrowest category beside each other, the oldest first. */
function byScopeAndAge(catalogue: Catalogue): Uint32Array {
  const { kind, leafCategory, createdAt } = catalogue;
  const nos = Uint32Array.from({ length: catalogue.size }, (_, no) => no).filter((no) => catalogue.has(no));
  return nos.sort((a, b) => kind[a] - kind[b] || leafCategory[a] - leafCategory[b] || createdAt[a] - createdAt[b] || a - b);
}

/** The originals of one kind and category, by what near-copies of theirs would share with them. */
class Originals {
  private readonly byImage = new Map<string, Original | Original[]>();
  private readonly byBand = Array.from({ length: BANDS }, () => new Map<number, Original | Original[]>());

  /** The number of the original of an item, which is its own when it has none, and so becomes one. */
  meet(no: number, item: Item): number {
    const words = wordsOf(item.title);
    const one: Original = { no, item, words: words.length, numbers: numbersOf(words), shingles: shinglesOf(words) };
    const bands = bandsOf(signatureOf(one.shingles));
    const met = new Set<Original>();
    const byImage = item.imageUrl === null ? undefined : originalAmong(this.byImage.get(item.imageUrl), one, met);
    if (byImage) return byImage.no;
    for (let band = 0; band < BANDS; band++) {
      const original = originalAmong(this.byBand[band].get(bands[band]), one, met);
      if (original) return original.no;
    }
    if (item.imageUrl !== null) addTo(this.byImage, item.imageUrl, one);
    for (let band = 0; band < BANDS; band++) addTo(this.byBand[band], bands[band], one);
    return no;
  }
}

/** Most buckets hold one. */
function addTo<K>(buckets: Map<K, Original | Original[]>, key: K, one: Original): void {
  const bucket = buckets.get(key);
  if (bucket === undefined) buckets.set(key, one);
  else if (!Array.isArray(bucket)) buckets.set(key, [bucket, one]);
  else if (bucket.length < MAX_IN_BUCKET) bucket.push(one);
}

/** @param met whom it was compared with already */
function originalAmong(bucket: Original | Original[] | undefined, one: Original, met: Set<Original>): Original | undefined {
  if (bucket === undefined) return undefined;
  for (const other of Array.isArray(bucket) ? bucket : [bucket]) {
    if (met.has(other)) continue;
    if (isCopy(one, other)) return other;
    met.add(other);
  }
  return undefined;
}

/** [BANDS] one number for the values of each band: that others share it now and then costs a comparison. */
function bandsOf(signature: Uint32Array): Int32Array {
  const bands = new Int32Array(BANDS);
  for (let i = 0; i < HASHES; i++) {
    const band = Math.floor(i / ROWS);
    bands[band] = Math.imul(bands[band] ^ signature[i], 0x9e3779b1) ^ (signature[i] >>> 16);
  }
  return bands;
}

function isCopy(one: Original, other: Original): boolean {
  const [a, b] = [one.item, other.item];
  const isSameImage = a.imageUrl !== null && a.imageUrl === b.imageUrl;
  if (!isSameImage && one.numbers !== other.numbers) return false;
  const alike = likeness(one.shingles, other.shingles);
  if (isSameImage) return alike >= ALIKE_WITH_IMAGE;
  if (Math.min(one.words, other.words) >= LEAST_WORDS) return alike >= ALIKE;
  return alike === 1 && a.brand !== null && a.brand === b.brand;
}
