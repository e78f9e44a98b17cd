/**
 * Lets pieces of work begin in the order in which they ask, a few in a turn of the event loop, so that however many are ready at once, what arrives is read in
 * between. Whoever asks while few do begins at once.
 *
 * @param most that begin in one turn, 1 or more
 */
export function createPacing(most: number): () => Promise<void> | void {
  const waiting = new Set<() => void>();
  /** In this turn; where it is not 0, the next one is asked for. */
  let begun = 0;
  const nextTurn = (): void => {
    begun = 0;
    for (const begin of waiting) {
      if (begun === most) break;
      begun++;
      waiting.delete(begin);
      begin();
    }
    if (begun > 0) setImmediate(nextTurn);
  };
  return () => {
    if (begun === most) return new Promise((resolve) => waiting.add(resolve));
    if (begun++ === 0) setImmediate(nextTurn);
  };
}
