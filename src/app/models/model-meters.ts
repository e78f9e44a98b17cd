import { type Anomaly } from './model-guard.js';

/** Where it is counted how models fare. */
export interface ModelMeters {
  ran(seconds: number, answered: boolean): void;
  anomaly(anomaly: Anomaly): void;
  shadow(outcome: 'compared' | 'failed' | 'skipped'): void;
}

export const NO_METERS: ModelMeters = { ran: () => undefined, anomaly: () => undefined, shadow: () => undefined };
