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
  /** How many of each group stand in front of the page and on it. */
  standing: Map<number, number>;
}

/** Explorers dealt to so many slots. */
interface Deal {
  /** Places in `explorers` by slot. */
  places: number[][];
  /** By cap and slot: the groups that may come to stand there. */
  groups: ReadonlySet<number>[][];
  /** Slots to which something paid for may come. */
  paidSlots: number;
}

const DUST = 1e-9;

/**
 * Says which explorers may get which slot. Putting something in never brings others of a group closer together, so only what is put in can break a cap; and a
 * slot counts for every group that any of its explorers has, so whatever the slots draw, the caps hold.
 */
export class ExplorerCaps {
  private readonly caps: Cap[];
  private readonly deals = new Map<number, Deal>();

  constructor(
    private readonly page: PageSoFar,
    private readonly explorers: Uint32Array,
  ) {
    const { columns, before, limits } = page;
    const all: [most: number, key: 'category' | 'brand' | 'creator' | 'commercial' | 'copies'][] = [
      [limits.maxPerCategory, 'category'],
      [limits.maxPerBrand, 'brand'],
      [limits.maxPerCreator, 'creator'],
      [limits.commercialShareMax < 1 ? Math.floor(limits.commercialShareMax * limits.window + DUST) : limits.window, 'commercial'],
      [columns.copies ? 1 : limits.window, 'copies'],
    ];
    this.caps = all.flatMap(([most, key]) => {
      if (most >= limits.window) return [];
      const standing = new Map<number, number>();
      const [names, inFront] = [columns[key] ?? [], before[key] ?? []];
      for (const group of [...inFront, ...Array.from(page.base, (candidate) => names[candidate])])
        standing.set(group, (standing.get(group) ?? 0) + 1);
      return [{ most, names, before: inFront, standing }];
    });
  }

  /**
   * Places in `explorers` of those that each slot may draw from.
   *
   * @param positions of the slots that are open, rising
   * @returns         the explorers are dealt to the slots in turn, so no explorer is in two lists
   */
  eligible(positions: readonly number[]): number[][] {
    const deal = this.dealTo(positions.length);
    const sequence = this.sequenceWith(positions);
    const { columns, limits, base } = this.page;
    const paid = base.reduce((sum, candidate) => sum + columns.commercial[candidate], deal.paidSlots);
    const hasRoomForPaid = limits.commercialShareMax >= 1 || paid <= Math.floor(limits.commercialShareMax * base.length + DUST);
    return deal.places.map((places, slot) => {
      const verdicts = this.caps.map(() => new Map<number, boolean>());
      const holds = (cap: Cap, i: number, group: number): boolean => {
        const known = verdicts[i].get(group) ?? this.holds(cap, deal.groups[i], { sequence, position: positions[slot], group });
        verdicts[i].set(group, known);
        return known;
      };
      return places.filter((place) => {
        const explorer = this.explorers[place];
        if (columns.fatigued[explorer] === 1 || (columns.commercial[explorer] === 1 && !hasRoomForPaid)) return false;
        return this.caps.every((cap, i) => holds(cap, i, cap.names[explorer]));
      });
    });
  }

  private dealTo(slots: number): Deal {
    const known = this.deals.get(slots);
    if (known) return known;
    const places = Array.from({ length: slots }, (_, slot) => placesOf(slot, slots, this.explorers.length));
    const groups = this.caps.map(({ names }) => places.map((own) => new Set(own.map((place) => names[this.explorers[place]]))));
    const { commercial } = this.page.columns;
    const paidSlots = places.filter((own) => own.some((place) => commercial[this.explorers[place]] === 1)).length;
    const deal = { places, groups, paidSlots };
    this.deals.set(slots, deal);
    return deal;
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

  /** Whether no run of `window` positions around a slot would hold more of a group than it may, were one of it put in. */
  private holds(
    { most, names, before, standing }: Cap,
    groups: readonly ReadonlySet<number>[],
    { sequence, position, group }: { sequence: Int32Array; position: number; group: number },
  ): boolean {
    if (group === 0) return true;
    const comingIn = groups.reduce((sum, each) => sum + Number(each.has(group)), 0);
    if ((standing.get(group) ?? 0) + comingIn <= most) return true;
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
