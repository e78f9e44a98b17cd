import { serialize } from 'node:v8';
import { NO_BLOCKS } from '../core/candidates/blocks.js';
import { Catalogue } from '../core/candidates/catalogue.js';
import { filledUp } from '../core/candidates/imported-tables.js';
import { type Neighbours, noNeighbours } from '../core/candidates/neighbours.js';
import { noCycles, type RepurchaseCycles, unpackCycles } from '../core/candidates/repurchase.js';
import { type SocialEdges } from '../core/candidates/graph/social-edges.js';
import { type Shop } from '../core/candidates/shop.js';
import { noTrust } from '../core/candidates/trust/item-trust.js';
import { type LedgerEvent } from '../core/events/event.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type NeighbourRelation, type NeighbourStore } from '../ports/neighbour-store.js';
import { type Notices } from '../ports/notices.js';
import { coalesced } from './coalesced.js';
import { DerivedFromEvents, type RegionOf } from './derive-from-events.js';
import { shareServed } from './served-elsewhere.js';
import { type Standing, STANDING_ARTEFACT, unpackStanding } from './standing.js';

const NEIGHBOUR_RELATIONS = ['SIMILAR', 'BOUGHT_TOGETHER', 'EMBEDDING', 'SIMILAR_IMPORTED', 'EMBEDDING_IMPORTED'] as const;
const ITEMS_A_READ = 5_000;
const CATALOGUE_POLL_MS = 1_000;
/** Under which the learned cycles of buying again are kept. */
export const CYCLES_ARTEFACT = 'repurchase-cycles';

export interface ShopIndex {
  readonly shop: Shop;
  /** Who follows whom. */
  readonly edges: SocialEdges;
  /** Take over what the catalogue store holds beyond what is known here; concurrent calls share one read, and the last sees all that was committed before it. */
  refreshCatalogue: () => Promise<void>;
  /** Add acknowledged events to what is derived from all users; one that was added before changes nothing. */
  observe: (events: readonly LedgerEvent[], regionOf: RegionOf) => void;
  /** Add what other processes recorded since the last time; with where its users live. */
  follow: (regionsOf: (userIds: Iterable<string>) => Promise<RegionOf>) => Promise<void>;
  /** Count what a page placed as tried, here and in other processes. What this process served since it last told them is lost with it: a click rate is a little higher then. */
  observePage: (placed: readonly { itemNo: number }[]) => void;
  /** Everybody of whom anything is known. */
  users: () => Set<string>;
  /** Forget what somebody did, as far as it is told to others. */
  forget: (userIds: readonly string[]) => Promise<void>;
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
  /** Epoch ms, null for never. */
  erasedAt: (userId: string) => number | null;
  /** Left out where nothing is served. */
  clock?: () => number;
  /** Whether other processes may serve the same shop; nothing is told them when left out. */
  isShared?: boolean;
}

/** What is derived from events at once; the rest is read. */
const shopOf = (catalogue: Catalogue, derived: DerivedFromEvents): Shop => ({
  catalogue,
  popularity: derived.popularity,
  regional: derived.regional,
  acts: derived.acts,
  buyers: derived.buyers,
  similar: noNeighbours(),
  boughtTogether: noNeighbours(),
  embedded: noNeighbours(),
  cycles: noCycles(),
  trials: derived.trials,
  authenticity: derived.judges,
  graph: derived.graph,
  trust: noTrust(),
  blocks: NO_BLOCKS,
});

/** Load everything a process derives from the shop as a whole, and keep it current. */
export async function openShopIndex(ports: Ports): Promise<ShopIndex> {
  const catalogue = new Catalogue();
  const derived = new DerivedFromEvents(catalogue, ports);
  const shop = shopOf(catalogue, derived);
  const refreshCatalogue = catalogueRefresh(catalogue, ports.catalogueStore, ports.clock ?? (() => NaN));
  const refreshNeighbours = neighboursRefresh(shop, ports.neighbourStore);
  const refreshCycles = coalesced(async () => {
    shop.cycles = (await readCycles(ports)) ?? shop.cycles;
  });
  const refreshStanding = coalesced(async () => {
    const standing = await readStanding(ports);
    if (!standing) return;
    shop.trust = standing.trust;
    derived.graph.replace(standing.standings, standing.names);
    await derived.takeOver(standing.recount, shop);
  });
  const background = (refresh: () => Promise<void>, doing: string) => () =>
    void refresh().catch((error: unknown) => ports.onError(error, doing));

  await Promise.all([refreshCatalogue().then(() => derived.load()), refreshNeighbours(), refreshCycles()]);
  await refreshStanding();
  const refresh = [
    ['catalogue', refreshCatalogue, 'refresh the catalogue'],
    ['neighbours', refreshNeighbours, 'refresh the neighbours'],
    ['cycles', refreshCycles, 'refresh the cycles of buying again'],
    ['standing', refreshStanding, 'refresh trust and the social graph'],
  ] as const;
  for (const [channel, run, doing] of refresh) ports.notices.subscribe(channel, background(run, doing));
  const poll = setInterval(background(refreshCatalogue, 'refresh the catalogue'), CATALOGUE_POLL_MS);
  poll.unref();
  const elsewhere = servedElsewhere(derived, ports);
  return {
    shop,
    refreshCatalogue,
    edges: derived.graph.edges,
    observe: (events, regionOf) => derived.observe(events, regionOf),
    follow: (regionsOf) => derived.follow(regionsOf),
    observePage: elsewhere.observePage,
    users: () => derived.users(),
    async forget(userIds) {
      await Promise.all([derived.forget(userIds), forgetStanding(userIds, ports)]);
      await refreshStanding();
    },
    async keep() {
      await elsewhere.tell();
      await derived.keep();
    },
    close() {
      clearInterval(poll);
      elsewhere.close();
    },
  };
}

