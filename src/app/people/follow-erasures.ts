import { type Erasures } from '../../ports/people-store.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type ShopIndex } from '../shop-index.js';
import { type TriggersInForce } from '../triggers/triggers-in-force.js';
import { type InFlight } from './in-flight.js';
import { type People } from './people.js';

interface Ports {
  people: Pick<People, 'onErased' | 'onWiped' | 'onErasuresMissed'>;
  erasures: Pick<Erasures, 'held' | 'wipe'>;
  states: Pick<LiveStates, 'drop' | 'saved'>;
  triggers: Pick<TriggersInForce, 'forget'>;
  index: Pick<ShopIndex, 'forget' | 'users'>;
  inFlight: InFlight;
  onError: (error: unknown, doing: string) => void;
}

/**
 * Of users whom some process erases: forget what is known of them here, and remove what was on its way into the stores when the word came. That is done
 * after the process that erases has counted what it removed, for its receipt.
 */
export function followErasures({ people, erasures, states, triggers, index, inFlight, onError }: Ports): void {
  const sweep = async (userIds: string[]): Promise<void> => {
    await inFlight.settled();
    await states.saved();
    const held = await erasures.held(userIds);
    if (held.every(({ records }) => records === 0)) return;
    const { followers } = await erasures.wipe(userIds);
    states.drop([...userIds, ...followers]);
  };
  people.onErased = (userIds) => {
    triggers.forget(userIds);
    states.drop(userIds);
    index.forget(userIds).catch((error: unknown) => onError(error, 'forget what erased users told others'));
  };
  people.onErasuresMissed = (wasErased) => {
    const missed = [...index.users()].filter(wasErased);
    if (missed.length > 0) people.onErased(missed);
  };
  people.onWiped = (userIds) => {
    states.drop(userIds);
    sweep(userIds).catch((error: unknown) => onError(error, 'remove what was on its way of users who were erased'));
  };
}
