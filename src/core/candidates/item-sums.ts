import { growFloat64, growInt32 } from './columns.js';
import { largest } from './selection.js';

const FIRST_CAPACITY = 2048;

/**
 * Sums of evidence per item: memory follows the items touched and not the size of the shop, and what is kept of them lies close together in the order in which
 * they were touched. Every item keeps what spoke strongest for it. Made once and cleared between requests.
 */
export class ItemSums {
  /** [2 * capacity] a hash table: the place of an item plus one, 0 where it is free. */
  private slots = new Int32Array(2 * FIRST_CAPACITY);
  private itemNos = new Int32Array(FIRST_CAPACITY);
  private sums = new Float64Array(FIRST_CAPACITY);
  private strongest = new Float64Array(FIRST_CAPACITY);
  private evidence = new Int32Array(FIRST_CAPACITY);
  private votes = new Int32Array(FIRST_CAPACITY);
  private touched = 0;

  clear(): void {
    if (this.touched > 0) this.slots.fill(0);
    this.touched = 0;
  }

  get size(): number {
    return this.touched;
  }

  /** Add a positive weight to an item; `evidence` names what speaks for it, 0 or more. */
  add(itemNo: number, weight: number, evidence: number): void {
    const slot = this.slotOf(itemNo);
    const place = this.slots[slot] === 0 ? this.enter(itemNo, slot) : this.slots[slot] - 1;
    this.sums[place] += weight;
    this.votes[place]++;
    if (weight <= this.strongest[place]) return;
    this.strongest[place] = weight;
    this.evidence[place] = evidence;
  }

  /** 0 for an item that nothing speaks for. */
  sumOf(itemNo: number): number {
    const place = this.placeOf(itemNo);
    return place < 0 ? 0 : this.sums[place];
  }

  /** Where an item is, for the look-ups below; -1 for one that nothing speaks for. */
  placeOf(itemNo: number): number {
    return this.touched === 0 ? -1 : this.slots[this.slotOf(itemNo)] - 1;
  }
  sumAt(place: number): number {
    return this.sums[place];
  }
  /** The largest weight added. */
  strongestAt(place: number): number {
    return this.strongest[place];
  }
  /** How many weights were added. */
  votesAt(place: number): number {
    return this.votes[place];
  }

  /** What spoke strongest for each of some items, the first of equals; -1 where nothing did. */
  evidenceOf(itemNos: Uint32Array): Int32Array {
    const found = new Int32Array(itemNos.length).fill(-1);
    for (let i = 0; i < itemNos.length && this.touched > 0; i++) {
      const place = this.placeOf(itemNos[i]);
      if (place >= 0) found[i] = this.evidence[place];
    }
    return found;
  }

  /** Call with every item and its sum, in the order in which they were touched. */
  forEach(visit: (itemNo: number, sum: number) => void): void {
    for (let place = 0; place < this.touched; place++) visit(this.itemNos[place], this.sums[place]);
  }

  /** The items with the `k` largest sums, best first; a tie goes to the lower number. */
  top(k: number): Uint32Array {
    return largest(this.itemNos, this.sums, this.touched, k);
  }

  /** The slot that an item has, or the free one that it would take; by the high bits of the product, as in `NumberTable`. */
  private slotOf(itemNo: number): number {
    const { slots, itemNos } = this;
    const mask = slots.length - 1;
    let slot = Math.imul(itemNo + 1, 0x9e3779b1) >>> Math.clz32(mask);
    while (slots[slot] !== 0 && itemNos[slots[slot] - 1] !== itemNo) slot = (slot + 1) & mask;
    return slot;
  }

  /** Take in an item at a free slot; the place it has from now on. */
  private enter(itemNo: number, slot: number): number {
    if (this.touched === this.itemNos.length) {
      this.grow();
      slot = this.slotOf(itemNo);
    }
    const place = this.touched++;
    this.slots[slot] = place + 1;
    this.itemNos[place] = itemNo;
    this.sums[place] = 0;
    this.strongest[place] = 0;
    this.votes[place] = 0;
    return place;
  }

  private grow(): void {
    const capacity = 2 * this.itemNos.length;
    this.itemNos = growInt32(this.itemNos, capacity);
    this.sums = growFloat64(this.sums, capacity);
    this.strongest = growFloat64(this.strongest, capacity);
    this.evidence = growInt32(this.evidence, capacity);
    this.votes = growInt32(this.votes, capacity);
    this.slots = new Int32Array(2 * capacity);
    for (let place = 0; place < this.touched; place++) this.slots[this.slotOf(this.itemNos[place])] = place + 1;
  }
}
