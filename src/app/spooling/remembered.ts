/** What is remembered for a while. */
export interface Remembered<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
}

interface Kept<V> {
  value: V;
  at: number;
}

/**
 * Remember values for `forMs` after they were set, and no more than weigh `most` together: the oldest go first. Unlike an LRU cache with a time to live
 * this holds nothing that is over, which matters where values are large and come in bursts.
 */
export function createRemembered<V>({
  clock,
  forMs,
  most,
  weigh = () => 1,
}: {
  clock: () => number;
  forMs: number;
  most: number;
  weigh?: (value: V) => number;
}): Remembered<V> {
  /** In the order in which they were set. */
  const kept = new Map<string, Kept<V>>();
  let weight = 0;
  const remove = (key: string): void => {
    const before = kept.get(key);
    if (before === undefined) return;
    kept.delete(key);
    weight -= weigh(before.value);
  };
  const forget = (): void => {
    const overBefore = clock() - forMs;
    for (const [key, { at }] of kept) {
      if (at >= overBefore && weight <= most) return;
      remove(key);
    }
  };
  return {
    get(key) {
      forget();
      return kept.get(key)?.value;
    },
    set(key, value) {
      remove(key);
      kept.set(key, { value, at: clock() });
      weight += weigh(value);
      forget();
    },
    delete: remove,
  };
}
