import { hash32 } from '../random.js';

/** A power of two. */
const SLOTS = 2 ** 18;

/**
 * Bounds what one actor adds to one thing a day, in fixed memory: a table of hashed slots in which a newcomer takes the place of the one before. Somebody
 * pushed out starts his day anew, so the bound may be passed by few under heavy traffic; nobody is ever held to a stranger's account.
 */
export class ActorBudget {
  private readonly owners = new Uint32Array(SLOTS);
  private readonly days = new Int32Array(SLOTS).fill(-1);
  private readonly spent = new Float32Array(SLOTS);

  /** @param limit how far the sum of a day may go from 0 to either side */
  constructor(private readonly limit: number) {}

  /**
   * Take from a budget.
   *
   * @param key    actor and thing
   * @param day    number of the day, 0 or more
   * @param weight wanted, of any sign
   * @returns      what is granted: the weight, or what is left of it
   */
  spend(key: string, day: number, weight: number): number {
    const hash = hash32(key);
    const slot = hash & (SLOTS - 1);
    if (this.owners[slot] !== hash || this.days[slot] !== day) {
      this.owners[slot] = hash;
      this.days[slot] = day;
      this.spent[slot] = 0;
    }
    const before = this.spent[slot];
    const after = Math.min(this.limit, Math.max(-this.limit, before + weight));
    this.spent[slot] = after;
    return after - before;
  }
}
