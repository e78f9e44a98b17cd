import { type SlateColumns, type SlateLimits } from './caps.js';

/** A page before chance has its part. */
export interface PageSoFar {
  /** [positions] candidates in the order of positions. */
  base: Uint32Array;
  /** Of all candidates, by name. */
  columns: SlateColumns;
  /** Of what stands in front of the first position, in order. */
  before: SlateColumns;
  limits: SlateLimits;
}

interface Cap {
  most: number;
  names: ArrayLike<number>;
  before: ArrayLike<number>;
}

const DUST = 1e-9;

/**
 * Says which explorers may get which slot. Putting something in never brings others of a group closer together, so only what is put in can break a cap; and a
 * slot counts for every group that any of its explorers has, so whatever the slots draw, the caps hold.
 */
export class ExplorerCaps {
  private readonly caps: Cap[];

  constructor(
    private readonly page: PageSoFar,
    private readonly explorers: Uint32Array,
  ) {
    const { columns, before, limits } = page;
    const all: [most: number, key: 'category' | 'brand' | 'creator' | 'commercial'][] = [
      [limits.maxPerCategory, 'category'],
      [limits.maxPerBrand, 'brand'],
      [limits.maxPerCreator, 'creator'],
      [limits.commercialShareMax < 1 ? Math.floor(limits.commercialShareMax * limits.window + DUST) : limits.window, 'commercial'],
    ];
    this.caps = all.flatMap(([most, key]) => (most < limits.window ? [{ most, names: columns[key], before: before[key] }] : []));
  }

  /**
   * Places in `explorers` of those that each slot may draw from.
   *
   * @param positions of the slots that are open, rising
   * @returns         the explorers are dealt to the slots in turn, so no explorer is in two lists
   */
  eligible(positions: readonly number[]): number[][] {
    const dealt = positions.map((_, slot) => placesOf(slot, positions.length, this.explorers.length));
    const sequence = this.sequenceWith(positions);
    const { columns, limits, base } = this.page;
    const mayBePaid = dealt.filter((places) => places.some((place) => columns.commercial[this.explorers[place]] === 1)).length;
    const paid = base.reduce((sum, candidate) => sum + columns.commercial[candidate], mayBePaid);
    const hasRoomForPaid = limits.commercialShareMax >= 1 || paid <= Math.floor(limits.commercialShareMax * base.length + DUST);
    const groups = this.caps.map(({ names }) => dealt.map((places) => new Set(places.map((place) => names[this.explorers[place]]))));
    return dealt.map((places, slot) =>
      places.filter((place) => {
        const explorer = this.explorers[place];
        if (columns.fatigued[explorer] === 1 || (columns.commercial[explorer] === 1 && !hasRoomForPaid)) return false;
        return this.caps.every((cap, i) => this.holds(cap, groups[i], sequence, positions[slot], explorer));
      }),
    );
  }

  /** What stands at each position: a candidate, or the complement of the number of a slot. */
  private sequenceWith(positions: readonly number[]): Int32Array {
    const { base } = this.page;
    const sequence = new Int32Array(base.length);
    for (let position = 0, slot = 0; position < base.length; position++) {
      if (positions[slot] === position) sequence[position] = ~slot++;
      else sequence[position] = base[position - slot];
    }
    return sequence;
  }

  /** Whether no run of `window` positions around a slot would hold more of the explorer's group than it may. */
  private holds(
    { most, names, before }: Cap,
    groups: readonly ReadonlySet<number>[],
    sequence: Int32Array,
    position: number,
    explorer: number,
  ): boolean {
    const group = names[explorer];
    if (group === 0) return true;
    const { window } = this.page.limits;
    const isOf = (place: number): boolean => {
      if (place === position) return true;
      if (place < 0) return before[before.length + place] === group;
      if (place >= sequence.length) return false;
      return sequence[place] >= 0 ? names[sequence[place]] === group : groups[~sequence[place]].has(group);
    };
    let inRun = 0;
    for (let place = position - window + 1; place < position + window; place++) {
      if (isOf(place)) inRun++;
      if (place > position && isOf(place - window)) inRun--;
      if (place >= position && inRun > most) return false;
    }
    return true;
  }
}

/** Every `slots`-th place, from that of the slot on. */
function placesOf(slot: number, slots: number, places: number): number[] {
  const found: number[] = [];
  for (let place = slot; place < places; place += slots) found.push(place);
  return found;
}
