import { EVENT_TYPE_NO, type EventType } from '../events/event.js';
import { type ActsOfItem, actsByItem } from './item-acts.js';
import { localTime } from './local-time.js';
import { HALF_YEAR_DAYS, HALF_YEAR_END, LATELY_DAYS, LATELY_END, type Measure, PLACE } from './measures.js';
import { type Population } from './population.js';
import { type Received } from './received.js';
import { type UserState } from './state.js';
import { weekOf } from './fold-habits.js';
import { agesOf } from './windows.js';

/** Names behind the numbers in a state; '' for a number without one. */
export interface TagNames {
  category: (no: number) => string;
  brand: (no: number) => string;
  creator: (no: number) => string;
}

/** What tags are read with, besides the state. */
export interface ViewOptions {
  names: TagNames;
  /** In which the days of the state were counted; UTC when left out. */
  timeZone?: string;
  /** What was learned of all users, null or left out before it is. */
  population?: Population | null;
  /** What others did to the user, null or left out where it is not known. */
  received?: Received | null;
}

const DAY_MS = 86_400_000;

/** One user's state as it stands at an instant, decayed on reading. */
export class View {
  readonly names: TagNames;
  readonly population: Population | null;
  readonly received: Received | null;
  /** Days since 1970-01-01 in the shop's time zone. */
  readonly today: number;
  private readonly lately: number;
  private readonly halfYear: number;
  private active: number[] | undefined;
  private buying: number[] | undefined;
  private items: readonly ActsOfItem[] | undefined;

  constructor(
    readonly state: UserState,
    readonly now: number,
    { names, timeZone = 'UTC', population = null, received = null }: ViewOptions,
  ) {
    this.names = names;
    this.population = population;
    this.received = received;
    this.today = localTime(now, timeZone).day;
    const days = Math.max(0, this.today - state.habits.day);
    this.lately = 2 ** (-days / LATELY_DAYS);
    this.halfYear = 2 ** (-days / HALF_YEAR_DAYS);
  }

  /** The sum of measures as it stands now. */
  sum(...measures: readonly Measure[]): number {
    let sum = 0;
    for (const measure of measures) {
      const place = PLACE[measure];
      sum += this.state.habits.sums[place] * (place < LATELY_END ? this.lately : place < HALF_YEAR_END ? this.halfYear : 1);
    }
    return sum;
  }
  /** How many events of these types there ever were. */
  count(...types: readonly EventType[]): number {
    let count = 0;
    for (const type of types) count += this.state.counts[EVENT_TYPE_NO[type]];
    return count;
  }
  /** Epoch ms of the latest event of these types; 0 for none. */
  lastAt(...types: readonly EventType[]): number {
    let last = 0;
    for (const type of types) last = Math.max(last, this.state.habits.lastAt[EVENT_TYPE_NO[type]]);
    return last;
  }
  /** Days, with their fraction, since an instant; 0 for one that is still to come. */
  daysSince(at: number): number {
    return Math.max(0, this.now - at) / DAY_MS;
  }
  /** How many days ago each day with an act was, the newest first. */
  get activeAges(): readonly number[] {
    return (this.active ??= agesOf(this.state.habits.activeDays, this.today));
  }
  /** How many weeks ago each week with a purchase was, the newest first. */
  get buyingAges(): readonly number[] {
    return (this.buying ??= agesOf(this.state.habits.buyingWeeks, weekOf(this.today)));
  }
  /** The last fifty acts by item. */
  get actsByItem(): readonly ActsOfItem[] {
    return (this.items ??= actsByItem(this.state.recent));
  }
}
