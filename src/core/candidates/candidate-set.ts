import { KNOWN } from './catalogue.js';
import { NumberTable } from './number-table.js';
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
  private readonly rowByItem: NumberTable;
  /** The caller is told what became of each candidate that he brought. */
  private readonly isOurChoice: boolean;

  /** Room for the sources; beyond it there is room for what fills up a short page. */
  readonly room: number;
  private keptFree = 0;

  constructor(private readonly signals: Signals) {
    this.room = Math.max(signals.maxCandidates ?? MAX_CANDIDATES, signals.request.candidates?.itemNos.length ?? 0);
    const capacity = this.room + signals.request.first + LOOK_AHEAD;
    this.itemNos = new Uint32Array(capacity);
    this.bits = new Uint16Array(capacity);
    this.rowByItem = new NumberTable(capacity);
    this.isOurChoice = signals.request.candidates === null;
  }

  keepFree(places: number): void {
    this.keptFree = places;
  }

  add(itemNo: number, source: CandidateSource): OfferAnswer {
    let row = this.rowByItem.get(itemNo, -1);
    if (row < 0) {
      if (this.isOutOfQuestion(itemNo)) return 'SKIPPED';
      if (this.size >= this.room - this.keptFree) return 'FULL';
      row = this.enter(itemNo);
    }
    if ((this.bits[row] & sourceBit(source)) !== 0) return 'SKIPPED';
    this.bits[row] |= sourceBit(source);
    return 'TAKEN';
  }

  /** Take in an item to fill up a short page, at most `first` plus the look-ahead of them. */
  fillUpWith(itemNo: number, source: CandidateSource): void {
    const row = this.rowByItem.get(itemNo, -1);
    this.bits[row < 0 ? this.enter(itemNo) : row] |= sourceBit(source);
  }

  /** Provenance bits of an item, 0 for one that nobody proposed. */
  sourcesOf(itemNo: number): number {
    const row = this.rowByItem.get(itemNo, -1);
    return row < 0 ? 0 : this.bits[row];
  }

  private enter(itemNo: number): number {
    if (this.size === this.itemNos.length) throw new RangeError(`there is room for ${this.size} candidates`);
    this.rowByItem.set(itemNo, this.size);
    this.itemNos[this.size] = itemNo;
    return this.size++;
  }

  /** What no source has to spend its quota on: filters would remove it for certain. */
  private isOutOfQuestion(itemNo: number): boolean {
    const { shop, placedBefore, shownOnPage, passesCaller } = this.signals;
    if ((shop.catalogue.flags[itemNo] & KNOWN) === 0 || placedBefore.has(itemNo)) return true;
    return (this.isOurChoice && shownOnPage.has(itemNo)) || (passesCaller !== null && !passesCaller(itemNo));
  }
}
