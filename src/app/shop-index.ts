import { deserialize, serialize } from 'node:v8';
import { Catalogue } from '../core/candidates/catalogue.js';
import { noNeighbours } from '../core/candidates/neighbours.js';
import { PopularityColumns, type PopularityState } from '../core/candidates/popularity.js';
import { ActsByUser, type ActsState } from '../core/candidates/recent-acts.js';
import { noCycles, type RepurchaseCycles, unpackCycles } from '../core/candidates/repurchase.js';
import { type Shop } from '../core/candidates/shop.js';
import { TrialColumns, type TrialsState } from '../core/candidates/trials.js';
import { type LedgerEvent } from '../core/events/event.js';
import { advance, emptyCursor, type FoldCursor, isFolded } from '../core/tags/cursor.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type NeighbourStore } from '../ports/neighbour-store.js';
import { type Notices } from '../ports/notices.js';
import { coalesced } from './coalesced.js';

const ITEMS_A_READ = 5_000;
const CATALOGUE_POLL_MS = 1_000;
const ARTEFACT = 'shop-index-2';
/** Under which the learned cycles of buying again are kept. */
export const CYCLES_ARTEFACT = 'repurchase-cycles';

export interface ShopIndex {
  readonly shop: Shop;
  /** Take over what the catalogue store holds beyond what is known here; concurrent calls share one read, and the last sees all that was committed before it. */
  refreshCatalogue: () => Promise<void>;
  /** Add acknowledged events to what is derived from all users; one that was added before changes nothing. */
  observe: (events: readonly LedgerEvent[]) => void;
  /** Count what a page placed as tried. What this process served since it last kept its state is lost with it: a click rate is a little higher then. */
  observePage: (placed: readonly { itemNo: number }[]) => void;
  /** Forget what somebody did, as far as it is told to others. */
  forget: (userIds: readonly string[]) => Promise<void>;
  /** Events added since the start. */
  observed: () => number;
  /** Keep what was derived from events, so that the next start reads only what came after. */
  keep: () => Promise<void>;
  close(): void;
}

interface Ports {
  catalogueStore: CatalogueStore;
  ledger: Ledger;
  neighbourStore: NeighbourStore;
  artefacts: ArtefactStore;
  notices: Notices;
  log: Log;
  onError: (error: unknown, doing: string) => void;
  /** Whether what a user does may be used for those who follow him. */
  sharesTies: (userId: string) => boolean;
}

interface Kept {
  cursor: FoldCursor;
  popularity: PopularityState;
  acts: ActsState;
  trials?: TrialsState;
}

/** Load everything a process derives from the shop as a whole, and keep it current. */
export async function openShopIndex(ports: Ports): Promise<ShopIndex> {
  const catalogue = new Catalogue();
  const derived = deriveFromEvents(ports);
  const shop: Shop = {
    catalogue,
    popularity: derived.popularity,
    acts: derived.acts,
    similar: noNeighbours(),
    boughtTogether: noNeighbours(),
    cycles: noCycles(),
    trials: derived.trials,
  };
  const refreshCatalogue = catalogueRefresh(catalogue, ports.catalogueStore);
  const refreshNeighbours = coalesced(async () => {
    const { neighbourStore } = ports;
    const [similar, boughtTogether] = await Promise.all([neighbourStore.latest('SIMILAR'), neighbourStore.latest('BOUGHT_TOGETHER')]);
    if (similar) shop.similar = similar;
    if (boughtTogether) shop.boughtTogether = boughtTogether;
  });
  const refreshCycles = coalesced(async () => {
    shop.cycles = (await readCycles(ports)) ?? shop.cycles;
  });
  const background = (refresh: () => Promise<void>, doing: string) => () =>
    void refresh().catch((error: unknown) => ports.onError(error, doing));

  await Promise.all([refreshCatalogue(), refreshNeighbours(), refreshCycles(), derived.load()]);
  const pollCatalogue = background(refreshCatalogue, 'refresh the catalogue');
  ports.notices.subscribe('catalogue', pollCatalogue);
  ports.notices.subscribe('neighbours', background(refreshNeighbours, 'refresh the neighbours'));
  ports.notices.subscribe('cycles', background(refreshCycles, 'refresh the cycles of buying again'));
  const poll = setInterval(pollCatalogue, CATALOGUE_POLL_MS);
  poll.unref();
  return {
    shop,
    refreshCatalogue,
    observe: derived.observe,
    observePage: derived.observePage,
    forget: derived.forget,
    observed: derived.observed,
    keep: derived.keep,
    close: () => clearInterval(poll),
  };
}

/** The cycles last kept, null where there are none that can be read. */
async function readCycles({ artefacts, log }: Ports): Promise<RepurchaseCycles | null> {
  const bytes = await artefacts.get(CYCLES_ARTEFACT);
  try {
    return bytes && unpackCycles(bytes);
  } catch (error) {
    log.error(
      { err: error },
      'what was kept of the cycles of buying again cannot be read; those known stay in use until they are learned anew',
    );
    return null;
  }
}

function catalogueRefresh(catalogue: Catalogue, store: CatalogueStore): () => Promise<void> {
  let revision = 0;
  return coalesced(async () => {
    for (;;) {
      const changes = await store.changesSince(revision, ITEMS_A_READ);
      for (const { kind, no, name } of changes.names) catalogue.names[kind].set(no, name);
      for (const row of changes.items) catalogue.put(row);
      if (changes.revision <= revision) return;
      revision = changes.revision;
    }
  });
}

/** Popularity and public acts: folded from the ledger, kept as one artefact with the place up to which they are folded. */
function deriveFromEvents({ ledger, artefacts, log, sharesTies }: Ports) {
  const popularity = new PopularityColumns();
  const acts = new ActsByUser(undefined, sharesTies);
  const trials = new TrialColumns();
  let cursor = emptyCursor();
  let observed = 0;
  let served = 0;
  let keptAt = 0;

  const observe = (events: readonly LedgerEvent[]): void => {
    for (const event of events) {
      if (isFolded(cursor, event)) continue;
      advance(cursor, event);
      observed++;
      if (event.attribution === 'ORPHAN') continue;
      popularity.observe(event);
      acts.observe(event);
      trials.observe(event);
    }
  };
  const restore = (bytes: Uint8Array): void => {
    const kept = deserialize(bytes) as Kept;
    popularity.restore(kept.popularity);
    acts.restore(kept.acts);
    if (kept.trials) trials.restore(kept.trials);
    cursor = kept.cursor;
  };
  return {
    popularity,
    acts,
    trials,
    observe,
    observePage(placed: readonly { itemNo: number }[]): void {
      for (const { itemNo } of placed) trials.serve(itemNo);
      served += placed.length;
    },
    observed: () => observed,
    async load(): Promise<void> {
      const bytes = await artefacts.get(ARTEFACT);
      try {
        if (bytes) restore(bytes);
      } catch (error) {
        log.error({ err: error }, 'what was kept of popularity cannot be read; it is rebuilt from the ledger');
      }
      for await (const events of ledger.eventsSince(cursor)) observe(events);
    },
    async forget(userIds: readonly string[]): Promise<void> {
      for (const userId of userIds) acts.forget(userId);
      keptAt = -1;
      await keep();
    },
    keep,
  };

  async function keep(): Promise<void> {
    const now = observed + served;
    if (now === keptAt) return;
    await artefacts.put(
      ARTEFACT,
      serialize({ cursor, popularity: popularity.snapshot(), acts: acts.snapshot(), trials: trials.snapshot() } satisfies Kept),
    );
    keptAt = now;
  }
}
