import { v7 as uuidv7 } from 'uuid';
import { type LedgerEvent } from '../../core/events/event.js';
import { type Person } from '../../core/privacy/person.js';
import { type UserState } from '../../core/tags/state.js';
import { type CompiledTrigger, findingsOf } from '../../core/tags/triggers.js';
import { HOUR_MS } from '../../core/time.js';
import { type FiringDraft } from '../../ports/trigger-store.js';
import { type People } from '../people/people.js';
import { type PopulationInForce } from '../population.js';
import { type ShopIndex } from '../shop-index.js';
import { viewOptionsOf } from '../view-options.js';

/** What happened longer ago, as the import of a history tells it, is known of a user but moves nobody to act now. */
const LIVE_MS = HOUR_MS;

/** Looks at users whose events are being folded. */
export interface TriggerWatch {
  /** Judge a user by his state after his events; at once, since the state may change later. */
  see(userId: string, state: UserState, events: readonly LedgerEvent[]): void;
  /** Fire what was found. Never rejects: what could not be kept is found again with the user's next event. */
  fire(): Promise<void>;
}

export interface WatchPorts {
  people: Pick<People, 'purposesOf'>;
  index: ShopIndex;
  population: PopulationInForce;
  timeZone: string;
  clock: () => number;
}

interface Watching {
  rules: readonly CompiledTrigger[];
  persons: ReadonlyMap<string, Person>;
  /** Until when a rule rests for a user as far as it is known here, epoch ms; 0 for not at all. */
  restsUntil: (triggerId: string, userId: string) => number;
  fire: (drafts: FiringDraft[]) => Promise<void>;
}

/** A watch over one batch of events. */
export function createWatch({ rules, persons, restsUntil, fire }: Watching, ports: WatchPorts): TriggerWatch {
  const { people, clock } = ports;
  const drafts: FiringDraft[] = [];
  return {
    see(userId, state, events) {
      const now = clock();
      const awake = rules.filter(({ trigger }) => restsUntil(trigger.id, userId) <= now);
      if (awake.length === 0 || !events.some(({ occurredAt }) => now - occurredAt < LIVE_MS)) return;
      const purposes = people.purposesOf(persons.get(userId)!, Infinity);
      for (const { trigger, value } of findingsOf(state, now, { ...viewOptionsOf(userId, ports), rules: awake, purposes }))
        drafts.push({ id: uuidv7(), trigger, userId, value, at: now });
    },
    fire: () => (drafts.length > 0 ? fire(drafts) : Promise.resolve()),
  };
}
