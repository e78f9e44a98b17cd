import { type CocoonBaseline, type CocoonMeasure } from '../core/diversification/cocoon/cocoon-index.js';

/** A user's index at the end of a day, or so far. */
export interface CocoonDay extends CocoonMeasure {
  /** YYYY-MM-DD, UTC. */
  day: string;
  userId: string;
  /** Chances that two of his cards share a category or a maker, as they were seen. */
  categoryCollision: number;
  makerCollision: number;
}

/** The indices of all users of a day. */
export interface CocoonPopulation {
  day: string;
  users: number;
  meanIndex: number;
  p90Index: number;
}

/** What the indices of a day are measured against, with the level of categories. */
export interface KeptBaseline extends CocoonBaseline {
  version: number;
  level: number;
}

/**
 * The daily ledger of cocoon indices. Guarantees: of a user and a day the last row wins; a baseline is written once and never changes; rows are on disk when
 * `put` resolves.
 */
export interface CocoonLedger {
  put(rows: readonly CocoonDay[]): Promise<void>;
  /** By day; with a surface, only of users who were served there on the day. */
  population(days: { from: string; to: string; surface: string | null }): Promise<CocoonPopulation[]>;
  /** Means of the chances over the users of a day, weighed by confidence; null where there were none. */
  meanCollisions(day: string): Promise<{ categories: number; makers: number } | null>;
  /** The last row of a user from one day to another, both included. */
  lastOf(userId: string, days: { from: string; to: string }): Promise<CocoonDay | null>;
  /** Up to so many users who were served on a day and have no row of it. */
  missing(day: string, limit: number): Promise<string[]>;
  /** Of a day, in the order of ids. */
  usersOf(day: string, limit: number): Promise<string[]>;
  baseline(day: string): Promise<KeptBaseline | null>;
  /** Keep it unless there is one, and give back the one that is kept. */
  keepBaseline(day: string, baseline: KeptBaseline): Promise<KeptBaseline>;
  /** The first baseline ever kept: its level stays. */
  firstBaseline(): Promise<KeptBaseline | null>;
  /** Exposures by item number of a day, on one surface or on all. */
  exposuresByItem(day: string, surface: string | null): Promise<Map<number, number>>;
  /** Of these, how many were clicked within a week, by item number. */
  clicksByItem(day: string, surface: string | null): Promise<Map<number, number>>;
}