/** Count what is served here, and where others serve the same shop, what they tell of it. */
function servedElsewhere(derived: DerivedFromEvents, ports: Ports) {
  const observePage: ShopIndex['observePage'] = (placed) => derived.observePage(placed);
  if (!ports.isShared) return { observePage, tell: () => Promise.resolve(), close: () => undefined };
  const shared = shareServed({ ...ports, onServed: (itemNo, times) => derived.observeServed(itemNo, times) });
  return {
    observePage: ((placed) => {
      observePage(placed);
      shared.note(placed);
    }) as ShopIndex['observePage'],
    tell: () => shared.tell().catch((error: unknown) => ports.onError(error, 'tell other processes what was served')),
    close: () => shared.close(),
  };
}

function neighboursRefresh(shop: Shop, neighbourStore: NeighbourStore): () => Promise<void> {
  const known: Partial<Record<NeighbourRelation, Neighbours | null>> = {};
  /** Whether another table than before is the latest. */
  const renew = async (relation: NeighbourRelation): Promise<boolean> => {
    const before = known[relation] ?? null;
    known[relation] = await neighbourStore.latest(relation, before);
    return known[relation] !== before;
  };
  return coalesced(async () => {
    const [similar, together, embedded, importedSimilar, importedEmbedded] = await Promise.all(NEIGHBOUR_RELATIONS.map(renew));
    if (similar || importedSimilar) shop.similar = filledUp(known.SIMILAR_IMPORTED ?? null, known.SIMILAR ?? null) ?? shop.similar;
    if (together) shop.boughtTogether = known.BOUGHT_TOGETHER ?? shop.boughtTogether;
    if (embedded || importedEmbedded) shop.embedded = filledUp(known.EMBEDDING_IMPORTED ?? null, known.EMBEDDING ?? null) ?? shop.embedded;
  });
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

/** What was last built of trust and the graph, null where there is nothing that can be read. */
async function readStanding({ artefacts, log }: Ports): Promise<Standing | null> {
  const bytes = await artefacts.get(STANDING_ARTEFACT);
  try {
    return bytes && unpackStanding(bytes);
  } catch (error) {
    log.error({ err: error }, 'what was kept of trust and the social graph cannot be read; it is built anew');
    return null;
  }
}

/** Take somebody out of what was built. */
async function forgetStanding(userIds: readonly string[], ports: Ports): Promise<void> {
  const standing = await readStanding(ports);
  if (!standing) return;
  const gone = new Set(userIds);
  const { standings, recount } = standing;
  const users = standings.users.map((userId) => (gone.has(userId) ? '' : userId));
  const judges = recount.judges.filter(([userId]) => !gone.has(userId));
  await ports.artefacts.put(
    STANDING_ARTEFACT,
    serialize({ ...standing, standings: { ...standings, users }, recount: { ...recount, judges } }),
  );
  await ports.notices.publish('standing');
}

function catalogueRefresh(catalogue: Catalogue, store: CatalogueStore, clock: () => number): () => Promise<void> {
  let revision = 0;
  /** When the shop said what was there at the start is not known. */
  let isFirst = true;
  return coalesced(async () => {
    for (;;) {
      const changes = await store.changesSince(revision, ITEMS_A_READ);
      for (const { kind, no, name } of changes.names) catalogue.names[kind].set(no, name);
      for (const row of changes.items) catalogue.put(row, isFirst ? NaN : clock());
      if (changes.revision <= revision) {
        isFirst = false;
        return;
      }
      revision = changes.revision;
    }
  });
}
