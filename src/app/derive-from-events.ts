import { deserialize, serialize } from 'node:v8';
import { type Catalogue } from '../core/candidates/catalogue.js';
import { type EdgesState } from '../core/candidates/graph/social-edges.js';
import { SocialGraph } from '../core/candidates/graph/social-graph.js';
import { PopularityColumns, type PopularityState } from '../core/candidates/popularity.js';
import { RegionalTrends, type RegionalTrendsState } from '../core/candidates/regional-trends.js';
import { ActsByUser, type ActsState } from '../core/candidates/recent-acts.js';
import { RecentBuyers, type RecentBuyersState } from '../core/candidates/recent-buyers.js';
import { type Shop } from '../core/candidates/shop.js';
import { retellStock, type StockTold, stockTold } from '../core/candidates/stock-told.js';
import { TrialColumns, type TrialsState } from '../core/candidates/trials.js';
import { Judges, type JudgesState, weightFrom } from '../core/events/authenticity/judges.js';
import { type LedgerEvent } from '../core/events/event.js';
import { LOW_STOCK, STOCK_FRESH_MS } from '../core/exposures/badges.js';
import { withoutErased } from '../core/events/erased.js';
import { advance, emptyCursor, type FoldCursor, isFolded } from '../core/tags/cursor.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';

const ARTEFACT = 'shop-index-3';

interface Kept {
  cursor: FoldCursor;
  popularity: PopularityState;
  regional?: RegionalTrendsState;
  acts: ActsState;
  buyers?: RecentBuyersState;
  trials: TrialsState;
  judges: JudgesState;
  edges: EdgesState;
  /** Small stocks that were told lately, and when. */
  stockTold?: StockTold[];
}

/** Popularity with everybody weighed as he is judged in the end, and up to where it is counted. */
export interface Recount {
  cursor: FoldCursor;
  popularity: PopularityState;
  judges: JudgesState;
}

/** Where somebody lives, null where that is not known. */
export type RegionOf = (userId: string) => string | null;

interface Ports {
  ledger: Ledger;
  artefacts: ArtefactStore;
  log: Log;
  /** Whether what a user does may be used for those who follow him. */
  sharesTies: (userId: string) => boolean;
  /** Epoch ms, null for never. Another process may erase somebody whose events were read here a moment before. */
  erasedAt: (userId: string) => number | null;
}

