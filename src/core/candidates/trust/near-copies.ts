import { hash32, seededRandom } from '../../random.js';
import { type NumberedItem } from '../../item.js';

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
  row: NumberedItem;
  words: number;
  numbers: string;
  shingles: Set<number>;
}

/**
 * Find near-copies: items of one kind and narrowest category whose titles share 80% of their words and pairs of words and name the same numbers, or that
 * share half of the words and the image; a title of fewer than four words has to be the same, of the same brand, or with the same image. Every item is
 * compared with originals alone, the oldest first, so that copies of copies do not drift away. Pauses after every item.
 *
 * @param rows  by number, undefined for none; removed items are originals too
 * @returns     [rows] number of the original, which of an original is its own
 * @see Broder 1997, "On the resemblance and containment of documents", doi:10.1109/SEQUEN.1997.666900
 */
export function* findCopies(rows: readonly (NumberedItem | undefined)[]): Generator<void, Int32Array> {
  const copyOf = Int32Array.from(rows, (_, no) => no);
  const buckets = new Map<string, Original[]>();
  const byAge = rows.filter((row) => row !== undefined).sort((a, b) => a.item.createdAt - b.item.createdAt || a.no - b.no);
  for (const row of byAge) {
    const words = wordsOf(row.item.title);
    const one: Original = { row, words: words.length, numbers: numbersOf(words), shingles: shinglesOf(words) };
    const keys = keysOf(one);
    const original = originalOf(one, keys, buckets);
    if (original) copyOf[row.no] = original.row.no;
    else
      for (const key of keys) {
        const bucket = buckets.get(key);
        if (!bucket) buckets.set(key, [one]);
        else if (bucket.length < MAX_IN_BUCKET) bucket.push(one);
      }
    yield;
  }
  return copyOf;
}

function keysOf({ row, shingles }: Original): string[] {
  const scope = `${row.item.kind} ${row.categoryNos[row.categoryNos.length - 1]}`;
  const signature = signatureOf(shingles);
  const keys = row.item.imageUrl === null ? [] : [`${scope} ${row.item.imageUrl}`];
  for (let band = 0; band < BANDS; band++) keys.push(`${scope} ${band} ${signature.subarray(band * ROWS, (band + 1) * ROWS).join()}`);
  return keys;
}

function originalOf(one: Original, keys: readonly string[], buckets: ReadonlyMap<string, Original[]>): Original | undefined {
  for (const key of keys) for (const other of buckets.get(key) ?? []) if (isCopy(one, other)) return other;
  return undefined;
}

function isCopy(one: Original, other: Original): boolean {
  const [a, b] = [one.row.item, other.row.item];
  const alike = likeness(one.shingles, other.shingles);
  if (a.imageUrl !== null && a.imageUrl === b.imageUrl) return alike >= ALIKE_WITH_IMAGE;
  if (one.numbers !== other.numbers) return false;
  if (Math.min(one.words, other.words) >= LEAST_WORDS) return alike >= ALIKE;
  return alike === 1 && a.brand !== null && a.brand === b.brand;
}
