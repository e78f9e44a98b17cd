import { type LedgerEvent } from '../events/event.js';
import { type ReceiptLevel } from '../settings.js';
import { DAY_MS } from '../time.js';
import { ActorBudget } from './actor-budget.js';
import { growUint32 } from './columns.js';

/** How often every item was tried, and with what success: what its click rate is estimated from. */
export interface Trials {
  /** How often an item was shown, as the level counts it; 0 or more. */
  shown(itemNo: number, level: ReceiptLevel): number;
  /** Clicks that came of showing an item, one a user and day. */
  clicks(itemNo: number): number;
  /** Mean click rate of everything shown, drawn towards one in twenty while little was; between 0 and 1, neither reached. */
  meanRate(level: ReceiptLevel): number;
}

/** The state of the class below, for a snapshot. */
export type TrialsState = Record<Column, Uint32Array>;

const COLUMNS = ['SERVED', 'RENDERED', 'IMPRESSION', 'CLICK'] as const;
type Column = (typeof COLUMNS)[number];

/** What is taken for a shop's click rate before it has one, and how many showings that belief is worth. */
const USUAL_RATE = 0.05;
const USUAL_WORTH = 100;
/** No rate is taken for certain. */
const LEAST_RATE = 0.001;

const isColumn = (type: string): type is Column => type !== 'SERVED' && (COLUMNS as readonly string[]).includes(type);

/** Trials of all items in columns, folded from pages served and from events. Memory: 16 bytes an item and 3 MiB. */
export class TrialColumns implements Trials {
  private counts: TrialsState = emptyColumns();
  private readonly totals = { SERVED: 0, RENDERED: 0, IMPRESSION: 0, CLICK: 0 };
  private readonly clicksOfDay = new ActorBudget(1);

  /** Pages placed an item. */
  serve(itemNo: number, times = 1): void {
    this.count('SERVED', itemNo, times);
  }

  /** Events that tell of an exposure of this service; all others say nothing of a trial. */
  observe({ type, itemNo, userId, occurredAt, attribution }: LedgerEvent): void {
    if (itemNo < 0 || attribution !== 'ATTRIBUTED' || !isColumn(type)) return;
    if (type === 'CLICK' && this.clicksOfDay.spend(`${userId} ${itemNo}`, Math.floor(occurredAt / DAY_MS), 1) === 0) return;
    this.count(type, itemNo);
  }

  shown(itemNo: number, level: ReceiptLevel): number {
    return this.counts[level][itemNo] ?? 0;
  }
  clicks(itemNo: number): number {
    return this.counts.CLICK[itemNo] ?? 0;
  }
  meanRate(level: ReceiptLevel): number {
    const rate = (this.totals.CLICK + USUAL_RATE * USUAL_WORTH) / (this.totals[level] + USUAL_WORTH);
    return Math.min(1 - LEAST_RATE, Math.max(LEAST_RATE, rate));
  }

  snapshot(): TrialsState {
    return { ...this.counts };
  }
  restore(state: TrialsState): void {
    for (const name of COLUMNS) {
      this.counts[name] = state[name].slice(); // they may lie in all that was read
      this.totals[name] = state[name].reduce((sum, count) => sum + count, 0);
    }
  }

  private count(column: Column, itemNo: number, times = 1): void {
    if (itemNo >= this.counts[column].length)
      this.counts[column] = growUint32(this.counts[column], Math.max(itemNo + 1, this.counts[column].length * 2));
    this.counts[column][itemNo] += times;
    this.totals[column] += times;
  }
}

const emptyColumns = (): TrialsState => ({
  SERVED: new Uint32Array(0),
  RENDERED: new Uint32Array(0),
  IMPRESSION: new Uint32Array(0),
  CLICK: new Uint32Array(0),
});
