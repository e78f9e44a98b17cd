import { type Catalogue, MAX_DEPTH } from '../../candidates/catalogue.js';

/** The effective number of categories in a generic feed that the index is measured at. */
const WANTED = 30;

/**
 * Gathers narrowest categories into those that stand at one level of the tree; a path that ends above the level counts by its end. A name is looked up once,
 * until the items under it change.
 *
 * @param level 0 for the broadest
 * @returns     the category at the level, by number, of a category
 */
export function categoryGroups(catalogue: Catalogue, level: number): (category: number) => number {
  const known = new Map<number, { group: number; version: number }>();
  const postings = catalogue.itemsOf.category;
  return (category) => {
    const version = postings.versionOf(category);
    const entry = known.get(category);
    if (entry?.version === version) return entry.group;
    const first = postings.of(category)[0] as number | undefined;
    const path = first === undefined ? [] : catalogue.categoriesOf(first);
    const group = path[Math.min(level, path.indexOf(category))] ?? category;
    known.set(category, { group, version });
    return group;
  };
}

/**
 * How many equally common names would be as varied as these: `1 / sum of squared shares`.
 *
 * @returns 1 or more; 0 for no names
 */
export function effectiveNumber(names: Iterable<number>): number {
  const counts = new Map<number, number>();
  let total = 0;
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    total++;
  }
  let squares = 0;
  for (const count of counts.values()) squares += (count / total) ** 2;
  return total === 0 ? 0 : 1 / squares;
}

/**
 * The level of the tree whose effective number of categories among some items is nearest 30; of two as near, the broader.
 *
 * @returns 0, the broadest, to MAX_DEPTH - 1
 */
export function chooseLevel(paths: readonly (readonly number[])[]): number {
  let best = 0;
  let distance = Infinity;
  for (let level = 0; level < MAX_DEPTH; level++) {
    const here = Math.abs(WANTED - effectiveNumber(paths.map((path) => path[Math.min(level, path.length - 1)])));
    if (here < distance) [best, distance] = [level, here];
  }
  return best;
}
