import { NumberTable } from '../candidates/number-table.js';
import { type SlateRule } from '../outcome.js';

/**
 * Rules that a slate keeps, the lightest first; the bit of a rule is 1, 2, 4 and so on, so that a set of rules is lighter than another when its number is
 * smaller. What cannot be kept is given up from the light end: all that asks for more of something goes before any cap, since a cap protects the user and a
 * share serves somebody else. Of the shares the one that only follows from taste goes first; what is new finds readers sooner than a small creator does.
 */
export const RELAXATION_ORDER = [
  'STYLE_MIX',
  'NEW_ITEM_SHARE',
  'SMALL_CREATOR_SHARE',
  'CREATOR_CAP',
  'BRAND_CAP',
  'CATEGORY_CAP',
  'COMMERCIAL_SHARE',
  'FATIGUE',
] as const satisfies readonly SlateRule[];
const [STYLE, NEW_ITEM, SMALL_CREATOR, CREATOR, BRAND, CATEGORY, COMMERCIAL, FATIGUE] = RELAXATION_ORDER.map((_, i) => 1 << i);

/** What the rules look at: columns of equal length. A name of 0 is unknown and counts for nothing. */
export interface SlateColumns {
  category: Int32Array;
  brand: Int32Array;
  creator: Int32Array;
  commercial: Uint8Array;
  fatigued: Uint8Array;
  /** Which of them are near-copies of each other, by a number of their own; left out where none are. */
  copies?: Int32Array;
  /** 1 for what counts towards a share; left out where the share asks for nothing. */
  newItem?: Uint8Array;
  smallCreator?: Uint8Array;
  /** Place of its style among the styles plus one, 0 for none; left out where the mix of styles does not matter. */
  style?: Uint8Array;
}

/** How much of something there has to be at least. */
export interface MixFloor {
  /** In every run of `window` positions. */
  inWindow: number;
  /** On the page. */
  onPage: number;
  /** So many positions at the start of the page have to hold what the page has to hold: what chance puts in moves the others off its end. */
  within: number;
}

export interface SlateLimits {
  /** The caps hold in every run of so many positions. */
  window: number;
  maxPerCategory: number;
  maxPerBrand: number;
  maxPerCreator: number;
  /** 0..1: share of every run of `window` positions, and of the page, that may be commercial. */
  commercialShareMax: number;
  /** Left out where nothing is asked for. */
  newItems?: MixFloor;
  smallCreators?: MixFloor;
  /** [styles] how many of each a window holds at most; left out where the mix of styles does not matter. */
  styles?: readonly number[];
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

/** So many of what is flagged stand in the first positions of the page at most. */
interface PageCap {
  bit: number;
  most: number;
  within: number;
  flags: Uint8Array;
  placed: number;
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
  /** Of each share asked for: what does not count towards it. */
  private readonly outside: { bit: number; flags: Uint8Array; cap: Cap | undefined; onPage: PageCap | undefined }[] = [];

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
    return this.outside.length > 0;
  }

  /**
   * How many of the shares that are not given up, and are not yet reached in the window under way or on the page, a candidate would not help: putting the
   * fewest first reaches every share before anything else is placed.
   */
  unhelped(candidate: number, givenUp: number): number {
    let count = 0;
    for (const { bit, flags, cap, onPage } of this.outside) {
      if ((givenUp & bit) !== 0 || flags[candidate] === 0) continue;
      if (this.isOpen(cap, onPage)) count++;
    }
    return count;
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
    if (cap || onPage) this.outside.push({ bit, flags, cap, onPage });
  }

  /** Whether a share still needs something in the window under way or on the page. */
  private isOpen(cap: Cap | undefined, onPage: PageCap | undefined): boolean {
    const position = this.placed.length;
    if (onPage && position < onPage.within && position - onPage.placed < onPage.within - onPage.most) return true;
    if (!cap) return false;
    const standing = Math.min(this.limits.window - 1, position + this.before);
    return standing - cap.inWindow[0] < this.limits.window - cap.most;
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
