const NO_ITEMS: readonly number[] = [];

/** Which items carry a name, in the order of their numbers; 0, the unknown name, has none. */
export class Postings {
  private readonly itemsByName: (number[] | undefined)[] = [];
  private readonly versions: number[] = [];

  of(nameNo: number): readonly number[] {
    return this.itemsByName[nameNo] ?? NO_ITEMS;
  }

  /** Grows when items come or go under a name, or when one of them begins or ceases to be offered. */
  versionOf(nameNo: number): number {
    return this.versions[nameNo] ?? 0;
  }

  /** An item carried some names and now carries others; `touched` tells that it changed where its names did not. */
  move(itemNo: number, before: readonly number[], after: readonly number[], touched: boolean): void {
    for (const nameNo of before) if (!after.includes(nameNo)) this.remove(nameNo, itemNo);
    for (const nameNo of after) {
      if (!before.includes(nameNo)) this.add(nameNo, itemNo);
      else if (touched) this.touch(nameNo);
    }
  }

  private add(nameNo: number, itemNo: number): void {
    if (nameNo === 0) return;
    const items = (this.itemsByName[nameNo] ??= []);
    const place = placeIn(items, itemNo);
    if (items[place] === itemNo) return;
    items.splice(place, 0, itemNo);
    this.touch(nameNo);
  }

  private remove(nameNo: number, itemNo: number): void {
    const items = this.itemsByName[nameNo];
    const place = items ? placeIn(items, itemNo) : -1;
    if (!items || items[place] !== itemNo) return;
    items.splice(place, 1);
    this.touch(nameNo);
  }

  private touch(nameNo: number): void {
    this.versions[nameNo] = this.versionOf(nameNo) + 1;
  }
}

/** Where a number stands in ascending numbers, or where it would. */
export function placeIn(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  if (high > 0 && numbers[high - 1] < number) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
