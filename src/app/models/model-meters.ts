import { type Anomaly } from './model-guard.js';

/** Where it is counted how models fare. */
export interface ModelMeters {
  ran(seconds: number, answered: boolean): void;
  anomaly(anomaly: Anomaly): void;
  shadow(outcome: 'compared' | 'failed' | 'skipped'): void;
  /** How many things of the last day of a version are to be looked at: what has drifted, and groups that are served worse. */
  alarms(version: string, count: number): void;
}

export const NO_METERS: ModelMeters = { ran: () => undefined, anomaly: () => undefined, shadow: () => undefined, alarms: () => undefined };
