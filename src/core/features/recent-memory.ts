import { type Catalogue } from '../candidates/catalogue.js';
import { NumberTable } from '../candidates/number-table.js';
import { type EventType } from '../events/event.js';
import { type RecentAct } from '../tags/state.js';

/** How often, and when last, something was done with each of some numbers. */
export class ActCounts {
  private readonly counts: NumberTable;
  private readonly lastAt: NumberTable;

  /** @param expected how many acts there will be; more are possible */
  constructor(expected: number) {
    this.counts = new NumberTable(expected);
    this.lastAt = new NumberTable(expected);
  }

  /** Acts come newest first; number 0 of a name is unknown, so names are counted from 1 on. */
  add(no: number, at: number): void {
    const before = this.counts.get(no, 0);
    if (before === 0) this.lastAt.set(no, at);
    this.counts.set(no, before + 1);
  }
  of(no: number): number {
    return this.counts.get(no, 0);
  }
  /** Epoch ms; NaN for never. */
  last(no: number): number {
    return this.lastAt.get(no, Number.NaN);
  }
}

const CART: ReadonlySet<EventType> = new Set(['ADD_TO_CART', 'REMOVE_FROM_CART', 'CHECKOUT', 'PURCHASE', 'REFUND']);
const LIKING: ReadonlySet<EventType> = new Set(['LIKE', 'SAVE', 'UNLIKE', 'UNSAVE']);

/** The last 50 acts of a user, by what they were done with. */
export class RecentMemory {
  readonly item: ActCounts;
  readonly leaf: ActCounts;
  readonly brand: ActCounts;
  readonly creator: ActCounts;
  readonly leftInCart = new Set<number>();
  readonly kept = new Set<number>();

  constructor(recent: readonly RecentAct[], catalogue: Catalogue) {
    const counts = (): ActCounts => new ActCounts(recent.length);
    [this.item, this.leaf, this.brand, this.creator] = [counts(), counts(), counts(), counts()];
    const cartSettled = new Set<number>();
    const likingSettled = new Set<number>();
    for (const { itemNo, type, occurredAt } of recent) {
      this.item.add(itemNo, occurredAt);
      if (catalogue.leafCategory[itemNo] > 0) this.leaf.add(catalogue.leafCategory[itemNo], occurredAt);
      if (catalogue.brand[itemNo] > 0) this.brand.add(catalogue.brand[itemNo], occurredAt);
      if (catalogue.creator[itemNo] > 0) this.creator.add(catalogue.creator[itemNo], occurredAt);
      if (CART.has(type) && !cartSettled.has(itemNo)) {
        cartSettled.add(itemNo);
        if (type === 'ADD_TO_CART') this.leftInCart.add(itemNo);
      }
      if (LIKING.has(type) && !likingSettled.has(itemNo)) {
        likingSettled.add(itemNo);
        if (type === 'LIKE' || type === 'SAVE') this.kept.add(itemNo);
      }
    }
  }
}
