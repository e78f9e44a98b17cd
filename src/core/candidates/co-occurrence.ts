import { type Neighbours } from './neighbours.js';
import { largestPlaces } from './selection.js';

/** Who had to do with what: columns of equal length, one row per event. */
export interface Incidence {
  /** Number of the user or basket, from 0. */
  groups: Uint32Array;
  /** Item number, from 0. */
  items: Uint32Array;
  /** Epoch ms. */
  at: Float64Array;
}

/** Members of every row one after the other: those of row `no` stand at `offsets[no]` to `offsets[no + 1]`. */
export interface Rows {
  offsets: Uint32Array;
  members: Uint32Array;
}

/** Some milliseconds of work. */
const ADDITIONS_A_STEP = 50_000;
/** What is taken off a number of groups in common before it counts as more than chance. */
const CHANCE = 0.5;

/**
 * For every item the items that share most groups with it: number of groups in common over the root of the product of both counts plus `shrinkage`. Time is the sum of squares of
 * the group sizes, at most `mostOfOne` a group; memory is that of the table and a few columns. Pauses every few milliseconds.
 */
export function* coOccurrence(
  incidence: Incidence,
  {
    itemCount,
    builtAt,
    most,
    mostOfOne,
    shrinkage,
    minLift = 0,
  }: { itemCount: number; builtAt: number; most: number; mostOfOne: number; shrinkage: number; minLift?: number },
): Generator<void, Neighbours> {
  const itemsOf = distinctLatest(incidence, itemCount, mostOfOne);
  yield;
  const groupsOf = transposed(itemsOf, itemCount);
  yield;
  const table = new NeighbourRows(itemCount, most);
  const shared = new Shared(groupsOf, itemsOf, shrinkage, minLift);
  let additions = 0;
  for (let item = 0; item < itemCount; item++) {
    additions += shared.countFor(item);
    table.add(shared.others, shared.strengths, shared.size);
    if (additions < ADDITIONS_A_STEP) continue;
    additions = 0;
    yield;
  }
  return { builtAt, ...table.finish() };
}

const highest = (numbers: Uint32Array): number => numbers.reduce((most, number) => Math.max(most, number), -1);

/** The distinct items of every group, the latest of them where it has more than `most`; of equal times the lower item. */
export function distinctLatest({ groups, items, at }: Incidence, itemCount: number, most: number): Rows {
  const rows = sortedRows(groups, highest(groups) + 1);
  const offsets = new Uint32Array(rows.offsets.length);
  const members = new Uint32Array(items.length);
  const seenIn = new Int32Array(itemCount).fill(-1);
  let end = 0;
  for (let group = 0; group + 1 < offsets.length; group++) {
    const events = rows.members.subarray(rows.offsets[group], rows.offsets[group + 1]);
    events.sort((a, b) => at[b] - at[a] || items[a] - items[b]);
    const start = end;
    for (const event of events) {
      if (seenIn[items[event]] === group) continue;
      if (end - start === most) break;
      seenIn[items[event]] = group;
      members[end++] = items[event];
    }
    offsets[group + 1] = end;
  }
  return { offsets, members: members.slice(0, end) };
}

/** Indices by the row they belong to, by counting. */
function sortedRows(rowOf: Uint32Array, rowCount: number): Rows {
  const offsets = new Uint32Array(rowCount + 1);
  for (const row of rowOf) offsets[row + 1]++;
  for (let row = 0; row < rowCount; row++) offsets[row + 1] += offsets[row];
  const next = offsets.slice();
  const members = new Uint32Array(rowOf.length);
  for (let i = 0; i < rowOf.length; i++) members[next[rowOf[i]]++] = i;
  return { offsets, members };
}

/** The groups of every item, from the items of every group. */
export function transposed({ offsets, members }: Rows, itemCount: number): Rows {
  const groupOf = new Uint32Array(members.length);
  for (let group = 0; group + 1 < offsets.length; group++) groupOf.fill(group, offsets[group], offsets[group + 1]);
  const places = sortedRows(members, itemCount);
  return { offsets: places.offsets, members: places.members.map((place) => groupOf[place]) };
}

