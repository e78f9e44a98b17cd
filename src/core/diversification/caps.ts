import { NumberTable } from '../candidates/number-table.js';
import { RELAXATION_ORDER, type MixFloor, type SlateColumns, type SlateLimits } from './slate-rules.js';

export { RELAXATION_ORDER, type MixFloor, type SlateColumns, type SlateLimits } from './slate-rules.js';

const [STYLE, NEW_ITEM, SMALL_CREATOR, CREATOR, BRAND, CATEGORY, COMMERCIAL, FATIGUE] = RELAXATION_ORDER.map((_, i) => 1 << i);

/** One cap: which group each candidate belongs to (-1 for none), and how many of a group a window holds. */
interface Cap {
  bit: number;
  most: number;
  groups: Int32Array;
  groupsBefore: Int32Array;
  /** How many of each group stand in the `window - 1` positions before the next one. */
  inWindow: Int32Array;
}

/** So many of what is flagged stand in the first positions of the page at most. */
interface PageCap {
  bit: number;
  most: number;
  within: number;
  flags: Uint8Array;
  placed: number;
}

/** A share asked for, as caps on what does not count towards it. */
export interface Floor {
  bit: number;
  /** [candidates] 1 for what does not count towards it. */
  flags: Uint8Array;
  cap: Cap | undefined;
  onPage: PageCap | undefined;
}

const DUST = 1e-9;

