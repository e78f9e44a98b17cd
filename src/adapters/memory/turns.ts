import { type Turns } from '../../ports/turns.js';

/** Turns within this process. */
export function createMemoryTurns(): Turns {
  const tails = new Map<string, Promise<unknown>>();
  return {
    inTurn(key, work) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      const tail = mine.catch(() => undefined).then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      }); // prettier-ignore
      tails.set(key, tail);
      return mine;
    },
  };
}
