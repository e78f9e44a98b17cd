import { type Scale, standardised } from './standardised.js';

/** What a trait is called where a group has much, or little, of it. */
export interface TraitWords {
  key: string;
  much: string;
  little: string;
}

export interface Segment {
  /** Stays with the group over every new clustering that finds it again. */
  id: string;
  name: string;
  /** In deviations from the mean of everyone, by trait. */
  centroid: readonly number[];
  /** How many of the users clustered are nearest to it. */
  users: number;
}

/** Groups of users who are alike, and the scale on which they are. */
export interface Segmentation {
  traits: readonly string[];
  scale: Scale;
  segments: readonly Segment[];
  /** Number of the next id. */
  nextId: number;
}

/** A group that moved further than this, in deviations, is another one. */
const FURTHEST_MOVE = 2;
const WORDS = 2;
const REMARKABLE = 0.3;

const squaredDistance = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

/** The group whose centroid is nearest; null where there is none, or the traits are not those that were clustered. Of equally near ones the first. */
export function segmentOf(traits: readonly number[], keys: readonly string[], segmentation: Segmentation): Segment | null {
  if (segmentation.traits.join() !== keys.join()) return null;
  const place = standardised(traits, segmentation.scale);
  let nearest: Segment | null = null;
  let least = Infinity;
  for (const segment of segmentation.segments) {
    const distance = squaredDistance(place, segment.centroid);
    if (distance < least) [nearest, least] = [segment, distance];
  }
  return nearest;
}

/** Traits by how far a group is from everyone, the most remarkable first. */
function ranked(centroid: readonly number[], words: readonly TraitWords[]): string[] {
  const all = centroid.map((z, i) => ({ z, i })).sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || a.i - b.i);
  const remarkable = all.filter(({ z }) => Math.abs(z) >= REMARKABLE);
  return remarkable.map(({ z, i }) => (z > 0 ? words[i].much : words[i].little));
}

/**
 * Names for groups from what sets each apart: its two most remarkable traits, further ones where two groups would be called the same, a number where
 * words run out. A group like everyone is called average.
 */
export function nameSegments(centroids: readonly (readonly number[])[], words: readonly TraitWords[]): string[] {
  const names: string[] = [];
  for (const centroid of centroids) {
    const said = ranked(centroid, words);
    let count = Math.min(WORDS, said.length);
    const name = (): string => said.slice(0, count).join(', ') || 'average';
    while (names.includes(name()) && count < said.length) count++;
    let full = name();
    for (let no = 2; names.includes(full); no++) full = `${name()} ${no}`;
    names.push(full);
  }
  return names;
}

/** For every new centroid the earlier one it goes on, nearest pairs first, each once; null for one that is new. */
export function matchCentroids(before: readonly (readonly number[])[], after: readonly (readonly number[])[]): (number | null)[] {
  const pairs = after.flatMap((centroid, to) =>
    before.map((earlier, from) => ({ from, to, distance: Math.sqrt(squaredDistance(centroid, earlier)) })),
  );
  pairs.sort((a, b) => a.distance - b.distance || a.from - b.from || a.to - b.to);
  const matched = after.map((): number | null => null);
  const taken = new Set<number>();
  for (const { from, to, distance } of pairs) {
    if (distance > FURTHEST_MOVE || matched[to] !== null || taken.has(from)) continue;
    matched[to] = from;
    taken.add(from);
  }
  return matched;
}

/** What was clustered anew. */
export interface Clustering {
  scale: Scale;
  centroids: readonly (readonly number[])[];
  sizes: readonly number[];
}

/** Make groups of clusters: named, and with the ids that the same groups had before. Empty clusters are left out. */
export function segmentationOf(
  { scale, centroids, sizes }: Clustering,
  words: readonly TraitWords[],
  before: Segmentation | null,
): Segmentation {
  const traits = words.map(({ key }) => key);
  const filled = centroids.map((centroid, i) => ({ centroid, users: sizes[i] })).filter(({ users }) => users > 0);
  const known = before && before.traits.join() === traits.join() ? before : null;
  // Earlier centroids as they stand on the scale of today.
  const earlier = (known?.segments ?? []).map(({ centroid }) =>
    standardised(centroid.map((z, i) => z * known!.scale.deviations[i] + known!.scale.means[i]), scale),
  ); // prettier-ignore
  const matched = matchCentroids(earlier, filled.map(({ centroid }) => centroid)); // prettier-ignore
  const names = nameSegments(filled.map(({ centroid }) => centroid), words); // prettier-ignore
  let nextId = before?.nextId ?? 1;
  const segments = filled.map(({ centroid, users }, i): Segment => {
    const from = matched[i];
    return { id: from === null ? `segment-${nextId++}` : known!.segments[from].id, name: names[i], centroid, users };
  });
  return { traits, scale, segments, nextId };
}
