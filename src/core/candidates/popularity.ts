import { type EventType, type LedgerEvent } from '../events/event.js';
import { DAY_MS } from '../time.js';
import { ActorBudget, type BudgetState } from './actor-budget.js';
import { Contributions } from './contributions.js';
import { DecayedSums, type DecayedSumsState } from './decayed-sums.js';
import { type ItemCounts, ItemCountColumns, type ItemCountsState } from './item-counts.js';

/** Decayed interest in every item, in weights of acts: see `popularityWeight`. */
export interface Popularity {
  /** Weight of an item at an instant, half-life 30 days; 0 for one nobody touched. */
  at(itemNo: number, now: number): number;
  /** The same with a half-life of one day. */
  trendAt(itemNo: number, now: number): number;
  /** Weight on a scale of its own on which only the order of items means anything, whatever the instant. */
  orderOf(itemNo: number): number;
  /** The items with most weight, best first, at most `LEADERS`; those nobody touched are not among them. */
  top(): readonly number[];
  /** The same by `trendAt`. */
  topTrending(): readonly number[];
  /** What it is made of, without decay. */
  readonly counts: ItemCounts;
  /** Grows with every act taken in, so that what is derived can tell whether it is still current. */
  readonly changes: number;
}

/** The state of the class below, for a snapshot. */
export interface PopularityState {
  popular: DecayedSumsState;
  trending: DecayedSumsState;
  counts: ItemCountsState;
  budget?: BudgetState;
}

export const POPULARITY_HALF_LIFE_MS = 30 * DAY_MS;
export const TREND_HALF_LIFE_MS = DAY_MS;
export const LEADERS = 512;
/** One person moves the popularity of one item by at most this much a day. */
export const ACTOR_DAY_WEIGHT = 10;
/** And takes away no more than one refund does. */
export const ACTOR_DAY_TAKEN = 5;

const WEIGHTS: Partial<Record<EventType, number>> = {
  CLICK: 1, VIEW: 1, PLAY_END: 1, HELPFUL: 1, LIKE: 2, SAVE: 2, COMMENT: 2, REVIEW: 2, SHARE: 3, ADD_TO_CART: 3, PURCHASE: 5,
  UNLIKE: -2, UNSAVE: -2, REMOVE_FROM_CART: -1, REFUND: -5,
}; // prettier-ignore

/**
 * How much one act says of interest in an item: 1 for a click to 5 for a purchase, negative for what takes an act back, 0 for what says nothing. A review
 * counts whatever its stars: it is written of something owned, and on two data sets of ratings leaving out the low ones costs a fifth of the accuracy.
 */
export const popularityWeight = ({ type }: Pick<LedgerEvent, 'type'>): number => WEIGHTS[type] ?? 0;

/**
 * The most that `actors` people, or devices where events name them, can move the popularity of one item at any instant, whatever they do and whenever they
 * say it was: each has 10 a day up and 5 down, and days fade by half every half-life, so `10 * (1 + 1 / (1 - 2^(-1 day / half-life)))`. That is 448 for
 * popularity and 30 for the trend, in weights of clicks.
 */
export const mostMoved = (actors: number, halfLifeMs: number): number =>
  actors * ACTOR_DAY_WEIGHT * (1 + 1 / (1 - 2 ** (-DAY_MS / halfLifeMs)));

/** Popularity of all items in columns, folded from the ledger. Memory: 16 bytes an item and 30 MiB. */
export class PopularityColumns implements Popularity {
  changes = 0;
  readonly counts = new ItemCountColumns();
  private readonly popular = new DecayedSums(POPULARITY_HALF_LIFE_MS, LEADERS);
  private readonly trending = new DecayedSums(TREND_HALF_LIFE_MS, LEADERS);
  private readonly budget = new ActorBudget(ACTOR_DAY_WEIGHT, -ACTOR_DAY_TAKEN);
  private contributions = new Contributions();

  /**
   * Take in an event. What is beyond the budget of the day is left out of the counts as well.
   *
   * @param share      what acts of this actor count for, 0..1
   * @param isRecorded it can be taken back already
   * @returns          the weight that it adds, below 0 for what takes an act back
   */
  observe(event: LedgerEvent, share = 1, isRecorded = false): number {
    const { itemNo, occurredAt, userId, deviceHash } = event;
    const wanted = popularityWeight(event);
    if (itemNo < 0 || wanted === 0) return 0;
    const day = Math.floor(occurredAt / DAY_MS);
    let weight = this.budget.spend(`${userId} ${itemNo}`, day, wanted);
    // Accounts of one device have one budget between them.
    if (weight !== 0 && deviceHash !== undefined) weight = this.budget.spend(`\u0000${deviceHash} ${itemNo}`, day, weight);
    if (weight === 0) return 0;
    if (!isRecorded) this.contributions.add(userId, itemNo, weight, occurredAt);
    if (share === 0) return 0;
    this.counts.observe(event);
    this.add(itemNo, weight * share, occurredAt);
    return weight * share;
  }

  /** Take over from another what can be taken back. */
  succeed(other: PopularityColumns): void {
    this.contributions = other.contributions;
  }

  /** Count what an actor did lately for another share than before. */
  reweigh(userId: string, before: number, after: number): void {
    this.contributions.forEach(userId, (itemNo, weight, at) => this.add(itemNo, weight * (after - before), at));
  }

  private add(itemNo: number, weight: number, at: number): void {
    this.popular.add(itemNo, weight, at);
    this.trending.add(itemNo, weight, at);
    this.changes++;
  }

  at(itemNo: number, now: number): number {
    return this.popular.at(itemNo, now);
  }
  trendAt(itemNo: number, now: number): number {
    return this.trending.at(itemNo, now);
  }
  orderOf(itemNo: number): number {
    return this.popular.orderOf(itemNo);
  }
  top(): readonly number[] {
    return this.popular.top();
  }
  topTrending(): readonly number[] {
    return this.trending.top();
  }

  snapshot(): PopularityState {
    return {
      popular: this.popular.snapshot(),
      trending: this.trending.snapshot(),
      counts: this.counts.snapshot(),
      budget: this.budget.snapshot(),
    };
  }
  restore({ popular, trending, counts, budget }: PopularityState): void {
    this.popular.restore(popular);
    this.trending.restore(trending);
    this.counts.restore(counts);
    if (budget) this.budget.restore(budget);
    this.changes++;
  }
}
