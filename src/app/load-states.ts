import { unpackState } from '../core/tags/codec.js';
import { foldEvent, foldPage } from '../core/tags/fold.js';
import { emptyState, type UserState } from '../core/tags/state.js';
import { DAY_MS } from '../core/time.js';
import { type ExposureLog } from '../ports/exposure-log.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type SnapshotStore } from '../ports/snapshot-store.js';
import { foldOptionsOf } from './people/fold-options.js';
import { type People } from './people/people.js';
import { type ShopIndex } from './shop-index.js';

/** Pages older than this no longer matter for what was shown. */
export const SHOWN_DAYS = 30;

export type LoadStates = (userIds: string[]) => Promise<Map<string, UserState>>;

/** Rebuild states: the snapshot, and on it every event and page that it lacks. An unreadable snapshot is logged, and the whole history folded instead. */
export function createLoadStates(ports: {
  snapshots: SnapshotStore;
  ledger: Ledger;
  exposureLog: ExposureLog;
  index: ShopIndex;
  people: People;
  timeZone: string;
  currency: string;
  clock: () => number;
  log: Log;
}): LoadStates {
  const { snapshots, ledger, exposureLog, index, people, clock, log } = ports;

  const unpacked = (packed: Uint8Array | undefined): UserState => {
    if (!packed) return emptyState();
    try {
      return unpackState(packed);
    } catch (error) {
      log.error({ err: error }, 'a snapshot of a user state cannot be read; the state is rebuilt from the ledger');
      return emptyState();
    }
  };

  return async (userIds) => {
    const [packed, persons] = await Promise.all([snapshots.load(userIds), people.many(userIds)]);
    const load = async (userId: string): Promise<[string, UserState]> => {
      const state = unpacked(packed.get(userId));
      const [events, pages] = await Promise.all([
        ledger.eventsOfUser(userId, state.events),
        exposureLog.pagesOfUser(userId, state.pages, clock() - SHOWN_DAYS * DAY_MS),
      ]);
      const optionsAt = foldOptionsOf(persons.get(userId)!, people, ports);
      for (const event of events) foldEvent(state, event, index.shop.catalogue.row(event.itemNo), optionsAt(event.receivedAt));
      for (const page of pages) foldPage(state, page);
      return [userId, state];
    };
    return new Map(await Promise.all(userIds.map(load)));
  };
}
