import { type FairnessRow } from '../core/evaluation/fairness/fairness-tally.js';

/** What was found of a model version on a day. */
export interface EvidenceDay {
  version: string;
  /** UTC, YYYY-MM-DD. */
  day: string;
  /** Items that were shown. */
  rows: number;
  fairness: FairnessRow[];
  /** Against the baseline, by feature; empty for a day of few rows. */
  drift: { feature: string; psi: number }[];
  /** 11 points a feature of this day: the baseline of what has no other, where it is the first; else null. */
  baseline: Record<string, number[]> | null;
  /** What is to be looked at, in words. */
  alarms: string[];
}

/** Daily evidence on model versions. Guarantees: of a version and a day the last one wins; alarms are noted in the audit once, with the first `put` that has them. */
export interface ModelEvidenceStore {
  put(day: EvidenceDay): Promise<void>;
  /** The latest days of a version up to one day (included; all when left out), newest first. */
  latest(version: string, count: number, until?: string): Promise<EvidenceDay[]>;
  /** The first baseline that was kept of a version, or null. */
  baseline(version: string): Promise<Record<string, number[]> | null>;
}
