import { type Jobs, type Retries } from '../../ports/jobs.js';
import { type Log } from '../../ports/log.js';
import { type TriggerStore } from '../../ports/trigger-store.js';
import { type TriggersInForce } from './triggers-in-force.js';

export const WEBHOOKS = 'webhooks';
/** Pauses of 1 s, 2 s, 4 s and so on: nine hours in all. */
const RETRIES: Retries = { attempts: 16, backoffMs: 1_000 };
/** For firings of a process that ended before it could put them into the queue. */
const SWEEP_MS = 60_000;
const MOST_AT_ONCE = 10_000;

/** Deliver firings: those of now as they come, and what earlier processes left. */
export async function startWebhooks(
  jobs: Jobs,
  { triggers, deliverFiring }: { triggers: TriggersInForce; deliverFiring: Parameters<Jobs['work']>[2] },
  { triggerStore, log }: { triggerStore: Pick<TriggerStore, 'pending'>; log: Log },
): Promise<void> {
  await jobs.work(WEBHOOKS, RETRIES, deliverFiring);
  await jobs.every(WEBHOOKS, SWEEP_MS, async () => jobs.enqueue(WEBHOOKS, await triggerStore.pending(MOST_AT_ONCE)));
  triggers.onPending = (ids) =>
    void jobs.enqueue(WEBHOOKS, ids).catch((error: unknown) => log.warn({ err: error }, 'webhooks are called with a delay'));
  await jobs.trigger(WEBHOOKS);
}