/** What one item shares with the others; made once, counted for one item after the other. */
class Shared {
  /** [size] the items that share a group with it */
  readonly others: Uint32Array;
  /** [size] shrunk cosine with each of them */
  readonly strengths: Float64Array;
  size = 0;
  private readonly counts: Uint32Array;
  private readonly groupCount: number;
  /** Root of the number of an item's groups. */
  private readonly roots: Float64Array;

  constructor(
    private readonly groupsOf: Rows,
    private readonly itemsOf: Rows,
    private readonly shrinkage: number,
    private readonly minLift: number,
  ) {
    const itemCount = groupsOf.offsets.length - 1;
    this.groupCount = itemsOf.offsets.length - 1;
    this.others = new Uint32Array(itemCount);
    this.strengths = new Float64Array(itemCount);
    this.counts = new Uint32Array(itemCount);
    this.roots = Float64Array.from(this.others, (_, item) => Math.sqrt(groupsOf.offsets[item + 1] - groupsOf.offsets[item]));
  }

  /** Count for an item; the number of additions that took. */
  countFor(item: number): number {
    const { groupsOf, itemsOf, others, counts, roots, shrinkage } = this;
    let additions = 0;
    this.size = 0;
    for (let g = groupsOf.offsets[item]; g < groupsOf.offsets[item + 1]; g++) {
      const group = groupsOf.members[g];
      const end = itemsOf.offsets[group + 1];
      additions += end - itemsOf.offsets[group];
      for (let i = itemsOf.offsets[group]; i < end; i++) {
        const other = itemsOf.members[i];
        if (other !== item && counts[other]++ === 0) others[this.size++] = other;
      }
    }
    if (this.minLift > 0) this.keepLifted(item);
    for (let i = 0; i < this.size; i++) {
      const other = others[i];
      this.strengths[i] = Math.min(1, counts[other] / (roots[item] * roots[other] + shrinkage));
      counts[other] = 0;
    }
    return additions;
  }

  /** Leave out those that are no more often with an item than chance would bring them there: of each number in common half a group is put down to chance. */
  private keepLifted(item: number): void {
    const { others, counts, roots, groupCount, minLift } = this;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      const other = others[i];
      const lift = ((counts[other] - CHANCE) * groupCount) / (roots[item] * roots[other]) ** 2;
      if (lift > minLift) others[kept++] = other;
      else counts[other] = 0;
    }
    this.size = kept;
  }
}

/** A neighbour table while it grows row by row. */
export class NeighbourRows {
  private readonly offsets: Uint32Array;
  private items = new Uint32Array(1024);
  private weights = new Float32Array(1024);
  private row = 0;

  constructor(
    rows: number,
    private readonly most: number,
  ) {
    this.offsets = new Uint32Array(rows + 1);
  }

  add(nos: Uint32Array, values: Float64Array, count: number): void {
    const best = largestPlaces(nos, values, count, this.most);
    const start = this.offsets[this.row];
    if (start + best.length > this.items.length) this.grow(start + best.length);
    for (let i = 0; i < best.length; i++) {
      this.items[start + i] = nos[best[i]];
      this.weights[start + i] = values[best[i]];
    }
    this.offsets[++this.row] = start + best.length;
  }

  finish(): Omit<Neighbours, 'builtAt'> {
    const end = this.offsets[this.row];
    return { offsets: this.offsets, items: this.items.slice(0, end), weights: this.weights.slice(0, end) };
  }

  private grow(needed: number): void {
    const capacity = Math.max(needed, this.items.length * 2);
    const items = new Uint32Array(capacity);
    items.set(this.items);
    const weights = new Float32Array(capacity);
    weights.set(this.weights);
    this.items = items;
    this.weights = weights;
  }
}
