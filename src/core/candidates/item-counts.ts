import { type EventType, type LedgerEvent } from '../events/event.js';
import { growFloat32 } from './columns.js';

const COLUMNS = ['opened', 'carted', 'bought', 'ratings', 'stars'] as const;
type Column = (typeof COLUMNS)[number];

/** How often something was done with every item since the beginning: clicks and views, into a cart, purchases, ratings and the sum of their stars. */
export interface ItemCounts {
  /** Of one item, 0 or more. */
  of(column: Column, itemNo: number): number;
  /** Of all items. */
  total(column: Column): number;
}

/** The state of the class below, for a snapshot: a column of numbers per item. */
export type ItemCountsState = Record<Column, Float32Array>;

const EFFECTS: Partial<Record<EventType, { column: Column; by: number }>> = {
  CLICK: { column: 'opened', by: 1 },
  VIEW: { column: 'opened', by: 1 },
  ADD_TO_CART: { column: 'carted', by: 1 },
  REMOVE_FROM_CART: { column: 'carted', by: -1 },
  PURCHASE: { column: 'bought', by: 1 },
  REFUND: { column: 'bought', by: -1 },
};

/** Counts of all items in columns, folded from the ledger. Memory: 20 bytes an item. */
export class ItemCountColumns implements ItemCounts {
  private columns: ItemCountsState = columnsOf(() => new Float32Array(1024));
  private readonly totals: Record<Column, number> = { opened: 0, carted: 0, bought: 0, ratings: 0, stars: 0 };
  private size = 0;

  observe({ type, itemNo, rating }: LedgerEvent): void {
    const effect = EFFECTS[type];
    if (effect) this.add(effect.column, itemNo, effect.by);
    if (type !== 'REVIEW' || rating === undefined) return;
    this.add('ratings', itemNo, 1);
    this.add('stars', itemNo, rating);
  }

  of(column: Column, itemNo: number): number {
    return itemNo < this.size ? this.columns[column][itemNo] : 0;
  }
  total(column: Column): number {
    return this.totals[column];
  }

  snapshot(): ItemCountsState {
    return columnsOf((column) => this.columns[column].slice(0, this.size));
  }
  restore(state: ItemCountsState): void {
    this.size = state.opened.length;
    this.columns = columnsOf((column) => growFloat32(state[column], Math.max(1024, this.size)));
    for (const column of COLUMNS) this.totals[column] = state[column].reduce((sum, value) => sum + value, 0);
  }

  /** What takes back more than was done is taken as far as 0. */
  private add(column: Column, itemNo: number, by: number): void {
    if (itemNo >= this.columns[column].length) {
      const capacity = Math.max(itemNo + 1, this.columns[column].length * 2);
      this.columns = columnsOf((name) => growFloat32(this.columns[name], capacity));
    }
    this.size = Math.max(this.size, itemNo + 1);
    const before = this.columns[column][itemNo];
    const after = Math.max(0, before + by);
    this.columns[column][itemNo] = after;
    this.totals[column] += after - before;
  }
}

function columnsOf(make: (column: Column) => Float32Array): ItemCountsState {
  return Object.fromEntries(COLUMNS.map((column) => [column, make(column)])) as ItemCountsState;
}