/** Counts what a slate under construction holds, and says which rules one more candidate would break. */
export class Caps {
  private readonly caps: Cap[] = [];
  private readonly placed: number[] = [];
  private readonly pageCaps: PageCap[] = [];
  private readonly before: number;
  /** Rules that could be broken at all, as bits. */
  readonly inForce: number;
  private readonly floors: Floor[] = [];

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
    if (commercialShareMax < 1) {
      this.addCap(COMMERCIAL, Math.floor(commercialShareMax * window + DUST), columns.commercial, before.commercial);
      this.addPageCap(COMMERCIAL, Math.floor(commercialShareMax * positions + DUST), positions, columns.commercial);
    }
    this.addFloor(NEW_ITEM, limits.newItems, columns.newItem, before.newItem);
    this.addFloor(SMALL_CREATOR, limits.smallCreators, columns.smallCreator, before.smallCreator);
    limits.styles?.forEach((most, style) => {
      if (columns.style && before.style) this.addCap(STYLE, most, only(columns.style, style + 1), only(before.style, style + 1));
    });
    const bits = [...this.caps, ...this.pageCaps].reduce((all, { bit }) => all | bit, 0);
    this.inForce = columns.fatigued.includes(1) ? bits | FATIGUE : bits;
  }

  /** Rules that a candidate would break at the next position, as bits; 0 when it may stand there. */
  broken(candidate: number): number {
    let bits = this.columns.fatigued[candidate] === 1 ? FATIGUE : 0;
    const position = this.placed.length;
    for (const { bit, most, within, flags, placed } of this.pageCaps)
      if (placed >= most && position < within && flags[candidate] === 1) bits |= bit;
    for (const { bit, most, groups, inWindow } of this.caps) {
      const group = groups[candidate];
      if (group >= 0 && inWindow[group] >= most) bits |= bit;
    }
    return bits;
  }

  /** Whether a share is asked for. */
  get hasFloors(): boolean {
    return this.floors.length > 0;
  }

  /**
   * How many of the shares that are not given up, and are not yet reached in the window under way or on the page, a candidate would not help: putting the
   * fewest first reaches every share before anything else is placed.
   */
  unhelped(candidate: number, givenUp: number): number {
    let count = 0;
    for (const floor of this.floors) if ((givenUp & floor.bit) === 0 && floor.flags[candidate] === 1 && this.isOpen(floor)) count++;
    return count;
  }

  /**
   * Of two shares that both still need something, the one that has to have the next position so that there is room for the other behind it; null where either
   * can wait. It is the one that may wait less, and it is due once the other could not wait for all that it needs.
   */
  urgent(givenUp: number): Floor | null {
    if (this.floors.length < 2) return null;
    const [a, b] = this.floors;
    if (((a.bit | b.bit) & givenUp) !== 0) return null;
    const [needA, needB] = [this.needOf(a), this.needOf(b)];
    if (!needA || !needB) return null;
    const [first, missing, wait] = needA.slack <= needB.slack ? [a, needA.missing, needB.slack] : [b, needB.missing, needA.slack];
    return wait <= missing ? first : null;
  }

  place(candidate: number): void {
    this.placed.push(candidate);
    for (const cap of this.pageCaps) cap.placed += this.placed.length <= cap.within ? cap.flags[candidate] : 0;
    this.moveWindows(1);
  }

  /** Take back the last candidate placed. */
  unplace(): void {
    this.moveWindows(-1);
    const within = this.placed.length;
    const candidate = this.placed.pop()!;
    for (const cap of this.pageCaps) cap.placed -= within <= cap.within ? cap.flags[candidate] : 0;
  }

  clear(): void {
    while (this.placed.length > 0) this.unplace();
  }

  /** Whether, by a count of every group alone, the rules left may fill the positions; false is certain, true is not. */
  mayFill(givenUp: number): boolean {
    const { fatigued } = this.columns;
    const n = fatigued.length;
    if ((givenUp & FATIGUE) === 0 && n - flagged(fatigued) < this.positions) return false;
    const fits = ({ bit, most, within, flags }: PageCap): boolean => (givenUp & bit) !== 0 || n - flagged(flags) + most >= within;
    return this.pageCaps.every(fits) && this.caps.every((cap) => (givenUp & cap.bit) !== 0 || this.roomUnder(cap) >= this.positions);
  }

  /** Candidates with the same number are alike to every rule. */
  shapes(): Int32Array {
    const shapeByKey = new Map<string, number>();
    return Int32Array.from(this.columns.fatigued, (fatigued, candidate) => {
      const flags = this.pageCaps.map((cap) => cap.flags[candidate]).join('');
      const key = `${this.caps.map(({ groups }) => groups[candidate]).join()} ${flags} ${fatigued}`;
      if (!shapeByKey.has(key)) shapeByKey.set(key, shapeByKey.size);
      return shapeByKey.get(key)!;
    });
  }

  /** That there is enough of something is a cap on all else. */
  private addFloor(bit: number, floor: MixFloor | undefined, inside: Uint8Array | undefined, before: Uint8Array | undefined): void {
    if (!floor || !inside || !before) return;
    const flags = inside.map((flag) => 1 - flag);
    const cap = this.addCap(bit, this.limits.window - floor.inWindow, flags, before.map((flag) => 1 - flag)); // prettier-ignore
    const within = Math.min(floor.within, this.positions);
    const onPage = floor.onPage > 0 ? this.addPageCap(bit, Math.max(0, within - floor.onPage), within, flags) : undefined;
    if (cap || onPage) this.floors.push({ bit, flags, cap, onPage });
  }

  /** Whether a share still needs something in the window under way, or on the page by the end of that window, at an even pace. */
  private isOpen({ cap, onPage }: Floor): boolean {
    if (this.missingInWindow(cap) > 0) return true;
    const position = this.placed.length;
    if (!onPage || position >= onPage.within) return false;
    const { within, most, placed } = onPage;
    return position - placed < ((within - most) * Math.min(within, position + this.limits.window)) / within - DUST;
  }
  /** How much a share still needs and how many positions may go to other things before, where that is least; null where it needs nothing. */
  private needOf({ cap, onPage }: Floor): { missing: number; slack: number } | null {
    const inWindow = this.missingInWindow(cap);
    const ofPage = onPage ? onPage.within - onPage.most - (this.placed.length - onPage.placed) : 0;
    const isOnPage = onPage !== undefined && this.placed.length < onPage.within && ofPage > 0;
    const windowSlack = cap && inWindow > 0 ? cap.most - (cap.inWindow[0] ?? 0) : Infinity;
    const pageSlack = isOnPage ? onPage.most - onPage.placed : Infinity;
    if (windowSlack === Infinity && pageSlack === Infinity) return null;
    return windowSlack <= pageSlack ? { missing: inWindow, slack: windowSlack } : { missing: ofPage, slack: pageSlack };
  }
  private missingInWindow(cap: Cap | undefined): number {
    if (!cap) return 0;
    const standing = Math.min(this.limits.window - 1, this.placed.length + this.before);
    return this.limits.window - cap.most - (standing - (cap.inWindow[0] ?? 0));
  }

  private addPageCap(bit: number, most: number, within: number, flags: Uint8Array): PageCap {
    const cap = { bit, most, within, flags, placed: 0 };
    this.pageCaps.push(cap);
    return cap;
  }

  private addCap(bit: number, most: number, names: ArrayLike<number>, before: ArrayLike<number>): Cap | undefined {
    const { window } = this.limits;
    if (most >= window) return undefined;
    const groups = new Int32Array(names.length);
    const groupsBefore = new Int32Array(before.length);
    NUMBERING.clear();
    const found = numberGroups(before, groupsBefore, numberGroups(names, groups, 0));
    const inWindow = new Int32Array(found);
    for (let i = Math.max(0, this.before - window + 1); i < this.before; i++) if (groupsBefore[i] >= 0) inWindow[groupsBefore[i]]++;
    const cap = { bit, most, groups, groupsBefore, inWindow };
    this.caps.push(cap);
    return cap;
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

/** 1 for one style, 0 for all else. */
const only = (styles: Uint8Array, style: number): Uint8Array => styles.map((each) => Number(each === style));

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
