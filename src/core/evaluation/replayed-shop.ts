import { buildBoughtTogether, buildSimilar, type Interaction, interactionWeight } from '../candidates/build-neighbours.js';
import { Catalogue } from '../candidates/catalogue.js';
import { noNeighbours } from '../candidates/neighbours.js';
import { PopularityColumns } from '../candidates/popularity.js';
import { ActsByUser } from '../candidates/recent-acts.js';
import { type Shop } from '../candidates/shop.js';
import { EVENT_TYPES, type EventType, type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { foldEvent } from '../tags/fold.js';
import { emptyState, type UserState } from '../tags/state.js';
import { type History } from './history.js';

/** What the sources call the acts of the public schema; a name of the schema stands for itself, any other is a view. */
const EVENT_TYPE_BY_NAME: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  ...EVENT_TYPES.map((type): [string, EventType] => [type.toLowerCase(), type]),
  ['rating', 'REVIEW'],
  ['favorite', 'SAVE'],
  ['cart', 'ADD_TO_CART'],
  ['listen', 'PLAY_END'],
]);

const FOLD_OPTIONS = { timeZone: 'UTC' };
const TIE = 1;
const MAX_TIES = 500;
const STARS = 5;

/** The result of work that pauses now and then, done without a pause. */
function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/**
 * The service's own view of a data set, made by telling it one event after the other: an item enters the catalogue with its first event, everyone's state
 * is folded from what he did. Items are numbered in the order in which they came, as in a shop.
 *
 * The sources do not date who follows whom, so a tie counts as made when the user is asked.
 */
export class ReplayedShop {
  readonly shop: Shop;
  private readonly catalogue = new Catalogue();
  private readonly popularity = new PopularityColumns();
  private readonly acts = new ActsByUser();
  private readonly states: (UserState | undefined)[] = [];
  /** Number in the catalogue of each item of the history, -1 before its first event, and the reverse. */
  private readonly noOf: Int32Array;
  private readonly itemOf: number[] = [];
  private readonly interactions: Interaction[] = [];
  private told = 0;

  constructor(private readonly history: History) {
    this.noOf = new Int32Array(history.items.length).fill(-1);
    history.categories.forEach((name, i) => this.catalogue.names.category.set(i + 1, name));
    this.brandNos();
    this.shop = {
      catalogue: this.catalogue,
      popularity: this.popularity,
      acts: this.acts,
      similar: noNeighbours(),
      boughtTogether: noNeighbours(),
    };
  }

  /** Tell the service of an event, by its row. */
  observe(row: number): void {
    const event = this.eventOf(row);
    const user = this.history.userOf[row];
    const state = (this.states[user] ??= emptyState());
    const weight = interactionWeight(event);
    const { itemNo, occurredAt: at } = event;
    if (weight > 0) this.interactions.push({ userNo: user, itemNo, weight, at, bought: event.type === 'PURCHASE' });
    this.popularity.observe(event);
    this.acts.observe(event);
    foldEvent(state, event, this.catalogue.row(event.itemNo), FOLD_OPTIONS);
  }

  /** How many events were told. */
  get size(): number {
    return this.told;
  }

  /** Make the tables of neighbours again from what was told of some time back. */
  learn(now: number, windowMs: number): void {
    const recent = this.interactions.filter(({ at }) => at >= now - windowMs);
    const options = { items: this.itemOf.length, now };
    this.shop.similar = finished(buildSimilar(recent, options));
    this.shop.boughtTogether = finished(buildBoughtTogether(recent, options));
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
    return Array.from(items, (item) => this.noOf[item]).filter((no) => no >= 0);
  }
  /** The item of the history behind a number of the catalogue. */
  itemAt(no: number): number {
    return this.itemOf[no];
  }

  private eventOf(row: number): LedgerEvent {
    const { users, items, types, userOf, itemOf, typeOf, at, value } = this.history;
    const item = itemOf[row];
    const occurredAt = at[row] || 0;
    const type = EVENT_TYPE_BY_NAME.get(types[typeOf[row]].toLowerCase()) ?? 'VIEW';
    const itemNo = this.noOf[item] >= 0 ? this.noOf[item] : this.put(item, occurredAt);
    const event: LedgerEvent = {
      id: `${row}`,
      type,
      userId: users[userOf[row]],
      occurredAt,
      receivedAt: occurredAt,
      itemId: items[item],
      itemNo,
      attribution: 'UNATTRIBUTED',
      writer: 1,
      seq: ++this.told,
    };
    if (type === 'REVIEW' && value[row] >= 1) event.rating = Math.min(STARS, value[row]);
    if (type === 'PURCHASE' && value[row] > 0) event.amount = value[row];
    return event;
  }

  private put(item: number, createdAt: number): number {
    const no = this.itemOf.push(item) - 1;
    this.noOf[item] = no;
    this.catalogue.put(this.rowOf(item, no, createdAt));
    return no;
  }

  private rowOf(item: number, no: number, createdAt: number): NumberedItem {
    const { items, categories, categoriesOf, brands } = this.history;
    return {
      no,
      item: {
        id: items[item],
        kind: 'PRODUCT',
        title: items[item],
        categories: categoriesOf[item].map((category) => categories[category]),
        brand: brands[item],
        creatorId: null,
        price: null,
        currency: null,
        stock: null,
        labels: [],
        style: null,
        commercial: false,
        aiGenerated: false,
        productIds: [],
        regions: [],
        geohash: null,
        minAge: null,
        durationMs: null,
        repurchaseDays: null,
        imageUrl: null,
        createdAt,
        availableUntil: null,
      },
      categoryNos: categoriesOf[item].map((category) => category + 1),
      brandNo: this.catalogue.names.brand.no(brands[item] ?? ''),
      creatorNo: 0,
      removed: false,
    };
  }

  private brandNos(): void {
    const names = new Set(this.history.brands.filter((brand) => brand !== null));
    [...names].forEach((name, i) => this.catalogue.names.brand.set(i + 1, name));
  }
}
