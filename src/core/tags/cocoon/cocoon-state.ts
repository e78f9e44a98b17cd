import { DAY_MS } from '../../time.js';
import { emptySpread, type Spread } from './spread.js';

/** What was shown to a user and what he began himself, in sums from which his cocoon is measured. */
export interface CocoonState {
  /** Cards by narrowest category, halving in 7 days. */
  categories: Spread;
  /** Cards by who made them: see `makerOf`. */
  makers: Spread;
  /** Cards by whether they had been shown in the 30 days before, 1 or 0. */
  repeats: Spread;
  /** What the user began himself, by narrowest category, halving in 30 days. */
  own: Spread;
  /** What he took of anything, by narrowest category, halving in 30 days. */
  taken: Spread;
  /** Pages served where serving alone does not count as showing, newest last. */
  pending: PendingPage[];
  /** Cards that only widening brought, by narrowest category, halving in 14 days; one that was hidden counts as several. */
  offered: Spread;
  /** Those of them that he took. */
  accepted: Spread;
  /** The latest of them by item number, with what he answered until now. */
  awaiting: Map<number, AwaitingCard>;
  control: WideningControl;
}

/** A page of which some cards still wait for the report that makes them count. */
export interface PendingPage {
  feedId: string;
  servedAt: number;
  level: 'RENDERED' | 'IMPRESSION';
  /** Whether the card at a position was a repeat. */
  cards: Map<number, boolean>;
  /** Those that only widening brought. */
  widening: Set<number>;
}

/** A card that only widening brought. */
export interface AwaitingCard {
  /** When it was served. */
  at: number;
  isTaken: boolean;
  isHidden: boolean;
}

/** What the widening of a user's feeds remembers. Values are sums of relevance over positions, those near the top counting more. */
export interface WideningControl {
  /** Added to the strength of variety, 0 to the most that is ever added. */
  boost: number;
  /** Day (since 1970, UTC) of the last step. */
  steppedOn: number;
  /** Day that `value`, `spent`, `doses` and `bound` are of. */
  day: number;
  /** What the pages of the day would have been worth without widening, and what widening took from them. */
  value: number;
  spent: number;
  /** Cards given although there was nothing left to spend. */
  doses: number;
  /** Pages on which the budget held widening back. */
  bound: number;
  /** When the last page that a widening card was placed on was served; 0 for never. */
  dosedAt: number;
}

export const CARD_HALF_LIFE_MS = 7 * DAY_MS;
export const TASTE_HALF_LIFE_MS = 30 * DAY_MS;
export const ANSWER_HALF_LIFE_MS = 14 * DAY_MS;

/** Names and pages that are kept at most. */
export const COCOON_BOUNDS = { cards: 192, makers: 192, taste: 96, pending: 8, answers: 64, awaiting: 48 } as const;

export const emptyControl = (): WideningControl => ({
  boost: 0,
  steppedOn: 0,
  day: 0,
  value: 0,
  spent: 0,
  doses: 0,
  bound: 0,
  dosedAt: 0,
});

export const emptyCocoon = (): CocoonState => ({
  categories: emptySpread(),
  makers: emptySpread(),
  repeats: emptySpread(),
  own: emptySpread(),
  taken: emptySpread(),
  pending: [],
  offered: emptySpread(),
  accepted: emptySpread(),
  awaiting: new Map(),
  control: emptyControl(),
});
