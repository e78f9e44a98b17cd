/** Run work of one key one after the other; work of different keys at once. */
export function createKeyedQueue() {
  const tails = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined).then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    }); // prettier-ignore
    tails.set(key, tail);
    return mine;
  };
}
export type KeyedQueue = ReturnType<typeof createKeyedQueue>;
