import { Catalogue } from '../core/candidates/catalogue.js';
import { noNeighbours } from '../core/candidates/neighbours.js';
import { PopularityColumns } from '../core/candidates/popularity.js';
import { ActsByUser } from '../core/candidates/recent-acts.js';
import { type Shop } from '../core/candidates/shop.js';
import { type LedgerEvent } from '../core/events/event.js';
import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type Ledger } from '../ports/ledger.js';
import { type NeighbourStore } from '../ports/neighbour-store.js';
import { type Notices } from '../ports/notices.js';
import { coalesced } from './coalesced.js';

const ITEMS_A_READ = 5_000;
const CATALOGUE_POLL_MS = 1_000;

export interface ShopIndex {
  readonly shop: Shop;
  /** Take over what the catalogue store holds beyond what is known here; concurrent calls share one read, and the last sees all that was committed before it. */
  refreshCatalogue(): Promise<void>;
  /** Add acknowledged events to what is derived from all users. */
  observe(events: readonly LedgerEvent[]): void;
  /** Epoch ms of the last successful look at the catalogue store. */
  catalogueSeenAt(): number;
  close(): void;
}

interface Ports {
  catalogueStore: CatalogueStore;
  ledger: Ledger;
  neighbourStore: NeighbourStore;
  notices: Notices;
  clock: () => number;
  onError: (error: unknown, doing: string) => void;
}

/** Load everything a process derives from the shop as a whole, and keep it current. */
export async function openShopIndex(ports: Ports): Promise<ShopIndex> {
  const shop: Shop = {
    catalogue: new Catalogue(),
    popularity: new PopularityColumns(),
    acts: new ActsByUser(),
    similar: noNeighbours(),
    boughtTogether: noNeighbours(),
  };
  const { popularity, acts } = shop as { popularity: PopularityColumns; acts: ActsByUser };
  let revision = 0;
  let seenAt = 0;

  const refreshCatalogue = coalesced(async () => {
    for (;;) {
      const changes = await ports.catalogueStore.changesSince(revision, ITEMS_A_READ);
      for (const { kind, no, name } of changes.names) shop.catalogue.names[kind].set(no, name);
      for (const row of changes.items) shop.catalogue.put(row);
      const moved = changes.revision > revision;
      revision = changes.revision;
      if (!moved) break;
    }
    seenAt = ports.clock();
  });
  const refreshNeighbours = coalesced(async () => {
    const [similar, boughtTogether] = await Promise.all([
      ports.neighbourStore.latest('SIMILAR'),
      ports.neighbourStore.latest('BOUGHT_TOGETHER'),
    ]);
    if (similar) shop.similar = similar;
    if (boughtTogether) shop.boughtTogether = boughtTogether;
  });
  const observe = (events: readonly LedgerEvent[]): void => {
    for (const event of events) {
      if (event.attribution === 'ORPHAN') continue;
      popularity.observe(event);
      acts.observe(event);
    }
  };
  const background = (refresh: () => Promise<void>, doing: string) => () =>
    void refresh().catch((error: unknown) => ports.onError(error, doing));

  await Promise.all([refreshCatalogue(), refreshNeighbours()]);
  ports.notices.subscribe('catalogue', background(refreshCatalogue, 'refresh the catalogue'));
  ports.notices.subscribe('neighbours', background(refreshNeighbours, 'refresh the neighbours'));
  const poll = setInterval(background(refreshCatalogue, 'refresh the catalogue'), CATALOGUE_POLL_MS);
  poll.unref();
  return { shop, refreshCatalogue, observe, catalogueSeenAt: () => seenAt, close: () => clearInterval(poll) };
}
