import fc from 'fast-check';
import { declaredTags, tagCatalogue } from '../../../src/core/tags/catalogue.js';
import { readTags, type Tag } from '../../../src/core/tags/profile.js';
import { TAG_DIMENSIONS } from '../../../src/core/tags/tag.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { DAY, NOW } from './history.js';
import { LEARNED, live, lives, NAMES, receptions } from './shopper.js';

const LIVES = 300;
/** The tags of many random users, read at random instants. */
const crowd: Tag[][] = fc
  .sample(fc.tuple(lives, receptions, fc.oneof(fc.nat(3), fc.nat(60))), { numRuns: LIVES, seed: 5 })
  .map(([life, received, days]) => readTags(live(life), NOW + days * DAY, { names: NAMES, population: LEARNED, received }));

const familyOf = ({ key }: Tag): string => key.split(':')[0];

describe('the catalogue of tags', () => {
  it('has 200 tags and more in seven dimensions, each said in words of its own', () => {
    expect(tagCatalogue.length).toBeGreaterThanOrEqual(200);
    expect(new Set(tagCatalogue.map(({ dimension }) => dimension))).toEqual(new Set(TAG_DIMENSIONS));
    for (const { key, unit, window, halfLifeHours, from, range, description } of tagCatalogue) {
      expect([key, from.length > 0, unit.length > 0, halfLifeHours !== null || window !== '', range[0] < range[1]]).toEqual([
        key,
        true,
        true,
        true,
        true,
      ]);
      expect(description).toMatch(/^[A-Z1].{20,}\.$/);
    }
  });

  it('keeps every value within its range and every confidence between 0 and 1', () => {
    const ranges = new Map(declaredTags.map(({ key, range }) => [key, range]));
    const outside = new Map<string, number>();
    for (const tag of crowd.flat()) {
      const [low, high] = ranges.get(familyOf(tag))!;
      const fits = tag.value >= low - 1e-5 && tag.value <= high + 1e-5 && Number.isFinite(tag.value);
      if (!fits || !(tag.confidence > 0 && tag.confidence < 1) || !(tag.updatedAt > 0)) outside.set(tag.key, tag.value);
    }
    expect([...outside]).toEqual([]);
  });

  it('has no tag that is dead: each takes several values', () => {
    const values = new Map(declaredTags.map(({ key }) => [key, new Set<number>()]));
    for (const tag of crowd.flat()) values.get(familyOf(tag))!.add(tag.value);
    expect([...values].flatMap(([key, { size }]) => (size < 2 ? [key] : []))).toEqual([]);
  });

  it('has no tag that is another in other words: no two go together, up or down, by more than 0.999', () => {
    const valuesByKey = crowd.map((tags) => new Map(tags.map(({ key, value }) => [key, value])));
    const columns = declaredTags.map(({ key }) => Float64Array.from(valuesByKey, (values) => values.get(key) ?? NaN));
    const copies: string[] = [];
    columns.forEach((a, i) => {
      for (let j = i + 1; j < columns.length; j++)
        if (Math.abs(correlation(a, columns[j])) > 0.999) copies.push(`${declaredTags[i].key} and ${declaredTags[j].key}`);
    });
    expect(copies).toEqual([]);
  });

  it('says nothing of someone never seen', () => {
    expect(readTags(emptyState(), NOW, { names: NAMES, population: LEARNED })).toEqual([]);
  });
});

/** Of the users who have both; 0 below 30 of them, and where one does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    n++;
    sumA += a[i];
    sumB += b[i];
    squaresA += a[i] ** 2;
    squaresB += b[i] ** 2;
    products += a[i] * b[i];
  }
  const [varianceA, varianceB] = [squaresA - sumA ** 2 / n, squaresB - sumB ** 2 / n];
  if (n < 30 || varianceA < 1e-9 * squaresA || varianceB < 1e-9 * squaresB) return 0;
  return (products - (sumA * sumB) / n) / Math.sqrt(varianceA * varianceB);
}
