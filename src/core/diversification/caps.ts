import { NumberTable } from '../candidates/number-table.js';
import { type SlateRule } from '../outcome.js';

/**
 * Rules that a slate keeps, the lightest first; the bit of a rule is 1, 2, 4 and so on, so that a set of rules is lighter than another when its number is
 * smaller. What cannot be kept is given up from the light end.
 */
export const RELAXATION_ORDER = [
  'CREATOR_CAP',
  'BRAND_CAP',
  'CATEGORY_CAP',
  'COMMERCIAL_SHARE',
  'FATIGUE',
] as const satisfies readonly SlateRule[];
export const EVERY_RULE = 2 ** RELAXATION_ORDER.length - 1;
const [CREATOR, BRAND, CATEGORY, COMMERCIAL, FATIGUE] = RELAXATION_ORDER.map((_, i) => 1 << i);

/** What the rules look at: columns of equal length. A name of 0 is unknown and counts for nothing. */
export interface SlateColumns {
  category: Int32Array;
  brand: Int32Array;
  creator: Int32Array;
  commercial: Uint8Array;
  fatigued: Uint8Array;
  /** Which of them are near-copies of each other, by a number of their own; left out where none are. */
  copies?: Int32Array;
}

export interface SlateLimits {
  /** The caps hold in every run of so many positions. */
  window: number;
  maxPerCategory: number;
  maxPerBrand: number;
  maxPerCreator: number;
  /** 0..1: share of every run of `window` positions, and of the page, that may be commercial. */
  commercialShareMax: number;
}

/** One cap: which group each candidate belongs to (-1 for none), and how many of a group a window holds. */
interface Cap {
  bit: number;
  most: number;
  groups: Int32Array;
  groupsBefore: Int32Array;
  /** How many of each group stand in the `window - 1` positions before the next one. */
  inWindow: Int32Array;
}

const DUST = 1e-9;

/** Counts what a slate under construction holds, and says which rules one more candidate would break. */
export class Caps {
  private readonly caps: Cap[] = [];
  private readonly placed: number[] = [];
  private commercialPlaced = 0;
  private readonly commercialOnPage: number;
  private readonly before: number;

  /**
   * @param columns   of the candidates, [n]
   * @param before    of the items in front of the first position, in order; only the last `window - 1` matter
   * @param positions how many will be placed
   */
  constructor(
    readonly columns: SlateColumns,
    before: SlateColumns,
    private readonly limits: SlateLimits,
    private readonly positions: number,
  ) {
    const { window, maxPerCategory, maxPerBrand, maxPerCreator, commercialShareMax } = limits;
    this.before = before.category.length;
    this.addCap(CREATOR, maxPerCreator, columns.creator, before.creator);
    this.addCap(BRAND, maxPerBrand, columns.brand, before.brand);
    this.addCap(CATEGORY, maxPerCategory, columns.category, before.category);
    // Near-copies count as one item, of which a window holds one, whatever the cap of their category.
    if (columns.copies && before.copies) this.addCap(CATEGORY, 1, columns.copies, before.copies);
    if (commercialShareMax < 1)
      this.addCap(COMMERCIAL, Math.floor(commercialShareMax * window + DUST), columns.commercial, before.commercial);
    this.commercialOnPage = commercialShareMax < 1 ? Math.floor(commercialShareMax * positions + DUST) : Infinity;
  }

  /** Rules that a candidate would break at the next position, as bits; 0 when it may stand there. */
  broken(candidate: number): number {
    let bits = this.columns.fatigued[candidate] === 1 ? FATIGUE : 0;
    if (this.columns.commercial[candidate] === 1 && this.commercialPlaced >= this.commercialOnPage) bits |= COMMERCIAL;
    for (const { bit, most, groups, inWindow } of this.caps) {
      const group = groups[candidate];
      if (group >= 0 && inWindow[group] >= most) bits |= bit;
    }
    return bits;
  }

  place(candidate: number): void {
    this.placed.push(candidate);
    this.commercialPlaced += this.columns.commercial[candidate];
    this.moveWindows(1);
  }

  /** Take back the last candidate placed. */
  unplace(): void {
    this.moveWindows(-1);
    this.commercialPlaced -= this.columns.commercial[this.placed.pop()!];
  }

  clear(): void {
    while (this.placed.length > 0) this.unplace();
  }

  /** Whether, by a count of every group alone, the rules left may fill the positions; false is certain, true is not. */
  mayFill(givenUp: number): boolean {
    const { commercial, fatigued } = this.columns;
    const n = commercial.length;
    if ((givenUp & FATIGUE) === 0 && n - flagged(fatigued) < this.positions) return false;
    if ((givenUp & COMMERCIAL) === 0 && n - flagged(commercial) + this.commercialOnPage < this.positions) return false;
    return this.caps.every((cap) => (givenUp & cap.bit) !== 0 || this.roomUnder(cap) >= this.positions);
  }

  /** Candidates with the same number are alike to every rule. */
  shapes(): Int32Array {
    const shapeByKey = new Map<string, number>();
    return Int32Array.from(this.columns.commercial, (commercial, candidate) => {
      const key = `${this.caps.map(({ groups }) => groups[candidate]).join()} ${commercial} ${this.columns.fatigued[candidate]}`;
      if (!shapeByKey.has(key)) shapeByKey.set(key, shapeByKey.size);
      return shapeByKey.get(key)!;
    });
  }

  private addCap(bit: number, most: number, names: ArrayLike<number>, before: ArrayLike<number>): void {
    const { window } = this.limits;
    if (most >= window) return;
    const groups = new Int32Array(names.length);
    const groupsBefore = new Int32Array(before.length);
    NUMBERING.clear();
    const found = numberGroups(before, groupsBefore, numberGroups(names, groups, 0));
    const inWindow = new Int32Array(found);
    for (let i = Math.max(0, this.before - window + 1); i < this.before; i++) if (groupsBefore[i] >= 0) inWindow[groupsBefore[i]]++;
    this.caps.push({ bit, most, groups, groupsBefore, inWindow });
  }

  /** How many candidates a cap lets onto the page at the very most. */
  private roomUnder({ most, groups, inWindow }: Cap): number {
    const { window } = this.limits;
    const ofOneGroup = Math.floor(this.positions / window) * most + Math.min(most, this.positions % window);
    const sizes = new Int32Array(inWindow.length);
    let room = 0;
    for (const group of groups) if (group < 0 || sizes[group]++ < ofOneGroup) room++;
    return room;
  }

  /** Let the last one placed into every window (1), or out again (-1), against the one that is a window before it. */
  private moveWindows(by: 1 | -1): void {
    const last = this.placed.length - 1;
    const leaving = last - this.limits.window + 1;
    for (const { groups, groupsBefore, inWindow } of this.caps) {
      const entering = groups[this.placed[last]];
      const left = leaving >= 0 ? groups[this.placed[leaving]] : (groupsBefore[this.before + leaving] ?? -1);
      if (entering >= 0) inWindow[entering] += by;
      if (left >= 0) inWindow[left] -= by;
    }
  }
}

function flagged(column: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < column.length; i++) count += column[i];
  return count;
}

/** Of one cap, while it is made. */
const NUMBERING = new NumberTable(512);

/** Number the names as they come, -1 for the unknown one; how many there are by now. */
function numberGroups(names: ArrayLike<number>, groups: Int32Array, found: number): number {
  for (let i = 0; i < names.length; i++) {
    groups[i] = names[i] === 0 ? -1 : NUMBERING.get(names[i], found);
    if (groups[i] === found) NUMBERING.set(names[i], found++);
  }
  return found;
}
