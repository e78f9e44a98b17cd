import { type LiveStates } from '../../ports/live-states.js';
import { type SnapshotStore } from '../../ports/snapshot-store.js';
import { type InFlight } from './in-flight.js';
import { type People } from './people.js';

interface Ports {
  people: Pick<People, 'onMoved' | 'tellMoved'>;
  states: Pick<LiveStates, 'drop' | 'saved'>;
  snapshots: Pick<SnapshotStore, 'remove'>;
  inFlight: InFlight;
  onError: (error: unknown, doing: string) => void;
}

/** Let states be read anew from the ledger. */
export type RebuildStates = (userIds: string[]) => Promise<void>;

/**
 * Let states be read anew from the ledger, since what is of whom, or what counts, is another now. What is being folded has looked that up before, so it is
 * waited for first; every other process does the same with what it folds.
 */
export function createRebuildStates({ people, states, snapshots, inFlight, onError }: Ports): RebuildStates {
  const rebuild: RebuildStates = async (userIds) => {
    await inFlight.settled();
    states.drop(userIds);
    await states.saved();
    await snapshots.remove(userIds);
    states.drop(userIds);
  };
  people.onMoved = (userIds) => {
    rebuild(userIds).catch((error: unknown) => onError(error, 'read anew what counts of users'));
  };
  return async (userIds) => {
    await rebuild(userIds);
    await people.tellMoved(userIds);
  };
}
