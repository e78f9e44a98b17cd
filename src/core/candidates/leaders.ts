/** The value of what stands nowhere in a list of leaders. */
export const ABSENT = -Infinity;

/**
 * The numbers with the largest values, kept in order while values change one by one: a tie goes to the lower number. Numbers outside the list are not
 * looked at until half of it is gone, so a change costs a search in the list, whatever the size of the shop.
 */
export class Leaders {
  private nos: number[] = [];
  private values: number[] = [];
  private readonly valueByNo = new Map<number, number>();
  /** No number outside has a value above it; ABSENT when none is outside. */
  private floor = ABSENT;

  /**
   * @param capacity how many to keep, 1 or more
   * @param all      reads the value of any number below `size()`, ABSENT for those that have none
   */
  constructor(
    private readonly capacity: number,
    private readonly all: { size: () => number; valueOf: (no: number) => number },
  ) {}

  /** Take over the new value of a number. */
  update(no: number, value: number): void {
    const before = this.valueByNo.get(no);
    if (before === value) return;
    if (before !== undefined) this.leave(no, before);
    if (value !== ABSENT) this.enter(no, value);
  }

  /** The leaders, best first: all there are, or at least half of the capacity. Not to be changed. */
  list(): readonly number[] {
    if (this.floor !== ABSENT && this.nos.length * 2 < this.capacity) this.rebuild();
    return this.nos;
  }

  /** Read every value afresh. */
  rebuild(): void {
    this.nos = [];
    this.values = [];
    this.valueByNo.clear();
    this.floor = ABSENT;
    const size = this.all.size();
    for (let no = 0; no < size; no++) {
      const value = this.all.valueOf(no);
      if (value !== ABSENT) this.enter(no, value);
    }
  }

  private enter(no: number, value: number): void {
    const place = this.placeOf(no, value);
    if (value < this.floor || place === this.capacity) {
      this.floor = Math.max(this.floor, value);
      return;
    }
    this.nos.splice(place, 0, no);
    this.values.splice(place, 0, value);
    this.valueByNo.set(no, value);
    if (this.nos.length <= this.capacity) return;
    this.floor = Math.max(this.floor, this.values.pop()!);
    this.valueByNo.delete(this.nos.pop()!);
  }

  private leave(no: number, value: number): void {
    const place = this.placeOf(no, value);
    this.nos.splice(place, 1);
    this.values.splice(place, 1);
    this.valueByNo.delete(no);
  }

  /** Where a number stands, or would: before all that it beats. */
  private placeOf(no: number, value: number): number {
    let low = 0;
    let high = this.nos.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isBefore = this.values[middle] > value || (this.values[middle] === value && this.nos[middle] < no);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
