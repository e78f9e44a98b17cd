/** Where it is counted how many alerts are open. */
export interface AlertMeters {
  /** @param openByMetric of all metrics that have one */
  open(openByMetric: ReadonlyMap<string, number>): void;
}

export const NO_ALERT_METERS: AlertMeters = { open: () => undefined };
