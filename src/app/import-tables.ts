import { IncomingRows, IncomingVectors, type LineFault } from '../core/candidates/imported-tables.js';
import { nearestItems } from '../core/candidates/nearest-items.js';
import { AppError, shown } from '../core/errors.js';
import { type Log } from '../ports/log.js';
import { type NeighbourStore } from '../ports/neighbour-store.js';
import { type BatchResult } from './answers.js';
import { type BatchTally, type Entry } from './batches.js';
import { importLines } from './import-lines.js';
import { inSlices } from './neighbours-job.js';
import { type ShopIndex } from './shop-index.js';

const SPACE = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const NEIGHBOURS_KEPT = 50;

interface Ports {
  index: Pick<ShopIndex, 'shop' | 'refreshCatalogue'>;
  neighbourStore: NeighbourStore;
  clock: () => number;
  log: Log;
}

function refuseUnless(holds: boolean, path: string, value: unknown, wanted: string): void {
  if (holds) return;
  const message = `${path} is ${shown(value)}; it must be ${wanted}`;
  throw new AppError('INVALID_INPUT', message, [{ path, code: 'INVALID_INPUT', message }]);
}

/**
 * Tables that were made elsewhere. Each is taken in whole and swaps at once; it holds over what the job makes until the next one, and an empty stream takes it away. Items
 * that it does not name keep what the job made for them.
 */
export function createImportTables({ index, neighbourStore, clock, log }: Ports) {
  const { catalogue } = index.shop;
  /** Reads lines that name an item; one named twice counts as the last line says. */
  const read = (
    lines: AsyncIterable<string>,
    has: (no: number) => boolean,
    put: (no: number, fields: Entry['fields']) => LineFault | null,
  ) =>
    importLines(lines, (entries: Entry[], tally: BatchTally) => {
      for (const { index: at, fields } of entries) {
        const { itemId } = fields;
        const no = typeof itemId === 'string' ? catalogue.no(itemId) : undefined;
        const fault =
          typeof itemId !== 'string'
            ? { code: 'MISSING_FIELD', message: `itemId is ${shown(itemId)}; it must be an id` }
            : no === undefined
              ? { code: 'UNKNOWN_ITEM', message: `there is no item ${shown(itemId)}` }
              : null;
        const known = no !== undefined && has(no);
        const refused = fault ?? put(no!, fields);
        if (refused) tally.reject(at, itemId, refused, refused.code === 'UNKNOWN_ITEM');
        else if (known) tally.duplicates++;
        else tally.accepted++;
      }
      return Promise.resolve();
    });
  const refuseAllBad = ({ accepted, rejectedTotal }: BatchResult): boolean => accepted === 0 && rejectedTotal > 0;

  return {
    /** Vectors of one space, of which the nearest items are found before it swaps. A stream of which no line is good changes nothing. */
    async importEmbeddings(space: unknown, lines: AsyncIterable<string>): Promise<BatchResult> {
      refuseUnless(
        typeof space === 'string' && SPACE.test(space),
        'space',
        space,
        'a name of a-z, 0-9, dot, dash and underscore, at most 64',
      );
      await index.refreshCatalogue();
      const vectors = new IncomingVectors();
      const result = await read(lines, (no) => vectors.has(no), (no, { vector }) => vectors.put(no, vector)); // prettier-ignore
      if (refuseAllBad(result)) return result;
      const table = await inSlices(nearestItems(vectors.finish(catalogue.size, clock()), NEIGHBOURS_KEPT), clock);
      await neighbourStore.publish('EMBEDDING_IMPORTED', table);
      log.info({ space, items: result.accepted, dim: vectors.dim, pairs: table.items.length }, 'took in the vectors of a space');
      return result;
    },
    /** Neighbours of items, at most 200 a line. */
    async importNeighbours(relation: unknown, lines: AsyncIterable<string>): Promise<BatchResult> {
      refuseUnless(relation === 'SIMILAR', 'relation', relation, 'SIMILAR');
      await index.refreshCatalogue();
      const rows = new IncomingRows();
      const noOf = (id: string): number | undefined => catalogue.no(id);
      const result = await read(lines, (no) => rows.has(no), (no, { neighbours }) => rows.put(no, neighbours, noOf)); // prettier-ignore
      if (refuseAllBad(result)) return result;
      const table = rows.finish(catalogue.size, clock());
      await neighbourStore.publish('SIMILAR_IMPORTED', table);
      log.info({ relation, items: result.accepted, pairs: table.items.length }, 'took in a table of neighbours');
      return result;
    },
  };
}
