import { LRUCache } from 'lru-cache';
import { type Person } from '../../core/privacy/person.js';
import { type CompiledTrigger, compileTriggers } from '../../core/tags/triggers.js';
import { type Log } from '../../ports/log.js';
import { type Notices } from '../../ports/notices.js';
import { type FiringDraft, type TriggerStore } from '../../ports/trigger-store.js';
import { coalesced } from '../coalesced.js';
import { type People } from '../people/people.js';
import { createStrategies, type Strategies } from './strategies.js';
import { createWatch, type TriggerWatch, type WatchPorts } from './trigger-watch.js';

const POLL_MS = 1_000;
const REMEMBERED = 200_000;

/** The rules as they are in force on this process. */
export interface TriggersInForce extends Pick<Strategies, 'versionFor'> {
  /** Null where no rule is on, so that nothing is done per event. @param persons of all users that will be seen */
  watch(persons: ReadonlyMap<string, Person>): TriggerWatch | null;
  /** Called with the ids of firings that wait for their webhook, by whoever delivers them. */
  onPending: (ids: string[]) => void;
  refresh(): Promise<void>;
  /** Let go of what is remembered of users. */
  forget(userIds: readonly string[]): void;
  close(): void;
}

export interface TriggerPorts extends WatchPorts {
  triggerStore: TriggerStore;
  notices: Notices;
  people: People;
  log: Log;
  onError: (error: unknown, doing: string) => void;
}

/** Load the rules and follow every change of them. */
export async function openTriggers(ports: TriggerPorts): Promise<TriggersInForce> {
  const { triggerStore, notices, log, onError } = ports;
  let known = '';
  let rules: CompiledTrigger[] = [];
  const strategies = createStrategies(ports, () => rules);
  const resting = createResting();
  const refresh = coalesced(async () => {
    const list = await triggerStore.list();
    if (JSON.stringify(list) === known) return;
    known = JSON.stringify(list);
    rules = compileTriggers(list);
    resting.clear();
    strategies.clear();
  });
  const quietly = () => void refresh().catch((error: unknown) => onError(error, 'refresh the triggers'));
  await refresh();
  notices.subscribe('triggers', quietly);
  const poll = setInterval(quietly, POLL_MS);
  poll.unref();

  const fire = async (drafts: FiringDraft[]): Promise<void> => {
    const { fired, standings } = await triggerStore.fire(drafts);
    for (const { triggerId, userId, until } of standings) resting.note(triggerId, userId, until);
    strategies.forget(fired.flatMap(({ userId }) => userId ?? []));
    const pending = fired.filter(({ status }) => status === 'PENDING').map(({ id }) => id);
    if (pending.length > 0) triggers.onPending(pending);
  };
  const fireOrSay = (drafts: FiringDraft[]): Promise<void> =>
    fire(drafts).catch((error: unknown) => log.warn({ err: error }, 'triggers could not fire; they are judged again at the next event'));
  const triggers: TriggersInForce = {
    versionFor: (userId, surface) => strategies.versionFor(userId, surface),
    watch: (persons) => (rules.length === 0 ? null : createWatch({ rules, persons, restsUntil: resting.until, fire: fireOrSay }, ports)),
    onPending: () => undefined,
    refresh,
    forget(userIds) {
      strategies.forget(userIds);
      resting.clear();
    },
    close: () => clearInterval(poll),
  };
  return triggers;
}

/** Until when rules rest for users, as far as it is remembered here; the store knows it of all. */
function createResting() {
  const untils = new LRUCache<string, number>({ max: REMEMBERED });
  const keyOf = (triggerId: string, userId: string): string => `${triggerId} ${userId}`;
  return {
    note: (triggerId: string, userId: string, until: number) => void untils.set(keyOf(triggerId, userId), until),
    until: (triggerId: string, userId: string): number => untils.get(keyOf(triggerId, userId)) ?? 0,
    clear: () => untils.clear(),
  };
}
