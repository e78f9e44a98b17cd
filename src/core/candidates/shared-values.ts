/** Values that many items share, each kept once under a number; 0 is the value of an item that has none. Memory: a few bytes for each item, and each value once. */
export class SharedValues<T> {
  private readonly numbers = new Map<string, number>();
  private readonly values: T[];

  constructor(none: T) {
    this.values = [none];
  }

  /** The number of the value under a key, which is made when the key comes for the first time. */
  no(key: string, make: () => T): number {
    let no = this.numbers.get(key);
    if (no === undefined) this.numbers.set(key, (no = this.values.push(make()) - 1));
    return no;
  }
  at(no: number): T {
    return this.values[no];
  }
}
