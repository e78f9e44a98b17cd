/** Each takes some two milliseconds of the processor to build. */
const PAGES_A_TURN = 6;

/**
 * Lets pages begin to be built in the order in which they ask, a few in a turn of the event loop, so that however many are ready at once, what arrives is
 * read, and refused where need be, in between. Whoever asks while few do begins at once.
 *
 * @param most that begin in one turn, 1 or more
 */
export function createPacing(most = PAGES_A_TURN): () => Promise<void> | void {
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
