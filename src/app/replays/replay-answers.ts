import { type ReplayReport } from '../../core/evaluation/replay/replay.js';
import { type StoredReplay } from '../../ports/replay-store.js';

export type ReplayAnswer = Pick<StoredReplay, 'id' | 'status' | 'error' | 'report'>;
export type ReplayReportAnswer = ReplayReport;

/** What a draft would do to one metric; without figures where `refused` says why. */
export interface WhatIfRow {
  metric: string;
  logged: number | null;
  predicted: number | null;
  change: number | null;
  /** Of the change. */
  interval: { low: number; high: number } | null;
  refused: string | null;
}
export interface WhatIfAnswer {
  /** Whose pages were made again. */
  requests: number;
  refused: string | null;
  churn: number | null;
  rows: WhatIfRow[];
}
