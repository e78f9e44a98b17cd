import { unpackState } from '../core/tags/codec.js';
import { foldEvent, foldPage } from '../core/tags/fold.js';
import { emptyState, type UserState } from '../core/tags/state.js';
import { type LedgerEvent } from '../core/events/event.js';
import { type LoggedPage } from '../core/exposures/exposure.js';
import { type FoldOptions } from '../core/tags/fold.js';
import { DAY_MS } from '../core/time.js';
import { type ExposureLog } from '../ports/exposure-log.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type SnapshotStore } from '../ports/snapshot-store.js';
import { type ShownCardsOf } from './cocoon/shown-cards.js';
import { foldOptionsOf } from './people/fold-options.js';
import { type People } from './people/people.js';
import { type ShopIndex } from './shop-index.js';

/** Pages older than this, twenty half-lives of a card, no longer matter for what was shown. */
export const SHOWN_DAYS = 140;

export type LoadStates = (userIds: string[]) => Promise<Map<string, UserState>>;

/** Rebuild states: the snapshot, and on it every event and page that it lacks. An unreadable snapshot is logged, and the whole history folded instead. */
export function createLoadStates(ports: {
  snapshots: SnapshotStore;
  ledger: Ledger;
  exposureLog: ExposureLog;
  index: ShopIndex;
  people: People;
  shownCardsOf: ShownCardsOf;
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
    // Where a shop sends its history most of many are new, and need no reads of their own.
    const fresh = userIds.filter((userId) => !packed.has(userId));
    const known = fresh.length === 0 ? [] : await Promise.all([ledger.usersWithEvents(fresh), exposureLog.usersWithPages(fresh)]);
    const load = async (userId: string): Promise<[string, UserState]> => {
      if (!packed.has(userId) && !known.some((users) => users.has(userId))) return [userId, emptyState()];
      const state = unpacked(packed.get(userId));
      const [events, pages] = await Promise.all([
        ledger.eventsOfUser(userId, state.events),
        exposureLog.pagesOfUser(userId, state.pages, clock() - SHOWN_DAYS * DAY_MS),
      ]);
      const optionsAt = foldOptionsOf(persons.get(userId)!, people, ports);
      await foldHistory(state, { events, pages }, { index, optionsAt, shownCardsOf: ports.shownCardsOf });
      return [userId, state];
    };
    return new Map(await Promise.all(userIds.map(load)));
  };
}

/** Fold events and pages into a state as they came in: a page before what was done with it. */
export async function foldHistory(
  state: UserState,
  { events, pages }: { events: readonly LedgerEvent[]; pages: readonly LoggedPage[] },
  how: { index: ShopIndex; optionsAt: (receivedAt: number) => FoldOptions; shownCardsOf: ShownCardsOf },
): Promise<void> {
  let next = 0;
  for (const page of pages) {
    for (; next < events.length && events[next].receivedAt < page.receivedAt; next++) foldNext(state, events[next], how);
    foldPage(state, page, await how.shownCardsOf(page));
  }
  for (; next < events.length; next++) foldNext(state, events[next], how);
}

function foldNext(
  state: UserState,
  event: LedgerEvent,
  { index, optionsAt }: { index: ShopIndex; optionsAt: (receivedAt: number) => FoldOptions },
): void {
  foldEvent(state, event, index.shop.catalogue.row(event.itemNo), optionsAt(event.receivedAt));
}
