import { LRUCache } from 'lru-cache';
import { type CompiledTrigger } from '../../core/tags/triggers.js';
import { type Standing, type TriggerStore } from '../../ports/trigger-store.js';
import { type People } from '../people/people.js';

const CACHED = 50_000;
/** So long another process may not know of a firing. */
const FRESH_MS = 1_500;

/** Which users have another version of settings for a while. */
export interface Strategies {
  /** The version for a user on a surface; null where the one in force is his too. Costs a read only where a rule switches this surface. */
  versionFor(userId: string | null, surface: string): Promise<number | null> | null;
  forget(userIds: readonly string[]): void;
  clear(): void;
}

interface Ports {
  triggerStore: Pick<TriggerStore, 'standingsOf'>;
  people: Pick<People, 'get' | 'purposesOf'>;
  clock: () => number;
}

/** Look up what rules that switch strategies did to users. @param rules those that are on */
export function createStrategies({ triggerStore, people, clock }: Ports, rules: () => readonly CompiledTrigger[]): Strategies {
  const standings = new LRUCache<string, readonly Standing[]>({ max: CACHED, ttl: FRESH_MS });
  let changes = 0;
  const standingsOf = async (userId: string): Promise<readonly Standing[]> => {
    const known = standings.get(userId);
    if (known) return known;
    const before = changes;
    const read = await triggerStore.standingsOf(userId, clock());
    if (before === changes) standings.set(userId, read);
    return read;
  };
  const find = async (userId: string, switching: readonly CompiledTrigger[]): Promise<number | null> => {
    const [resting, person] = await Promise.all([standingsOf(userId), people.get(userId)]);
    const purposes = people.purposesOf(person, Infinity);
    for (const { triggerId, until } of resting) {
      const rule = switching.find(({ trigger }) => trigger.id === triggerId);
      if (rule && until > clock() && purposes.has(rule.declaration.purpose)) return rule.trigger.strategy!.configVersion;
    }
    return null;
  };
  const forget = (change: () => void): void => {
    changes++;
    change();
  };
  return {
    versionFor(userId, surface) {
      if (userId === null) return null;
      const switching = rules().filter(({ trigger }) => trigger.strategy?.surface === surface);
      return switching.length === 0 ? null : find(userId, switching);
    },
    forget: (userIds) => forget(() => userIds.forEach((userId) => standings.delete(userId))),
    clear: () => forget(() => standings.clear()),
  };
}
