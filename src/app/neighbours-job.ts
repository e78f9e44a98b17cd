import {
  buildBestSimilar,
  buildBoughtTogether,
  buildEmbedded,
  type Interaction,
  interactionWeight,
} from '../core/candidates/build-neighbours.js';
import { type Neighbours } from '../core/candidates/neighbours.js';
import { type Authenticity } from '../core/events/authenticity/judges.js';
import { emptyCursor } from '../core/tags/cursor.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type NeighbourStore } from '../ports/neighbour-store.js';
import { type ShopIndex } from './shop-index.js';

const SLICE_MS = 8;

interface Ports {
  ledger: Ledger;
  neighbourStore: NeighbourStore;
  index: ShopIndex;
  clock: () => number;
  log: Log;
}

/** Run a computation that pauses now and then, giving requests air between slices of a few milliseconds. */
export async function inSlices<T>(work: Generator<void, T>, clock: () => number): Promise<T> {
  for (;;) {
    for (const end = clock() + SLICE_MS; clock() < end;) {
      const step = work.next();
      if (step.done) return step.value;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Build the item-to-item tables from all acts that are retained. */
export function createNeighboursJob({ ledger, neighbourStore, index, clock, log }: Ports): () => Promise<boolean> {
  return async () => {
    const started = clock();
    const acts = await readInteractions(ledger, index.shop.authenticity);
    const items = index.shop.catalogue.size;
    const { table: similar, isRegressed } = await inSlices(buildBestSimilar(acts, { items, now: started }), clock);
    await neighbourStore.publish('SIMILAR', similar);
    const together: Neighbours = await inSlices(buildBoughtTogether(acts, { items, now: started }), clock);
    await neighbourStore.publish('BOUGHT_TOGETHER', together);
    const embedded: Neighbours = await inSlices(buildEmbedded(acts, { items, now: started }), clock);
    await neighbourStore.publish('EMBEDDING', embedded);
    const tookMs = clock() - started;
    log.info(
      {
        acts: acts.length,
        similar: similar.items.length,
        isRegressed,
        boughtTogether: together.items.length,
        embedded: embedded.items.length,
        tookMs,
      },
      'built the neighbours of items',
    );
    return true;
  };
}

/** Who did what with which item, users by number. Orphans say nothing, nor do machines. */
async function readInteractions(ledger: Ledger, authenticity: Authenticity): Promise<Interaction[]> {
  const numberByUser = new Map<string, number>();
  const acts: Interaction[] = [];
  for await (const events of ledger.eventsSince(emptyCursor())) {
    for (const event of events) {
      const weight =
        event.itemNo < 0 || event.attribution === 'ORPHAN' ? 0 : interactionWeight(event) * authenticity.weightOf(event.userId);
      if (weight <= 0) continue;
      let userNo = numberByUser.get(event.userId);
      if (userNo === undefined) numberByUser.set(event.userId, (userNo = numberByUser.size));
      acts.push({ userNo, itemNo: event.itemNo, weight, at: event.occurredAt, bought: event.type === 'PURCHASE' });
    }
  }
  return acts;
}
