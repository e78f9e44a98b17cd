import { DEAD_BAND } from '../../diversification/cocoon/controller.js';
import { type PageWidening } from '../../tags/cocoon/widening.js';

/** Parts of the range of narrowness, 0..1, in which strengths are added up. */
export const NARROWNESS_PARTS = 5;

/** What a loop did over a run; with a visit a day at most, a page is a user-day. */
export interface LoopCount {
  pages: number;
  /** Pages that cost more than the budget of the day allowed, and were not the one card that is given all the same. */
  broken: number;
  /** Pages with that card, and pages on which the budget held widening back. */
  dosed: number;
  bound: number;
  /** Share of the value of all pages that widening took, 0..1. */
  cost: number;
  /** [parts] pages of users as narrow, and the strength that was added to them on average by the loop's own wish. */
  pagesByNarrowness: number[];
  boostByNarrowness: number[];
  /** Turns of the added strength from up to down or back, a user. */
  turns: number;
}

const DUST = 1e-9;

/** Looks on while a loop works. */
export class LoopWatch {
  private readonly sums = { pages: 0, broken: 0, dosed: 0, bound: 0, value: 0, spent: 0 };
  private readonly pagesBy = new Float64Array(NARROWNESS_PARTS);
  private readonly boostBy = new Float64Array(NARROWNESS_PARTS);
  private readonly last = new Map<string, { boost: number; direction: number; turns: number }>();

  constructor(private readonly budget: number) {}

  note(userId: string, widening: PageWidening | null): void {
    if (!widening?.controlled) return;
    const { sums } = this;
    const { narrow, boost, value, spent, dosed, bound } = widening;
    sums.pages++;
    sums.broken += Number(spent > this.budget * value + DUST && !dosed);
    sums.dosed += Number(dosed);
    sums.bound += Number(bound);
    sums.value += value;
    sums.spent += spent;
    const part = Math.min(NARROWNESS_PARTS - 1, Math.floor(narrow * NARROWNESS_PARTS));
    this.pagesBy[part]++;
    this.boostBy[part] += boost;
    this.follow(userId, boost);
  }

  private follow(userId: string, boost: number): void {
    const known = this.last.get(userId);
    if (!known) {
      this.last.set(userId, { boost, direction: 0, turns: 0 });
      return;
    }
    const step = boost - known.boost;
    if (Math.abs(step) <= DEAD_BAND) return;
    if (known.direction !== 0 && Math.sign(step) !== known.direction) known.turns++;
    known.direction = Math.sign(step);
    known.boost = boost;
  }

  count(): LoopCount {
    const { value, spent, ...counts } = this.sums;
    const turns = [...this.last.values()].reduce((sum, one) => sum + one.turns, 0);
    return {
      ...counts,
      cost: value > 0 ? spent / value : 0,
      pagesByNarrowness: [...this.pagesBy],
      boostByNarrowness: Array.from(this.boostBy, (sum, part) => sum / Math.max(1, this.pagesBy[part])),
      turns: turns / Math.max(1, this.last.size),
    };
  }
}
