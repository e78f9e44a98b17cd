import { type ExperimentStore } from '../../ports/experiment-store.js';
import { type Jobs, type QueueTry, type Retries } from '../../ports/jobs.js';
import { type Webhook } from '../../ports/webhook.js';

const ROLLBACKS = 'experiment-rollbacks';
/** Pauses of 1 s, 2 s, 4 s and so on: nine hours in all. */
const RETRIES: Retries = { attempts: 16, backoffMs: 1_000 };

interface Ports {
  experimentStore: Pick<ExperimentStore, 'get'>;
  webhook: Webhook | null;
  clock: () => number;
}

/** Tell the storefront of experiments that were rolled back. What is to be told is in the queue before the change is made, and waits there for it. */
export async function startTellingRollbacks(
  jobs: Jobs,
  { experimentStore, webhook, clock }: Ports,
): Promise<(key: string) => Promise<void>> {
  if (webhook === null) return () => Promise.resolve();
  await jobs.work(ROLLBACKS, RETRIES, async ({ id, isLast }: QueueTry) => {
    const experiment = await experimentStore.get(id);
    if (!experiment || experiment.status === 'STOPPED' || experiment.status === 'DRAFT') return { giveUp: 'it was not rolled back' };
    if (experiment.status === 'RUNNING') {
      if (isLast) return { giveUp: 'it was not rolled back' };
      throw new Error('it is not rolled back yet');
    }
    const { key, surface, stopReason, stoppedAt } = experiment;
    const timestamp = new Date(stoppedAt!).toISOString();
    const body = { type: 'experiment.rolled-back', timestamp, data: { key, surface, reason: stopReason } };
    const outcome = await webhook.send({ id: `experiment-${key}`, body }, clock());
    if (outcome.status === 'unwanted') return { giveUp: outcome.reason };
    if (outcome.status === 'failed') throw new Error(outcome.reason);
  });
  return (key) => jobs.enqueue(ROLLBACKS, [key]);
}
