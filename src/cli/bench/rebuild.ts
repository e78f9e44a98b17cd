import { openDatabase } from '../../adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../../adapters/postgres/embedded/index.js';
import { createPostgresLedger } from '../../adapters/postgres/ledger.js';
import { ensurePartitions } from '../../adapters/postgres/partitions.js';
import { type EventType } from '../../core/events/event.js';
import { PLAIN_ITEM, type NumberedItem } from '../../core/item.js';
import { seededRandom } from '../../core/random.js';
import { packState } from '../../core/tags/codec.js';
import { emptyCursor } from '../../core/tags/cursor.js';
import { foldEvent } from '../../core/tags/fold.js';
import { emptyState, type UserState } from '../../core/tags/state.js';
import { type IncomingEvent, type Ledger } from '../../ports/ledger.js';

export interface Rebuild {
  events: number;
  users: number;
  appendedPerSecond: number;
  /** From the first read of the ledger to the last packed state. */
  seconds: number;
  /** CPU of this process. */
  cpuSeconds: number;
  /** CPU of one. */
  foldUs: number;
  bytes: { median: number; p99: number; most: number };
}

const BATCH = 1_000;
const BATCHES_AT_ONCE = 8;
const ITEMS = 10_000;
const HISTORY_MS = 60 * 86_400_000;
const TYPES: readonly EventType[] = ['CLICK', 'CLICK', 'CLICK', 'VIEW', 'VIEW', 'DWELL', 'LIKE', 'SAVE', 'ADD_TO_CART', 'PURCHASE'];

/** Rebuild all live states from a ledger of seeded events, on a server of its own: read, fold, pack, as a process does for users it has lost. */
export async function measureRebuild(dataDir: string, { events, users }: { events: number; users: number }): Promise<Rebuild> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = await startEmbeddedPostgres({ dataDir, log });
  const database = await openDatabase({ url: server.url, poolSize: 8, log });
  try {
    await ensurePartitions(database.pool, Date.now());
    const ledger = createPostgresLedger({ pool: database.pool, clock: () => Date.now(), retentionDays: 400 });
    const appendedPerSecond = await fill(ledger, events, users);
    return { events, users, appendedPerSecond, ...(await rebuild(ledger, users)) };
  } finally {
    await database.close();
    await server.stop();
  }
}

async function fill(ledger: Ledger, events: number, users: number): Promise<number> {
  const random = seededRandom(7);
  const now = Date.now();
  const draw = (n: number): number => Math.floor(random() ** 2 * n); // some are busier than others
  const make = (place: number): IncomingEvent => {
    const itemNo = draw(ITEMS);
    const type = TYPES[Math.floor(random() * TYPES.length)];
    const occurredAt = now - HISTORY_MS + Math.floor((HISTORY_MS * place) / events);
    return { id: `e${place}`, type, userId: `u${draw(users)}`, itemId: `i${itemNo}`, itemNo, occurredAt, receivedAt: now, attribution: 'UNATTRIBUTED' };
  }; // prettier-ignore
  const started = performance.now();
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < events) {
      const from = next;
      next += BATCH;
      await ledger.append(Array.from({ length: Math.min(BATCH, events - from) }, (_, i) => make(from + i)));
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, writer));
  return (events * 1000) / (performance.now() - started);
}

const itemAt = (no: number): NumberedItem => ({
  no,
  item: { ...PLAIN_ITEM, id: `i${no}`, title: `Item ${no}`, categories: ['all', `kind-${no % 200}`], createdAt: 0 },
  categoryNos: [1, 2 + (no % 200)],
  brandNo: 1 + (no % 500),
  creatorNo: 1 + (no % 2_000),
  removed: false,
});

async function rebuild(ledger: Ledger, users: number): Promise<Omit<Rebuild, 'events' | 'users' | 'appendedPerSecond'>> {
  const items = Array.from({ length: ITEMS }, (_, no) => itemAt(no));
  const states = new Map<string, UserState>();
  const [started, before] = [performance.now(), process.cpuUsage()];
  let [folded, foldedUs] = [0, 0];
  for await (const events of ledger.eventsSince(emptyCursor())) {
    const at = process.cpuUsage();
    for (const event of events) {
      let state = states.get(event.userId);
      if (!state) states.set(event.userId, (state = emptyState()));
      foldEvent(state, event, items[event.itemNo], { timeZone: 'UTC' });
    }
    const spent = process.cpuUsage(at);
    foldedUs += spent.user + spent.system;
    folded += events.length;
  }
  const sizes = Float64Array.from(states.values(), (state) => packState(state).length).sort();
  const { user, system } = process.cpuUsage(before);
  if (states.size > users) throw new Error(`${states.size} states of ${users} users`);
  const at = (share: number): number => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))];
  return {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    foldUs: foldedUs / folded,
    bytes: { median: at(0.5), p99: at(0.99), most: sizes[sizes.length - 1] },
  };
}
