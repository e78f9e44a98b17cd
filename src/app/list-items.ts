import { compileFilter } from '../core/candidates/caller-filter.js';
import { type Shop } from '../core/candidates/shop.js';
import { type Fault, refuseFaults } from '../core/errors.js';
import { InputReader } from '../core/requests/input-reader.js';
import { readFilter } from '../core/requests/page-input.js';
import { type App } from './app.js';
import { presentItem } from './present.js';

const MAX_PAGE = 500;

/** A number read back from a cursor, or a fault: cursors of lists are places, not secrets. */
export function readPlace(read: InputReader, after: unknown): number {
  if (after === null || after === undefined) return -1;
  const place = typeof after === 'string' && /^\d{1,15}$/.test(after) ? Number(after) : NaN;
  if (Number.isNaN(place)) read.fault('after', after, 'it must be the endCursor of the page before');
  return place;
}

/** One item, null for one unknown, removed or taken down everywhere. */
export const createItem =
  (shop: Shop): App['item'] =>
  (id) => {
    const no = shop.catalogue.no(id);
    if (no === undefined || shop.catalogue.removed[no] || shop.blocks.coversItem(shop.catalogue, no, 'REMOVE')) return null;
    return presentItem(shop, no);
  };

/** Items by filter, in the order in which they were first seen. */
export function createListItems(shop: Shop): App['items'] {
  const { catalogue } = shop;
  return ({ filter, first, after }) => {
    const faults: Fault[] = [];
    const read = new InputReader({ filter, first }, faults);
    const checked = readFilter(read.nested('filter'));
    if (checked && checked.withinKm !== null)
      read.fault('filter.withinKm', checked.withinKm, 'it needs a place to start from, which a list of items has not');
    const size = read.integer('first', 1, MAX_PAGE) ?? 0;
    const start = readPlace(read, after) + 1;
    refuseFaults(faults);

    const passes = checked && compileFilter(catalogue, checked, null, shop.trust);
    const found: number[] = [];
    for (let no = start; no < catalogue.size && found.length <= size; no++) {
      if (catalogue.has(no) && !catalogue.removed[no] && (!passes || passes(no))) found.push(no);
    }
    const page = found.slice(0, size);
    return {
      items: page.map((no) => presentItem(shop, no)),
      pageInfo: { endCursor: page.length === 0 ? null : String(page[page.length - 1]), hasNextPage: found.length > size },
    };
  };
}
