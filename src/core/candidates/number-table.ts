/** A number per key, for keys from 0: a hash table in one array, read in a few nanoseconds. Single keys are never taken out again. */
export class NumberTable {
  /** [slots * 2] of every slot the key plus one, 0 where it is free, and the value: beside each other, since they are read together. */
  private cells: Float64Array;
  /** Leaves as many of 32 bits as a number of a slot has. */
  private shift: number;
  private size = 0;

  /** @param expected how many keys there will be; more are possible */
  constructor(expected: number) {
    const slotBits = Math.ceil(Math.log2(Math.max(8, expected * 2)));
    this.cells = new Float64Array(2 ** (slotBits + 1));
    this.shift = 32 - slotBits;
  }

  /** The value of a key, or `missing` where it has none. */
  get(key: number, missing: number): number {
    const cell = this.cellOf(key);
    return this.cells[cell] === 0 ? missing : this.cells[cell + 1];
  }

  set(key: number, value: number): void {
    let cell = this.cellOf(key);
    if (this.cells[cell] === 0) {
      if (++this.size * 4 > this.cells.length) {
        this.grow();
        cell = this.cellOf(key);
      }
      this.cells[cell] = key + 1;
    }
    this.cells[cell + 1] = value;
  }

  clear(): void {
    this.cells.fill(0);
    this.size = 0;
  }

  /**
   * Where a key is, or the free place it would take. The high bits of the product decide, which all bits of a key have a part in: numbers of items under one name
   * are often steps of the same width apart, and low bits would put them all into a few places.
   */
  private cellOf(key: number): number {
    const { cells } = this;
    const mask = cells.length - 2;
    let cell = (Math.imul(key + 1, 0x9e3779b1) >>> this.shift) << 1;
    while (cells[cell] !== 0 && cells[cell] !== key + 1) cell = (cell + 2) & mask;
    return cell;
  }

  private grow(): void {
    const { cells } = this;
    this.cells = new Float64Array(cells.length * 2);
    this.shift--;
    for (let from = 0; from < cells.length; from += 2) {
      if (cells[from] === 0) continue;
      const cell = this.cellOf(cells[from] - 1);
      this.cells[cell] = cells[from];
      this.cells[cell + 1] = cells[from + 1];
    }
  }
}
