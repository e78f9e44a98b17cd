import {
  buildBoughtTogether,
  buildEmbedded,
  buildSimilar,
  type Interaction,
  interactionWeight,
} from '../../candidates/build-neighbours.js';
import { NO_BLOCKS } from '../../candidates/blocks.js';
import { Catalogue } from '../../candidates/catalogue.js';
import { noGraph } from '../../candidates/graph/social-graph.js';
import { noNeighbours } from '../../candidates/neighbours.js';
import { PopularityColumns } from '../../candidates/popularity.js';
import { ActsByUser } from '../../candidates/recent-acts.js';
import { RegionalTrends } from '../../candidates/regional-trends.js';
import { noCycles } from '../../candidates/repurchase.js';
import { type Shop } from '../../candidates/shop.js';
import { TrialColumns } from '../../candidates/trials.js';
import { noTrust } from '../../candidates/trust/item-trust.js';
import { everybodyCounts } from '../../events/authenticity/judges.js';
import { type LedgerEvent } from '../../events/event.js';
import { type NumberedItem, PLAIN_ITEM } from '../../item.js';
import { type BuiltPage } from '../../page.js';
import { foldEvent, foldPage } from '../../tags/fold.js';
import { emptyState, type UserState } from '../../tags/state.js';
import { DAY_MS } from '../../time.js';
import { finished } from '../replayed-shop.js';
import { type World } from './world.js';

/** Before the first day, what happened happened over so many days. */
const PAST_DAYS = 90;
const FOLD_OPTIONS = { timeZone: 'UTC' };

/** The service's own view of a simulated shop: its catalogue, its users' states, and what it learned of them. */
export class SimulatedShop {
  readonly shop: Shop;
  private readonly catalogue = new Catalogue();
  private readonly popularity = new PopularityColumns();
  private readonly acts = new ActsByUser();
  private readonly trials = new TrialColumns();
  private readonly states = new Map<string, UserState>();
  private readonly interactions: Interaction[] = [];
  private readonly userNos = new Map<string, number>();
  private readonly rows: NumberedItem[];
  private seq = 0;
  private pages = 0;

  /** @param start epoch ms of the first day */
  constructor(
    private readonly world: World,
    readonly start: number,
  ) {
    this.rows = rowsOf(world, start, this.catalogue);
    const { catalogue, popularity, acts, trials } = this;
    this.shop = {
      catalogue,
      popularity,
      acts,
      trials,
      similar: noNeighbours(),
      boughtTogether: noNeighbours(),
      embedded: noNeighbours(),
      cycles: noCycles(),
      authenticity: everybodyCounts,
      regional: new RegionalTrends(),
      graph: noGraph(),
      trust: noTrust(),
      blocks: NO_BLOCKS,
    };
    for (const row of this.rows) if (row.item.createdAt < start) catalogue.put(row);
    const { past } = world;
    past.forEach(({ userId, itemNo }, i) =>
      this.tell(userId, itemNo, { type: 'VIEW', at: Math.floor(start - PAST_DAYS * DAY_MS * (1 - i / past.length)) }),
    );
  }

  /** What arrives in the night, and what is learned again. */
  wake(day: number, learns: boolean): void {
    const now = this.start + day * DAY_MS;
    for (const row of this.rows) if (this.world.items[row.no].day === day && day > 0) this.catalogue.put(row);
    if (!learns) return;
    const options = { items: this.rows.length, now };
    this.shop.similar = finished(buildSimilar(this.interactions, options));
    this.shop.boughtTogether = finished(buildBoughtTogether(this.interactions, options));
    // Vectors change slowly and take long to learn.
    if (day === 0) this.shop.embedded = finished(buildEmbedded(this.interactions, options));
  }

  isOffered(no: number): boolean {
    return this.catalogue.has(no);
  }

  stateOf(userId: string): UserState {
    let state = this.states.get(userId);
    if (!state) this.states.set(userId, (state = emptyState()));
    return state;
  }

  /** Note that somebody was served a page. Gives its name. */
  serve(userId: string, { placed, widening }: BuiltPage, at: number): string {
    const feedId = `p${++this.pages}`;
    const page = {
      writer: 1, seq: this.pages, receivedAt: at, servedAt: at, feedId, kind: 'feed', fixedByCaller: false, placed, ...(widening && { widening }),
    }; // prettier-ignore
    for (const { itemNo } of placed) this.trials.serve(itemNo);
    foldPage(this.stateOf(userId), page, { page, countsAt: 'SERVED', itemOf: (no) => this.catalogue.row(no) });
    return feedId;
  }

  /** Tell the service of something that somebody did; `exposureId` is that of the card that led to it. */
  tell(userId: string, itemNo: number, { type, at, exposureId }: Pick<LedgerEvent, 'type' | 'exposureId'> & { at: number }): void {
    const { items } = this.world;
    const seq = ++this.seq;
    const event: LedgerEvent = {
      id: `e${seq}`, type, userId, occurredAt: at, receivedAt: at, itemId: items[itemNo].id, itemNo, writer: 1, seq,
      attribution: exposureId === undefined ? 'UNATTRIBUTED' : 'ATTRIBUTED',
    }; // prettier-ignore
    if (exposureId !== undefined) event.exposureId = exposureId;
    foldEvent(this.stateOf(userId), event, this.catalogue.row(itemNo), FOLD_OPTIONS);
    this.popularity.observe(event);
    this.acts.observe(event);
    this.trials.observe(event);
    let userNo = this.userNos.get(userId);
    if (userNo === undefined) this.userNos.set(userId, (userNo = this.userNos.size));
    const weight = interactionWeight(event);
    if (weight > 0) this.interactions.push({ userNo, itemNo, weight, at, bought: type === 'PURCHASE' });
  }
}

function rowsOf({ items, kinds }: World, start: number, { names }: Catalogue): NumberedItem[] {
  kinds.forEach((kind, place) => names.category.set(place + 1, kind));
  const creatorNos = new Map<string, number>();
  return items.map(({ id, kind, creator, day }, no) => {
    let creatorNo = creatorNos.get(creator);
    if (creatorNo === undefined) {
      creatorNos.set(creator, (creatorNo = creatorNos.size + 1));
      names.creator.set(creatorNo, creator);
    }
    const createdAt = day > 0 ? start + day * DAY_MS : start - PAST_DAYS * DAY_MS;
    const item = { ...PLAIN_ITEM, id, title: id, categories: [kinds[kind]], creatorId: creator, createdAt };
    return { no, item, categoryNos: [kind + 1], brandNo: 0, creatorNo, removed: false };
  });
}
