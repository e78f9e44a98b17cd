import { type AlertStore } from '../../ports/alert-store.js';
import { type Jobs, type QueueTry, type Retries } from '../../ports/jobs.js';
import { type Log } from '../../ports/log.js';
import { type Webhook } from '../../ports/webhook.js';

const QUEUE = 'alert-webhooks';
/** Pauses of 1 s, 2 s, 4 s and so on: nine hours in all. */
const RETRIES: Retries = { attempts: 16, backoffMs: 1_000 };
/** For calls of a process that ended before it could put them into the queue. */
const SWEEP_MS = 60_000;
const MOST_AT_ONCE = 1_000;

interface Ports {
  alertStore: AlertStore;
  webhook: Webhook | null;
  clock: () => number;
}

/** Tell the storefront of an alert, once it is settled no more. */
export function createDeliverCall({ alertStore, webhook, clock }: Ports): Parameters<Jobs['work']>[2] {
  return async ({ id, attempt, isLast }: QueueTry) => {
    const call = await alertStore.pendingCall(id);
    if (!call) return;
    const outcome = webhook ? await webhook.send(call, clock()) : NOBODY;
    const reason = outcome.status === 'delivered' ? null : outcome.reason;
    const isOver = isLast || outcome.status === 'unwanted';
    const status = reason === null ? 'DELIVERED' : isOver ? 'FAILED' : 'PENDING';
    await alertStore.settleCall(id, { status, attempts: attempt, reason, at: clock() });
    if (reason === null) return;
    if (outcome.status === 'unwanted') return { giveUp: reason };
    throw new Error(reason);
  };
}

const NOBODY = { status: 'unwanted', reason: 'WEBHOOK_URL is not set any more' } as const;

/** Deliver calls: those of now as they come, and what earlier processes left. */
export async function startAlertCalls(
  jobs: Jobs,
  alerts: { deliver: ReturnType<typeof createDeliverCall>; onCalls: (ids: string[]) => void },
  { alertStore, log }: { alertStore: Pick<AlertStore, 'pendingCalls'>; log: Log },
): Promise<void> {
  await jobs.work(QUEUE, RETRIES, alerts.deliver);
  await jobs.every(QUEUE, SWEEP_MS, async () => jobs.enqueue(QUEUE, await alertStore.pendingCalls(MOST_AT_ONCE)));
  alerts.onCalls = (ids) =>
    void jobs.enqueue(QUEUE, ids).catch((error: unknown) => log.warn({ err: error }, 'alerts are told of with a delay'));
  await jobs.trigger(QUEUE);
}
