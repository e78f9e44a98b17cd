import { hash32 } from '../random.js';

/** A power of two; a table is full at half of it. */
const SLOTS = 2 ** 18;
const FULL = SLOTS / 2;

/** Sums by a 64-bit fingerprint of their key, in open addressing. */
interface Table {
  low: Uint32Array;
  high: Uint32Array;
  /** 0 marks a free slot, so days count from 1. */
  days: Int32Array;
  spent: Float32Array;
  size: number;
}

/** What is spent, for a snapshot: an entry each. */
export interface BudgetState {
  low: Uint32Array;
  high: Uint32Array;
  days: Int32Array;
  spent: Float32Array;
}

const emptyTable = (): Table => ({
  low: new Uint32Array(SLOTS),
  high: new Uint32Array(SLOTS),
  days: new Int32Array(SLOTS),
  spent: new Float32Array(SLOTS),
  size: 0,
});

/**
 * Bounds what one actor adds to one thing a day, in fixed memory (8 MiB): two tables, of which the older is dropped when the newer one is full. A sum that
 * is touched moves to the newer one, so a budget is only ever opened anew after 131,072 others were opened in between; nobody can be pushed out by
 * choosing a name.
 */
export class ActorBudget {
  private current = emptyTable();
  private previous = emptyTable();

  /**
   * @param limit  how far the sum of a day may go above 0
   * @param lowest and how far below; as far when left out
   */
  constructor(
    private readonly limit: number,
    private readonly lowest = -limit,
  ) {}

  /**
   * Take from a budget.
   *
   * @param key    actor and thing
   * @param day    number of the day, 0 or more
   * @param weight wanted, of any sign
   * @returns      what is granted: the weight, or what is left of it
   */
  spend(key: string, day: number, weight: number): number {
    const [low, high] = [hash32(key), hash32(`${day} ${key}`)];
    const slot = this.slotFor(low, high, day + 1);
    const before = this.current.spent[slot];
    const after = Math.fround(Math.min(this.limit, Math.max(this.lowest, before + weight)));
    this.current.spent[slot] = after;
    return after - before;
  }

  snapshot(): BudgetState {
    // The older table first, so that what was touched last is what stays.
    const places = [this.previous, this.current].map((table) => ({ table, slots: takenOf(table) }));
    const all = <T>(read: (table: Table, slot: number) => T): T[] =>
      places.flatMap(({ table, slots }) => slots.map((slot) => read(table, slot)));
    return {
      low: Uint32Array.from(all(({ low }, slot) => low[slot])),
      high: Uint32Array.from(all(({ high }, slot) => high[slot])),
      days: Int32Array.from(all(({ days }, slot) => days[slot])),
      spent: Float32Array.from(all(({ spent }, slot) => spent[slot])),
    };
  }
  restore({ low, high, days, spent }: BudgetState): void {
    this.current = emptyTable();
    this.previous = emptyTable();
    days.forEach((day, i) => (this.current.spent[this.slotFor(low[i], high[i], day)] = spent[i]));
  }

  private slotFor(low: number, high: number, day: number): number {
    let slot = find(this.current, low, high, day);
    if (this.current.days[slot] !== 0) return slot;
    const old = find(this.previous, low, high, day);
    const carried = this.previous.days[old] === 0 ? 0 : this.previous.spent[old];
    if (this.current.size === FULL) {
      const dropped = this.previous;
      dropped.days.fill(0);
      dropped.size = 0;
      this.previous = this.current;
      this.current = dropped;
      slot = find(dropped, low, high, day);
    }
    const table = this.current;
    table.low[slot] = low;
    table.high[slot] = high;
    table.days[slot] = day;
    table.spent[slot] = carried;
    table.size++;
    return slot;
  }
}

const takenOf = ({ days }: Table): number[] => {
  const slots: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) if (days[slot] !== 0) slots.push(slot);
  return slots;
};

/** Where a key stands, or the free slot it would take. */
function find({ low, high, days }: Table, wantedLow: number, wantedHigh: number, day: number): number {
  let slot = (wantedLow ^ wantedHigh) & (SLOTS - 1);
  while (days[slot] !== 0 && (low[slot] !== wantedLow || high[slot] !== wantedHigh || days[slot] !== day)) slot = (slot + 1) & (SLOTS - 1);
  return slot;
}
