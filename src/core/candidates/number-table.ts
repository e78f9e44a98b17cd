/** A number per key, for keys from 0: a hash table in arrays, read in a few nanoseconds. Keys are never taken out again. */
export class NumberTable {
  private keys: Int32Array;
  private values: Float64Array;
  private size = 0;

  /** @param expected how many keys there will be; more are possible */
  constructor(expected: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(8, expected * 2)));
    this.keys = new Int32Array(slots);
    this.values = new Float64Array(slots);
  }

  /** The value of a key, or `missing` where it has none. */
  get(key: number, missing: number): number {
    const slot = this.slotOf(key);
    return this.keys[slot] === 0 ? missing : this.values[slot];
  }

  set(key: number, value: number): void {
    let slot = this.slotOf(key);
    if (this.keys[slot] === 0) {
      if (++this.size * 2 > this.keys.length) {
        this.grow();
        slot = this.slotOf(key);
      }
      this.keys[slot] = key + 1;
    }
    this.values[slot] = value;
  }

  /** Where a key is, or the free place it would take. */
  private slotOf(key: number): number {
    const mask = this.keys.length - 1;
    let slot = Math.imul(key + 1, 0x9e3779b1) & mask;
    while (this.keys[slot] !== 0 && this.keys[slot] !== key + 1) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(keys.length * 2);
    this.values = new Float64Array(keys.length * 2);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === 0) continue;
      const slot = this.slotOf(keys[i] - 1);
      this.keys[slot] = keys[i];
      this.values[slot] = values[i];
    }
  }
}
