import { type OfferAnswer, type Union } from '../pipeline.js';
import { type Signals } from './signals.js';
import { type CandidateSource, sourceBit } from './sources.js';

/** How many candidates the sources may propose together, unless the caller brings his own. */
export const MAX_CANDIDATES = 500;
/** A page is chosen from so many more than it shows, where there are so many. */
export const LOOK_AHEAD = 100;

/** The union of what the sources propose: each item once, with a bit for every source that named it. */
export class CandidateSet implements Union {
  readonly itemNos: Uint32Array;
  size = 0;
  private readonly bits: Uint16Array;
  /** Hash table from item number plus one to its row. */
  private readonly keys: Int32Array;
  private readonly rows: Uint16Array;

  /** Room for the sources; beyond it there is room for what fills up a short page. */
  private readonly room: number;

  constructor(private readonly signals: Signals) {
    this.room = Math.max(MAX_CANDIDATES, signals.request.candidates?.itemNos.length ?? 0);
    const capacity = this.room + signals.request.first + LOOK_AHEAD;
    this.itemNos = new Uint32Array(capacity);
    this.bits = new Uint16Array(capacity);
    const slots = 2 ** Math.ceil(Math.log2(capacity * 4));
    this.keys = new Int32Array(slots);
    this.rows = new Uint16Array(slots);
  }

  add(itemNo: number, source: CandidateSource): OfferAnswer {
    const slot = this.slotOf(itemNo);
    if (this.keys[slot] === 0) {
      if (this.isOutOfQuestion(itemNo)) return 'SKIPPED';
      if (this.size >= this.room) return 'FULL';
      this.enter(itemNo, slot);
    }
    this.bits[this.rows[slot]] |= sourceBit(source);
    return 'TAKEN';
  }

  /** Take in an item to fill up a short page, at most `first` plus the look-ahead of them. */
  fillUpWith(itemNo: number, source: CandidateSource): void {
    const slot = this.slotOf(itemNo);
    if (this.keys[slot] === 0) this.enter(itemNo, slot);
    this.bits[this.rows[slot]] |= sourceBit(source);
  }

  private enter(itemNo: number, slot: number): void {
    if (this.size === this.itemNos.length) throw new RangeError(`there is room for ${this.size} candidates`);
    this.keys[slot] = itemNo + 1;
    this.rows[slot] = this.size;
    this.itemNos[this.size++] = itemNo;
  }

  has(itemNo: number): boolean {
    return this.keys[this.slotOf(itemNo)] !== 0;
  }

  /** Provenance bits of an item, 0 for one that nobody proposed. */
  sourcesOf(itemNo: number): number {
    const slot = this.slotOf(itemNo);
    return this.keys[slot] === 0 ? 0 : this.bits[this.rows[slot]];
  }

  /** What no source has to spend its quota on: filters would remove it for certain. */
  private isOutOfQuestion(itemNo: number): boolean {
    const { shop, placedBefore, passesCaller } = this.signals;
    return shop.catalogue.row(itemNo) === undefined || placedBefore.has(itemNo) || (passesCaller !== null && !passesCaller(itemNo));
  }

  private slotOf(itemNo: number): number {
    const mask = this.keys.length - 1;
    let slot = Math.imul(itemNo + 1, 0x9e3779b1) & mask;
    while (this.keys[slot] !== 0 && this.keys[slot] !== itemNo + 1) slot = (slot + 1) & mask;
    return slot;
  }
}
