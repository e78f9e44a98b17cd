import { type LedgerEvent } from '../core/events/event.js';
import { advance, type FoldCursor, isFolded } from '../core/tags/cursor.js';
import { type Ledger } from '../ports/ledger.js';
import { type LiveStates } from '../ports/live-states.js';
import { type RegionOf } from './derive-from-events.js';
import { type InFlight } from './people/in-flight.js';
import { type People } from './people/people.js';
import { foldAll, type RecordEventsPorts } from './record-events.js';
import { type ShopIndex } from './shop-index.js';

/** Whoever recorded an event folds it at once; one that is older and was not folded was left by a process that died. */
const LEFT_MS = 2_000;
/** How far back it is looked at a start. */
const LOOK_BACK_MS = 15 * 60_000;
/** Events whose states are asked for at once: few enough that pages which wait for a state of their own do not notice. */
const AT_ONCE = 200;

/** What a process takes over from others that serve the same shop. */
export interface Follow {
  /** What the shop as a whole knows from events. */
  shop: () => Promise<void>;
  /** Fold what a process recorded and could not fold any more. */
  mend: () => Promise<void>;
}

interface Ports extends Pick<RecordEventsPorts, 'states' | 'people' | 'triggers' | 'timeZone' | 'currency'> {
  ledger: Pick<Ledger, 'eventsSince'>;
  index: ShopIndex;
  inFlight: InFlight;
  clock: () => number;
}

/** Follow the ledger from where this process stands. */
export function createFollow(ports: Ports): Follow {
  const { ledger, index, people, inFlight, clock } = ports;
  const cursor: FoldCursor = { since: clock() - LOOK_BACK_MS, last: new Map() };
  /** Whether there may be more to fold. */
  const foldNext = async (batches: AsyncIterator<LedgerEvent[]>, before: number): Promise<boolean> => {
    const next = await batches.next();
    if (next.done) return false;
    const old = untilFresh(next.value, before);
    for (let from = 0; from < old.length; from += AT_ONCE)
      await foldAll(await unfolded(old.slice(from, from + AT_ONCE), ports.states), ports);
    for (const event of old) advance(cursor, event);
    return old.length === next.value.length;
  };
  return {
    shop: () => index.follow((userIds) => regionsOf(userIds, people)),
    async mend() {
      const before = clock() - LEFT_MS;
      const batches = ledger.eventsSince(cursor)[Symbol.asyncIterator]();
      // Read and folded in one go, since reading looks up of whom they are.
      while (await inFlight.run(() => foldNext(batches, before)));
    },
  };
}

/** Those that are not part of the state of their user, which nearly all are, and those of a state that cannot be had. */
async function unfolded(events: LedgerEvent[], states: Pick<LiveStates, 'readMany'>): Promise<LedgerEvent[]> {
  const stateByUser = await states.readMany(events.map(({ userId }) => userId));
  return events.filter((event) => {
    const state = stateByUser.get(event.userId);
    return !state || !isFolded(state.events, event);
  });
}

/** Those in front of the first that is still being folded where it was recorded. */
function untilFresh(events: LedgerEvent[], before: number): LedgerEvent[] {
  const fresh = events.findIndex(({ receivedAt }) => receivedAt > before);
  return fresh < 0 ? events : events.slice(0, fresh);
}

async function regionsOf(userIds: Iterable<string>, people: Pick<People, 'many'>): Promise<RegionOf> {
  const persons = await people.many(userIds);
  return (userId) => persons.get(userId)?.attributes?.region ?? null;
}
