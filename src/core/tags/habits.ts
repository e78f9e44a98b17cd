import { EVENT_TYPES } from '../events/event.js';
import { type Decayed } from './decayed.js';
import { MEASURES } from './measures.js';
import { SKETCH_WORDS } from './sketches.js';
import { emptyWindow, type Window } from './windows.js';

/** Acts that follow each other within half an hour. */
export interface Session {
  /** Epoch ms. */
  start: number;
  end: number;
  acts: number;
  /** Acts that took more than a glance: likes, saves, comments, shares, carts, purchases, reviews. */
  deep: number;
  bought: number;
}

/** How much of each is kept at most. */
export const HABIT_BOUNDS = { sessions: 12, places: 8, dayBits: 96, weekBits: 64 } as const;

/** How a user behaves, in numbers that every order of events gives alike but for what a bound had dropped. Days are those of the shop's time zone. */
export interface Habits {
  /** The measures, decayed to `day`, in single precision. */
  sums: Float32Array;
  /** The newest day on which something was folded; 0 for nothing yet. */
  day: number;
  /** Epoch ms of the latest event of each type; 0 for none. */
  lastAt: Float64Array;
  /** Days with an act, of the last 96 before the newest. */
  activeDays: Window;
  /** Weeks with a purchase, of 64. */
  buyingWeeks: Window;
  /** The latest 12, newest first. */
  sessions: Session[];
  /** Sizes of sets; see sketches. */
  sketches: Uint32Array;
  /** The four weeks that the `Now` sketches are of. */
  period: number;
  /** Acts by platform and by surface of the storefront, halving in 30 days; the strongest 8. */
  platforms: Map<string, Decayed>;
  surfaces: Map<string, Decayed>;
}

export const emptyHabits = (): Habits => ({
  sums: new Float32Array(MEASURES.length),
  day: 0,
  lastAt: new Float64Array(EVENT_TYPES.length),
  activeDays: emptyWindow(HABIT_BOUNDS.dayBits),
  buyingWeeks: emptyWindow(HABIT_BOUNDS.weekBits),
  sessions: [],
  sketches: new Uint32Array(SKETCH_WORDS),
  period: 0,
  platforms: new Map(),
  surfaces: new Map(),
});
