import { identityOf, isIdentityUserId } from '../../core/privacy/identity.js';
import { tagNamed } from '../../core/tags/triggers.js';
import { type Jobs, type QueueTry } from '../../ports/jobs.js';
import { type Firing, type FiringStatus, type TriggerStore } from '../../ports/trigger-store.js';
import { type Webhook } from '../../ports/webhook.js';
import { type People } from '../people/people.js';

interface Ports {
  triggerStore: Pick<TriggerStore, 'firing' | 'settle'>;
  /** Null where nobody is to be called. */
  webhook: Webhook | null;
  people: Pick<People, 'get' | 'purposesOf'>;
  clock: () => number;
}

/** Tell the storefront of a firing, once it is settled no more. What was erased in the meantime is told to nobody. */
export function createDeliverFiring({ triggerStore, webhook, people, clock }: Ports): Parameters<Jobs['work']>[2] {
  return async ({ id, attempt, isLast }: QueueTry) => {
    const firing = await triggerStore.firing(id);
    if (firing?.status !== 'PENDING') return;
    const settle = (status: FiringStatus, reason: string | null): Promise<void> =>
      triggerStore.settle(id, { status, attempts: attempt, reason, at: clock() });
    if (!webhook) {
      await settle('FAILED', NOBODY);
      return { giveUp: NOBODY };
    }
    const purposes = people.purposesOf(await people.get(firing.userId), Infinity);
    const purpose = tagNamed(firing.trigger.on.tag)?.declaration.purpose;
    if (purpose !== undefined && !purposes.has(purpose)) return settle('WITHHELD', 'the user took his consent back');

    const outcome = await webhook.send({ id, body: bodyOf(firing) }, clock());
    if (outcome.status === 'delivered') return settle('DELIVERED', null);
    const isOver = isLast || outcome.status === 'unwanted';
    await settle(isOver ? 'FAILED' : 'PENDING', outcome.reason);
    if (outcome.status === 'unwanted') return { giveUp: outcome.reason };
    throw new Error(outcome.reason);
  };
}

const NOBODY = 'WEBHOOK_URL is not set any more';

/** What the storefront is told, with the user as it knows him. */
function bodyOf({ id, trigger, userId, value, at }: Firing): object {
  const whose = isIdentityUserId(userId) ? { identity: identityOf(userId) } : { userId };
  const { on, comparison, threshold } = trigger;
  return {
    type: 'trigger.fired',
    timestamp: new Date(at).toISOString(),
    data: { firingId: id, triggerId: trigger.id, triggerName: trigger.name, ...whose, tag: on.tag, value, comparison, threshold },
  };
}
