import { type ReplayReport } from '../core/evaluation/replay/replay.js';
import { type RankingConfigInput } from '../core/settings.js';

export type ReplayStatus = 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';

/** What is to be replayed, checked: a model version, settings, or both. */
export interface ReplayOrder {
  name: string;
  version: string | null;
  config: RankingConfigInput | null;
  configVersion: number | null;
  surface: string;
  /** Served from this time on, and before that one; epoch ms. */
  from: number;
  to: number;
  metric: ReplayReport['metric'];
}

/** One replay of the log. Times are epoch ms. */
export interface StoredReplay {
  id: string;
  order: ReplayOrder;
  status: ReplayStatus;
  /** Why it failed. */
  error: string | null;
  report: ReplayReport | null;
  actor: string;
  createdAt: number;
  finishedAt: number | null;
}

/**
 * Replays with what they found. Guarantees: a new one and its audit entry commit together; one that is over stays as it is. Throws `UNAVAILABLE` when the
 * store cannot be reached.
 */
export interface ReplayStore {
  /** Keeps it as WAITING. */
  create(replay: Pick<StoredReplay, 'id' | 'order' | 'actor' | 'createdAt'>): Promise<void>;
  /** Null for an id that is none. */
  get(id: string): Promise<StoredReplay | null>;
  /** It is being worked on. */
  begin(id: string): Promise<void>;
  finish(id: string, outcome: { report: ReplayReport } | { error: string }, at: number): Promise<void>;
  /** Those that are not over, oldest first. */
  open(first: number): Promise<string[]>;
  /** What the last replay of a model version found that is done; null where there is none. */
  lastOf(name: string, version: string): Promise<ReplayReport | null>;
}
