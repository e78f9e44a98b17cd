import { type MetricRow } from '../../core/evaluation/experiments/report.js';
import { type Experiment } from '../../core/requests/experiments/experiment.js';

/** Answers in the shape of the public schema. Times are epoch milliseconds. */
export interface ExperimentAnswer extends Omit<Experiment, 'buckets' | 'forced' | 'excluded'> {
  phase: number;
  forcedUsers: { userId: string; variant: string }[];
  excludedUserIds: string[];
  /** Called by the edge with the argument of the field. */
  report: (args: { at?: string | null }) => Promise<ExperimentReportAnswer>;
}
export type MetricComparisonAnswer = MetricRow;
export interface ExperimentReportAnswer {
  asOf: number;
  sampleRatioPValue: number | null;
  sampleRatioMismatch: boolean;
  detectableLoss: number | null;
  multipleExposure: number;
  dataCompleteUntil: number;
  /** Called by the edge with the argument of the field. */
  metrics: (args: { force: boolean }) => MetricComparisonAnswer[];
}
export interface ExperimentPlanAnswer {
  metric: string;
  usersPerArm: number;
  days: number;
  mean: number;
  standardDeviation: number;
  usersPerDay: number;
}
