import { type Interaction, interactionWeight } from '../candidates/build-neighbours.js';
import { EVENT_TYPES, type EventType, type LedgerEvent } from '../events/event.js';
import { type NumberedItem, PLAIN_ITEM } from '../item.js';
import { type History } from './history.js';

/** What the sources call the acts of the public schema; a name of the schema stands for itself, any other is a view. */
const EVENT_TYPE_BY_NAME: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  ...EVENT_TYPES.map((type): [string, EventType] => [type.toLowerCase(), type]),
  ['rating', 'REVIEW'],
  ['favorite', 'SAVE'],
  ['cart', 'ADD_TO_CART'],
  ['listen', 'PLAY_END'],
]);
const STARS = 5;

/** Number of each brand, from 1; 0 is unknown. */
function numberedBrands(brands: History['brands']): Map<string, number> {
  const names = [...new Set(brands)].filter((brand) => brand !== null);
  return new Map(names.map((name, i) => [name, i + 1]));
}

/**
 * A data set in the terms of the service: events as the ledger keeps them, items as the catalogue does. Items are numbered in the order in which some rows
 * first name them, as a shop would have met them; items that no row names have no number. Times that are unknown are 0.
 */
export class ReplayedEvents {
  readonly brandNos: ReadonlyMap<string, number>;
  /** [items of the history] number of each, -1 for none, and the reverse. */
  private readonly noOf: Int32Array;
  private readonly itemOf: number[] = [];
  private readonly typeOf: readonly EventType[];

  constructor(
    readonly history: History,
    rows: Int32Array,
  ) {
    this.brandNos = numberedBrands(history.brands);
    this.typeOf = history.types.map((name) => EVENT_TYPE_BY_NAME.get(name.toLowerCase()) ?? 'VIEW');
    this.noOf = new Int32Array(history.items.length).fill(-1);
    for (const row of rows)
      if (this.noOf[history.itemOf[row]] < 0) this.noOf[history.itemOf[row]] = this.itemOf.push(history.itemOf[row]) - 1;
  }

  /** How many items have a number. */
  get items(): number {
    return this.itemOf.length;
  }
  /** Number of an item of the history, -1 for none. */
  noOfItem(item: number): number {
    return this.noOf[item];
  }
  /** The item of the history behind a number. */
  itemAt(no: number): number {
    return this.itemOf[no];
  }

  /** The event of a row; `seq` is its place in the ledger, from 1. */
  eventOf(row: number, seq: number): LedgerEvent {
    const { users, items, userOf, itemOf, typeOf, at, value } = this.history;
    const type = this.typeOf[typeOf[row]];
    const event: LedgerEvent = {
      id: `${row}`,
      type,
      userId: users[userOf[row]],
      occurredAt: at[row] || 0,
      receivedAt: at[row] || 0,
      itemId: items[itemOf[row]],
      itemNo: this.noOf[itemOf[row]],
      attribution: 'UNATTRIBUTED',
      writer: 1,
      seq,
    };
    if (type === 'REVIEW' && value[row] >= 1) event.rating = Math.min(STARS, value[row]);
    if (type === 'PURCHASE' && value[row] > 0) event.amount = value[row];
    return event;
  }

  /** What rows say of who likes what, from an instant on. */
  interactionsOf(rows: Int32Array, since: number): Interaction[] {
    const { userOf, itemOf, at, typeOf } = this.history;
    const interactions: Interaction[] = [];
    for (const row of rows) {
      const type = this.typeOf[typeOf[row]];
      const weight = interactionWeight({ type });
      if (weight <= 0 || at[row] < since) continue;
      interactions.push({ userNo: userOf[row], itemNo: this.noOf[itemOf[row]], weight, at: at[row] || 0, bought: type === 'PURCHASE' });
    }
    return interactions;
  }

  /** An item with its numbers, created at an instant. */
  rowOf(no: number, createdAt: number): NumberedItem {
    const { items, categories, categoriesOf, brands } = this.history;
    const item = this.itemOf[no];
    return {
      no,
      item: {
        ...PLAIN_ITEM,
        id: items[item],
        title: items[item],
        categories: categoriesOf[item].map((category) => categories[category]),
        brand: brands[item],
        createdAt,
      },
      categoryNos: categoriesOf[item].map((category) => category + 1),
      brandNo: this.brandNos.get(brands[item] ?? '') ?? 0,
      creatorNo: 0,
      removed: false,
    };
  }
}
