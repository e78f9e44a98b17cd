import { type Erasures } from '../../ports/people-store.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type ShopIndex } from '../shop-index.js';
import { type TriggersInForce } from '../triggers/triggers-in-force.js';
import { type InFlight } from './in-flight.js';

interface Ports {
  erasures: Pick<Erasures, 'held' | 'wipe'>;
  states: Pick<LiveStates, 'drop'>;
  triggers: Pick<TriggersInForce, 'forget'>;
  index: Pick<ShopIndex, 'forget'>;
  inFlight: InFlight;
}

/** Of users whom another process erases: forget what is known of them here, and remove what was on its way into the stores when the word came. */
export function createForgetErased({ erasures, states, triggers, index, inFlight }: Ports): (userIds: string[]) => Promise<void> {
  return async (userIds) => {
    triggers.forget(userIds);
    states.drop(userIds);
    await index.forget(userIds);
    await inFlight.settled();
    const held = await erasures.held(userIds);
    if (held.every(({ records }) => records === 0)) return;
    const { followers } = await erasures.wipe(userIds);
    states.drop([...userIds, ...followers]);
  };
}
