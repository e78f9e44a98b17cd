import { type AlertStore } from '../../ports/alert-store.js';
import { type Jobs } from '../../ports/jobs.js';
import { type Webhook } from '../../ports/webhook.js';
import { type TriggersInForce } from '../triggers/triggers-in-force.js';
import { createAlertWatch, type AlertWatch, type AlertWatchPorts } from './alert-watch.js';
import { createDeliverCall, startAlertCalls } from './deliver-call.js';

export const LOOK = 'alerts';
/** How often it is looked which rules are due. */
const LOOK_MS = 2 * 60_000;

/** Alerts of one process. `on...` are set by whoever runs the queues. */
export interface Alerts extends AlertWatch {
  deliver: ReturnType<typeof createDeliverCall>;
  onCalls: (ids: string[]) => void;
  onFirings: (ids: string[]) => void;
  /** A rule was saved, which is to be looked at soon. */
  onSaved: () => void;
}

export function createAlerts(
  ports: Omit<AlertWatchPorts, 'onCalls' | 'onFirings' | 'canCall'> & { alertStore: AlertStore; webhook: Webhook | null },
): Alerts {
  const watch = createAlertWatch({
    ...ports,
    canCall: ports.webhook !== null,
    onCalls: (ids) => alerts.onCalls(ids),
    onFirings: (ids) => alerts.onFirings(ids),
  });
  const nothing = (): void => undefined;
  const alerts: Alerts = { ...watch, deliver: createDeliverCall(ports), onCalls: nothing, onFirings: nothing, onSaved: nothing };
  return alerts;
}

/** Look at rules at an interval and after each change of one, and tell of alerts. */
export async function startAlerts(
  jobs: Jobs,
  { alerts, triggers }: { alerts: Alerts; triggers: Pick<TriggersInForce, 'onPending'> },
  ports: Parameters<typeof startAlertCalls>[2],
): Promise<() => void> {
  await startAlertCalls(jobs, alerts, ports);
  await jobs.every(LOOK, LOOK_MS, () => alerts.look());
  const lookSoon = (): void =>
    void jobs.trigger(LOOK).catch((error: unknown) => ports.log.warn({ err: error }, 'alert rules are looked at with a delay'));
  alerts.onSaved = lookSoon;
  alerts.onFirings = (ids) => triggers.onPending(ids);
  lookSoon();
  return () => {
    alerts.onSaved = () => undefined;
    alerts.onCalls = () => undefined;
    alerts.onFirings = () => undefined;
  };
}