/** What the shop as a whole knows from events: kept current by every event, kept as one artefact with the place up to which they are folded. */
export class DerivedFromEvents {
  readonly acts: ActsByUser;
  readonly graph: SocialGraph;
  readonly trials = new TrialColumns();
  readonly judges = new Judges();
  readonly regional = new RegionalTrends();
  readonly buyers = new RecentBuyers();
  popularity = new PopularityColumns();
  /** Events added since the start. */
  observed = 0;
  private served = 0;
  private keptAt = 0;
  private keeping: Promise<void> = Promise.resolve();
  private changesAtStart = 0;
  /** Epoch ms of the latest receipt. */
  private newestAt = 0;
  private cursor = emptyCursor();
  /** Events that came while a recount is being taken over. */
  private meanwhile: LedgerEvent[] | null = null;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly ports: Ports,
  ) {
    this.acts = new ActsByUser(undefined, ports.sharesTies);
    this.graph = new SocialGraph(ports.sharesTies);
  }

  /**
   * Add acknowledged events; one that was added before changes nothing. An event whose user's region is not told, as those read from the ledger at the start,
   * counts for the shop as a whole and for no region.
   */
  observe(events: readonly LedgerEvent[], regionOf: RegionOf = () => null): void {
    for (const read of events) {
      if (isFolded(this.cursor, read)) continue;
      advance(this.cursor, read);
      this.observed++;
      this.newestAt = Math.max(this.newestAt, read.receivedAt);
      const event = withoutErased(read, this.ports.erasedAt);
      if (!event) continue;
      this.meanwhile?.push(event);
      for (const [userId, { before, after }] of this.judges.observe(event)) this.popularity.reweigh(userId, before, after);
      if (event.attribution !== 'ORPHAN') this.fold(event, regionOf(event.userId));
    }
  }

  private fold(event: LedgerEvent, region: string | null): void {
    const share = this.judges.weightOf(event.userId);
    const weight = this.popularity.observe(event, share);
    if (region !== null && weight !== 0) this.regional.add(region, event.itemNo, weight, event.occurredAt);
    this.acts.observe(event);
    this.buyers.observe(event);
    if (share > 0) this.trials.observe(event);
    this.graph.edges.observe(event, this.catalogue.creatorIdOf(event.itemNo));
  }

  observePage(placed: readonly { itemNo: number }[]): void {
    for (const { itemNo } of placed) this.trials.serve(itemNo);
    this.served += placed.length;
  }

  /** Another process served an item. */
  observeServed(itemNo: number, times: number): void {
    if (!(itemNo >= 0 && itemNo < this.catalogue.size && times > 0)) return;
    this.trials.serve(itemNo, times);
    this.served += times;
  }

  /** Read what was kept, and from the ledger what came after. */
  async load(): Promise<void> {
    const { artefacts, ledger, log } = this.ports;
    const bytes = await artefacts.get(ARTEFACT);
    try {
      if (bytes) this.restore(deserialize(bytes) as Kept);
    } catch (error) {
      log.error({ err: error }, 'what was kept of popularity cannot be read; it is rebuilt from the ledger');
    }
    for await (const events of ledger.eventsSince(this.cursor)) this.observe(events);
    this.changesAtStart = this.catalogue.changes;
  }

  /** Add what other processes recorded since the last time. */
  async follow(regionsOf: (userIds: Iterable<string>) => Promise<RegionOf>): Promise<void> {
    for await (const events of this.ports.ledger.eventsSince(this.cursor)) {
      const unknown = events.filter((event) => !isFolded(this.cursor, event));
      this.observe(unknown, await regionsOf(unknown.map(({ userId }) => userId)));
    }
  }

  /** Count on from a recount, in place of what was counted while actors were not yet judged; the caller's shop is given the result. */
  async takeOver(recount: Recount, shop: Shop): Promise<void> {
    const fresh = new PopularityColumns();
    fresh.restore(recount.popularity);
    fresh.succeed(this.popularity);
    const judgedThen = new Map(recount.judges.map(([userId, judgement, streams]) => [userId, weightFrom(judgement, streams)]));
    const { cursor } = recount;
    const count = (event: LedgerEvent): void => {
      if (isFolded(cursor, event)) return;
      advance(cursor, event);
      if (event.attribution !== 'ORPHAN') fresh.observe(event, judgedThen.get(event.userId) ?? 1, true);
    };
    this.meanwhile = [];
    try {
      for await (const events of this.ports.ledger.eventsSince(structuredClone(cursor))) events.forEach(count);
      this.meanwhile.forEach(count);
    } finally {
      this.meanwhile = null;
    }
    this.judges.restore(recount.judges);
    const now = new Map(this.judges.snapshot().map(([userId]) => [userId, this.judges.weightOf(userId)]));
    for (const userId of new Set([...judgedThen.keys(), ...now.keys()])) {
      const [before, after] = [judgedThen.get(userId) ?? 1, now.get(userId) ?? 1];
      if (before !== after) fresh.reweigh(userId, before, after);
    }
    this.popularity = fresh;
    shop.popularity = fresh;
    this.keptAt = -1;
  }

  users(): Set<string> {
    const { sources, targets } = this.graph.edges.snapshot();
    const buyers = this.buyers.snapshot(this.newestAt).map(([, userId]) => userId);
    const judged = this.judges.snapshot().map(([userId]) => userId);
    return new Set([sources, targets, buyers, judged, this.acts.snapshot().userIds].flat());
  }

  async forget(userIds: readonly string[]): Promise<void> {
    for (const userId of userIds) {
      this.acts.forget(userId);
      this.buyers.forget(userId);
      this.graph.edges.forget(userId);
      this.judges.forget(userId);
    }
    this.keptAt = -1;
    await this.keep();
  }

  /** Keep what was derived, so that the next start reads only what came after; one after the other, so that the last one stays. */
  keep(): Promise<void> {
    this.keeping = this.keeping.catch(() => undefined).then(() => this.keepNow());
    return this.keeping;
  }

  private async keepNow(): Promise<void> {
    const now = this.observed + this.served + this.catalogue.changes - this.changesAtStart;
    if (now === this.keptAt) return;
    const kept: Kept = {
      cursor: this.cursor,
      popularity: this.popularity.snapshot(),
      regional: this.regional.snapshot(),
      acts: this.acts.snapshot(),
      buyers: this.buyers.snapshot(this.newestAt),
      trials: this.trials.snapshot(),
      judges: this.judges.snapshot(),
      edges: this.graph.edges.snapshot(),
      stockTold: stockTold(this.catalogue, LOW_STOCK, this.newestAt - STOCK_FRESH_MS),
    };
    this.keptAt = now; // before it is written: what is forgotten meanwhile has to be kept once more
    await this.ports.artefacts.put(ARTEFACT, serialize(kept)).catch((error: unknown) => {
      this.keptAt = -1;
      throw error;
    });
  }

  private restore({ cursor, popularity, regional, acts, buyers, trials, judges, edges, stockTold: told }: Kept): void {
    this.popularity.restore(popularity);
    this.regional.restore(regional ?? []);
    this.acts.restore(acts);
    this.buyers.restore(buyers ?? []);
    this.trials.restore(trials);
    this.judges.restore(judges);
    this.graph.edges.restore(edges);
    retellStock(this.catalogue, told ?? []);
    this.cursor = cursor;
  }
}
