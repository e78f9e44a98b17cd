import { type Caps } from './caps.js';

/** Looks at candidates that a search may take; some tenths of a millisecond. */
const BUDGET = 20_000;

/**
 * Search for an order in which no rule is broken but those given up, trying better candidates first and going back where a start leads nowhere. Candidates
 * that are alike to every rule are tried once, so what is found is complete for small sets; for large ones the search ends when its budget does.
 *
 * @param caps      with nothing placed; left so
 * @param n         candidates, the better the lower
 * @param positions to fill, at most n
 * @param givenUp   rules that may be broken, as bits
 * @returns         candidates in order, or null where none was found
 */
export function arrange(caps: Caps, n: number, positions: number, givenUp: number): Uint32Array | null {
  const queues = queuesByShape(caps.shapes(), n);
  const order = new Uint32Array(positions);
  let looks = 0;

  const fillFrom = (position: number): boolean => {
    if (position === positions) return true;
    for (const queue of queues) {
      if (queue.next === queue.candidates.length) continue;
      if (++looks > BUDGET) return false;
      const candidate = queue.candidates[queue.next];
      if ((caps.broken(candidate) & ~givenUp) !== 0) continue;
      order[position] = candidate;
      queue.next++;
      caps.place(candidate);
      const filled = fillFrom(position + 1);
      caps.unplace();
      queue.next--;
      if (filled) return true;
    }
    return false;
  };
  return fillFrom(0) ? order : null;
}

interface Queue {
  /** Best first. */
  candidates: number[];
  next: number;
}

/** Candidates that are alike to the rules, one queue per kind, the kind of the best candidate first. */
function queuesByShape(shapes: Int32Array, n: number): Queue[] {
  const queues: Queue[] = [];
  for (let candidate = 0; candidate < n; candidate++)
    (queues[shapes[candidate]] ??= { candidates: [], next: 0 }).candidates.push(candidate);
  return queues;
}
