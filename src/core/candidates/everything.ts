import { namedInFilter } from './feed-sources.js';
import { type Signals } from './signals.js';

/** Name of the component. */
export const EVERYTHING = 'everything';
const VISITS_A_LOOK = 1024;

/**
 * Go through the whole shop, or through all that the names in the caller's filter lead to, until told to stop: the most popular items first, as far as their
 * order is kept, then the rest from the highest number down. This is what keeps a page from being short while there is something left to show; a visit costs
 * some ten nanoseconds, so it is for pages that need it.
 *
 * @param visit  returns false to stop
 * @param isLate asked now and then; true stops
 */
export function visitEverything(signals: Signals, visit: (itemNo: number) => boolean, isLate: () => boolean): void {
  const { catalogue, popularity } = signals.shop;
  let visits = 0;
  const goOn = (itemNo: number): boolean => visit(itemNo) && (++visits % VISITS_A_LOOK !== 0 || !isLate());
  if (!popularity.top().every(goOn)) return;
  const named = namedInFilter(signals);
  if (!named) {
    for (let no = catalogue.size - 1; no >= 0; no--) if (!goOn(no)) return;
    return;
  }
  for (const nameNo of named.nos) {
    const items = catalogue.itemsOf[named.kind].of(nameNo);
    for (let i = items.length - 1; i >= 0; i--) if (!goOn(items[i])) return;
  }
}
