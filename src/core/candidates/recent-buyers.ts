import { type Authenticity } from '../events/authenticity/judges.js';
import { type LedgerEvent } from '../events/event.js';
import { DAY_MS } from '../time.js';

/** Somebody counts as a recent buyer for so many days. */
export const RECENT_DAYS = 7;
const RECENT_MS = RECENT_DAYS * DAY_MS;
/** More buyers of one item, and more of all items together, are not remembered: then fewer are told of than there are. */
const BUYERS_AN_ITEM = 500;
const MOST_BUYERS = 300_000;
/** A count is good for so long, unless something happens to the item. */
const GOOD_FOR_MS = 10_000;

/** The state of the class below, for a snapshot. */
export type RecentBuyersState = [itemNo: number, userId: string, at: number][];

/** Who bought what lately. */
export class RecentBuyers {
  private readonly buyersByItem = new Map<number, Map<string, number>>();
  private readonly counted = new Map<number, { at: number; count: number }>();
  private size = 0;

  /** Take in an acknowledged event: a refund takes its user off the list. Times may come in any order. */
  observe({ type, itemNo, userId, occurredAt }: Pick<LedgerEvent, 'type' | 'itemNo' | 'userId' | 'occurredAt'>): void {
    if (itemNo < 0 || (type !== 'PURCHASE' && type !== 'REFUND')) return;
    this.counted.delete(itemNo);
    const buyers = this.buyersByItem.get(itemNo);
    if (type === 'REFUND') return this.drop(buyers, userId);
    if (buyers && buyers.size >= BUYERS_AN_ITEM && !buyers.has(userId)) this.drop(buyers, buyers.keys().next().value!);
    this.put(itemNo, userId, occurredAt);
    if (this.size > MOST_BUYERS) this.forgetItem(this.buyersByItem.keys().next().value!);
  }

  /**
   * People who bought an item in the last seven days and did not give it back, only those who are taken for people without doubt. May lag ten seconds behind
   * judgements, never behind purchases and refunds.
   */
  countOf(itemNo: number, now: number, authenticity: Authenticity): number {
    const buyers = this.buyersByItem.get(itemNo);
    if (!buyers) return 0;
    const known = this.counted.get(itemNo);
    if (known && now >= known.at && now - known.at < GOOD_FOR_MS) return known.count;
    let count = 0;
    for (const [userId, at] of buyers) if (now - at < RECENT_MS && at <= now && authenticity.weightOf(userId) === 1) count++;
    this.counted.set(itemNo, { at: now, count });
    return count;
  }

  /** Whether anybody bought an item at or after an instant. */
  boughtSince(itemNo: number, since: number): boolean {
    for (const at of this.buyersByItem.get(itemNo)?.values() ?? []) if (at >= since) return true;
    return false;
  }

  forget(userId: string): void {
    this.counted.clear();
    for (const buyers of this.buyersByItem.values()) this.drop(buyers, userId);
  }

  /** Those who still count at an instant. */
  snapshot(now: number): RecentBuyersState {
    return [...this.buyersByItem].flatMap(([itemNo, buyers]) =>
      [...buyers].filter(([, at]) => now - at < RECENT_MS).map(([userId, at]): RecentBuyersState[number] => [itemNo, userId, at]),
    );
  }
  restore(state: RecentBuyersState): void {
    for (const [itemNo, userId, at] of state) this.put(itemNo, userId, at);
  }

  private put(itemNo: number, userId: string, at: number): void {
    let buyers = this.buyersByItem.get(itemNo);
    if (!buyers) this.buyersByItem.set(itemNo, (buyers = new Map<string, number>()));
    const before = buyers.get(userId);
    if (before === undefined) this.size++;
    buyers.set(userId, Math.max(before ?? at, at));
  }
  private drop(buyers: Map<string, number> | undefined, userId: string): void {
    if (buyers?.delete(userId)) this.size--;
  }
  private forgetItem(itemNo: number): void {
    this.size -= this.buyersByItem.get(itemNo)?.size ?? 0;
    this.buyersByItem.delete(itemNo);
    this.counted.delete(itemNo);
  }
}
