const FIRST_SLOTS = 2048;

/** Numbers by id: a hash table of numbers alone, since the ids themselves are kept elsewhere. Memory: 11 to 22 bytes an id. */
export class IdNumbers {
  /** [slots * 2] of every slot the hash of an id, and its number plus one, 0 where the slot is free. */
  private cells = new Int32Array(2 * FIRST_SLOTS);
  private size = 0;

  /** @param isIdOf whether a number that was set has this id */
  constructor(private readonly isIdOf: (no: number, id: string) => boolean) {}

  /** -1 for an id without a number. */
  get(id: string): number {
    return this.cells[this.cellOf(id, hashOf(id)) + 1] - 1;
  }

  /** Give an id its number, which has to have the id already. */
  set(id: string, no: number): void {
    const hash = hashOf(id);
    let cell = this.cellOf(id, hash);
    if (this.cells[cell + 1] === 0 && ++this.size * 8 > this.cells.length * 3) {
      this.grow();
      cell = this.cellOf(id, hash);
    }
    this.cells[cell] = hash;
    this.cells[cell + 1] = no + 1;
  }

  /** Where an id is, or the free place that it would take. */
  private cellOf(id: string, hash: number): number {
    const { cells } = this;
    const mask = cells.length - 2;
    let cell = (hash << 1) & mask;
    while (cells[cell + 1] !== 0 && !(cells[cell] === hash && this.isIdOf(cells[cell + 1] - 1, id))) cell = (cell + 2) & mask;
    return cell;
  }

  private grow(): void {
    const before = this.cells;
    const cells = new Int32Array(before.length * 2);
    const mask = cells.length - 2;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from + 1] === 0) continue;
      let cell = (before[from] << 1) & mask;
      while (cells[cell + 1] !== 0) cell = (cell + 2) & mask;
      cells[cell] = before[from];
      cells[cell + 1] = before[from + 1];
    }
    this.cells = cells;
  }
}

/** FNV-1a over UTF-16 units, mixed at the end since slots are taken from the lowest bits. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
