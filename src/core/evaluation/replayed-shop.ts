import { buildBestSimilar, buildBoughtTogether, buildEmbedded, buildSimilar } from '../candidates/build-neighbours.js';
import { NO_BLOCKS } from '../candidates/blocks.js';
import { Catalogue } from '../candidates/catalogue.js';
import { noNeighbours } from '../candidates/neighbours.js';
import { PopularityColumns } from '../candidates/popularity.js';
import { ActsByUser } from '../candidates/recent-acts.js';
import { noCycles } from '../candidates/repurchase.js';
import { noGraph } from '../candidates/graph/social-graph.js';
import { RegionalTrends } from '../candidates/regional-trends.js';
import { noTrust } from '../candidates/trust/item-trust.js';
import { everybodyCounts } from '../events/authenticity/judges.js';
import { TrialColumns } from '../candidates/trials.js';
import { type Shop } from '../candidates/shop.js';
import { foldEvent } from '../tags/fold.js';
import { emptyState, type UserState } from '../tags/state.js';
import { type History } from './history.js';
import { ReplayedEvents } from './replayed-events.js';

const FOLD_OPTIONS = { timeZone: 'UTC' };
const TIE = 1;
const MAX_TIES = 500;
/** Vectors change slowly and take long to learn: they are learned again after so much more. */
const EMBEDDING_GROWTH = 1.1;

/** The result of work that pauses now and then, done without a pause. */
export function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/**
 * The service's own view of a data set, made by telling it one event after the other: an item enters the catalogue with its first event, everyone's state
 * is folded from what he did.
 *
 * The sources do not date who follows whom, so a tie counts as made when the user is asked.
 */
export class ReplayedShop {
  readonly shop: Shop;
  /** How many events were told. */
  told = 0;
  /** How many events the vectors were learned from. */
  private embeddedFrom = 0;
  private readonly events: ReplayedEvents;
  private readonly catalogue = new Catalogue();
  private readonly popularity = new PopularityColumns();
  private readonly acts = new ActsByUser();
  private readonly states: (UserState | undefined)[] = [];

  /** @param rows all that will be told, in order */
  constructor(
    private readonly history: History,
    private readonly rows: Int32Array,
  ) {
    this.events = new ReplayedEvents(history, rows);
    const { category, brand } = this.catalogue.names;
    history.categories.forEach((name, i) => category.set(i + 1, name));
    for (const [name, no] of this.events.brandNos) brand.set(no, name);
    const { catalogue, popularity, acts } = this;
    this.shop = {
      catalogue,
      popularity,
      acts,
      similar: noNeighbours(),
      boughtTogether: noNeighbours(),
      embedded: noNeighbours(),
      cycles: noCycles(),
      trials: new TrialColumns(),
      authenticity: everybodyCounts,
      regional: new RegionalTrends(),
      graph: noGraph(),
      trust: noTrust(),
      blocks: NO_BLOCKS,
    };
  }

  /** Tell the service of the next event. */
  observeNext(): void {
    const row = this.rows[this.told++];
    const event = this.events.eventOf(row, this.told);
    this.introduce(this.history.itemOf[row], event.occurredAt);
    const state = (this.states[this.history.userOf[row]] ??= emptyState());
    this.popularity.observe(event);
    this.acts.observe(event);
    foldEvent(state, event, this.catalogue.row(event.itemNo), FOLD_OPTIONS);
  }

  /** Take an item into the catalogue, unless it is there. */
  introduce(item: number, at: number): void {
    const no = this.events.noOfItem(item);
    if (!this.catalogue.has(no)) this.catalogue.put(this.events.rowOf(no, at));
  }

  /**
   * Make the tables of neighbours from the first so many events, of which those of some time before the last one count.
   *
   * @param chooses whether regression is tried, as the service does: too slow to be done again and again along a stream
   */
  learnFrom(count: number, windowMs: number, chooses = false): void {
    if (count === 0) return;
    const now = this.history.at[this.rows[count - 1]] || 0;
    const interactions = this.events.interactionsOf(this.rows.subarray(0, count), now - windowMs);
    const options = { items: this.events.items, now };
    this.shop.similar = chooses ? finished(buildBestSimilar(interactions, options)).table : finished(buildSimilar(interactions, options));
    this.shop.boughtTogether = finished(buildBoughtTogether(interactions, options));
    if (count < this.embeddedFrom * EMBEDDING_GROWTH) return;
    this.embeddedFrom = count;
    this.shop.embedded = finished(buildEmbedded(interactions, options));
  }

  /** What is known of a user at an instant. */
  stateOf(user: number, now: number): UserState {
    const state = (this.states[user] ??= emptyState());
    const followees = this.history.followees?.[user] ?? [];
    state.ties = new Map(Array.from(followees.slice(0, MAX_TIES), (other) => [this.history.users[other], { value: TIE, at: now }]));
    return state;
  }

  /** Numbers in the catalogue of those items that are in it. */
  nosOf(items: Iterable<number>): number[] {
    return Array.from(items, (item) => this.events.noOfItem(item)).filter((no) => no >= 0 && this.catalogue.has(no));
  }
  /** The item of the history behind a number of the catalogue. */
  itemAt(no: number): number {
    return this.events.itemAt(no);
  }
}
