import { type KpiSubject } from '../../core/tags/kpi.js';
import { identityOf, isIdentityUserId } from '../../core/privacy/identity.js';
import { isOfTag, type TagSubject, tagNamed } from '../../core/tags/triggers.js';
import { type Jobs, type QueueTry } from '../../ports/jobs.js';
import { type Firing, type FiringStatus, type TriggerStore } from '../../ports/trigger-store.js';
import { type Webhook } from '../../ports/webhook.js';
import { type People } from '../people/people.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { switchStrategy } from './switch-strategy.js';

interface Ports {
  triggerStore: Pick<TriggerStore, 'firing' | 'settle'>;
  /** Null where nobody is to be called. */
  webhook: Webhook | null;
  people: Pick<People, 'get' | 'purposesOf'>;
  settings: Pick<SettingsInForce, 'of' | 'switchTo' | 'rollback'>;
  clock: () => number;
}

/** Do what a firing waits for, once it is settled no more: tell the storefront, or switch a strategy. What was erased in the meantime is told to nobody. */
export function createDeliverFiring(ports: Ports): Parameters<Jobs['work']>[2] {
  const { triggerStore, clock } = ports;
  return async ({ id, attempt, isLast }: QueueTry) => {
    const firing = await triggerStore.firing(id);
    if (firing?.status !== 'PENDING') return;
    const settle = (status: FiringStatus, reason: string | null): Promise<void> =>
      triggerStore.settle(id, { status, attempts: attempt, reason, at: clock() });
    const outcome = await deliver(firing, ports).catch((error: unknown) => ({
      again: error instanceof Error ? error.message : 'it failed',
    }));
    if ('again' in outcome) {
      await settle(isLast ? 'FAILED' : 'PENDING', outcome.again);
      throw new Error(outcome.again);
    }
    await settle(outcome.status, outcome.reason);
    if (outcome.status === 'FAILED') return { giveUp: outcome.reason ?? '' };
  };
}

/** What came of it for good, or why it is to be tried again. */
type Delivered = { status: Exclude<FiringStatus, 'PENDING'>; reason: string | null } | { again: string };

async function deliver(firing: Firing, { webhook, people, settings, clock }: Ports): Promise<Delivered> {
  const { on, action } = firing.trigger;
  if (action !== 'WEBHOOK') return switchStrategy(firing, settings);
  if (!webhook) return { status: 'FAILED', reason: 'WEBHOOK_URL is not set any more' };
  if (isOfTag(on) && firing.userId !== null) {
    const purposes = people.purposesOf(await people.get(firing.userId), Infinity);
    const purpose = tagNamed(on.tag)?.declaration.purpose;
    if (purpose !== undefined && !purposes.has(purpose)) return { status: 'WITHHELD', reason: 'the user took his consent back' };
  }
  const outcome = await webhook.send({ id: firing.id, body: bodyOf(firing) }, clock());
  if (outcome.status === 'delivered') return { status: 'DELIVERED', reason: null };
  return outcome.status === 'unwanted' ? { status: 'FAILED', reason: outcome.reason } : { again: outcome.reason };
}

/** What the storefront is told, with the user as it knows him. */
function bodyOf({ id, trigger, userId, value, at }: Firing): object {
  const { on, comparison, threshold } = trigger;
  const what = isOfTag(on) ? { ...whoseOf(userId), ...on } : on;
  return {
    type: 'trigger.fired',
    timestamp: new Date(at).toISOString(),
    data: {
      firingId: id,
      triggerId: trigger.id,
      triggerName: trigger.name,
      ...(what satisfies TagSubject | KpiSubject),
      value,
      comparison,
      threshold,
    },
  };
}

const whoseOf = (userId: string | null): object =>
  userId !== null && isIdentityUserId(userId) ? { identity: identityOf(userId) } : { userId };
