const { imul } = Math;

/** 2: even to four decimals. 1: uneven, kept only to read what was assigned with it. */
export type HashVersion = 1 | 2;

/** FNV-1a over UTF-16 units, 32 bits, as a whole number from 0 to 4,294,967,295. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Place of a unit on the line from 0 to 1 that a seed lays out: the same in every process, language and database. The database's own is `experiment_place`.
 *
 * @param seed    what is decided: two seeds place the same unit independently
 * @param unit    a user
 * @param version of the hash
 * @returns 0 (included) to 1 (excluded), in steps of 0.0001 (version 2) or 0.001 (version 1); null for a version that there is not
 * @see the hashing of GrowthBook's SDKs, whose assignments it reproduces
 */
export function placeOf(seed: string, unit: string, version: number = 2): number | null {
  if (version === 2) return (fnv32a(`${fnv32a(seed + unit)}`) % 10_000) / 10_000;
  if (version === 1) return (fnv32a(unit + seed) % 1_000) / 1_000;
  return null;
}
