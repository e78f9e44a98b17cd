import { largest } from './selection.js';

const FIRST_CAPACITY = 4096;

/**
 * Sums of evidence per item: a hash table of numbers, so that memory follows the items touched and not the size of the shop. Every item keeps what spoke
 * strongest for it. Made once and cleared between requests.
 */
export class ItemSums {
  private keys = new Int32Array(FIRST_CAPACITY);
  private sums = new Float64Array(FIRST_CAPACITY);
  private strongest = new Float64Array(FIRST_CAPACITY);
  private evidence = new Int32Array(FIRST_CAPACITY);
  private votes = new Uint16Array(FIRST_CAPACITY);
  private touched: number[] = [];

  clear(): void {
    for (const slot of this.touched) this.keys[slot] = 0;
    this.touched.length = 0;
  }

  get size(): number {
    return this.touched.length;
  }

  /** Add a positive weight to an item; `evidence` names what speaks for it, 0 or more. */
  add(itemNo: number, weight: number, evidence: number): void {
    if (this.touched.length * 2 >= this.keys.length) this.grow();
    const slot = this.slotOf(itemNo);
    if (this.keys[slot] === 0) {
      this.keys[slot] = itemNo + 1;
      this.sums[slot] = 0;
      this.strongest[slot] = 0;
      this.votes[slot] = 0;
      this.touched.push(slot);
    }
    this.sums[slot] += weight;
    this.votes[slot]++;
    if (weight <= this.strongest[slot]) return;
    this.strongest[slot] = weight;
    this.evidence[slot] = evidence;
  }

  /** 0 for an item that nothing speaks for. */
  sumOf(itemNo: number): number {
    if (this.touched.length === 0) return 0;
    const slot = this.slotOf(itemNo);
    return this.keys[slot] === 0 ? 0 : this.sums[slot];
  }

  /** Where an item is, for the look-ups below until more is added; -1 for one that nothing speaks for. */
  placeOf(itemNo: number): number {
    if (this.touched.length === 0) return -1;
    const slot = this.slotOf(itemNo);
    return this.keys[slot] === 0 ? -1 : slot;
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
    for (let i = 0; i < itemNos.length && this.touched.length > 0; i++) {
      const slot = this.slotOf(itemNos[i]);
      if (this.keys[slot] !== 0) found[i] = this.evidence[slot];
    }
    return found;
  }

  /** The items with the `k` largest sums, best first; a tie goes to the lower number. */
  top(k: number): Uint32Array {
    const nos = new Uint32Array(this.size);
    const values = new Float64Array(this.size);
    for (let i = 0; i < this.size; i++) {
      nos[i] = this.keys[this.touched[i]] - 1;
      values[i] = this.sums[this.touched[i]];
    }
    return largest(nos, values, nos.length, k);
  }

  /** Where an item is, or the free place it would take. */
  private slotOf(itemNo: number): number {
    const mask = this.keys.length - 1;
    let slot = Math.imul(itemNo + 1, 0x9e3779b1) & mask;
    while (this.keys[slot] !== 0 && this.keys[slot] !== itemNo + 1) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, sums, strongest, evidence, votes, touched } = this;
    const capacity = keys.length * 2;
    this.keys = new Int32Array(capacity);
    this.sums = new Float64Array(capacity);
    this.strongest = new Float64Array(capacity);
    this.evidence = new Int32Array(capacity);
    this.votes = new Uint16Array(capacity);
    this.touched = [];
    for (const slot of touched) {
      const to = this.slotOf(keys[slot] - 1);
      this.keys[to] = keys[slot];
      this.sums[to] = sums[slot];
      this.strongest[to] = strongest[slot];
      this.evidence[to] = evidence[slot];
      this.votes[to] = votes[slot];
      this.touched.push(to);
    }
  }
}
