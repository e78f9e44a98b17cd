import { type Binding } from '../../ports/binding.js';
import { type DependencyHealth } from '../../ports/dependency-health.js';
import { type Log } from '../../ports/log.js';
import { type Spool } from '../../ports/spool.js';
import { type LoadStates } from '../load-states.js';
import { createReach, type Reach } from './reach.js';

/** For what a process that died has left, and what could not be brought over at once. */
const DRAIN_MS = 5_000;
/** Reads of more are of no page, and may take their time. */
const FEW = 50;

/** Bring over what waits, now and whenever something does. */
export interface Draining {
  stop(): void;
}

/** Watch whether the database can be reached; a reader whom a page waits for then fails at once while it cannot. */
export function openReach(binding: Pick<Binding, 'health' | 'log'>): {
  reach: Reach;
  onReached: (listener: () => void) => void;
} {
  let listener = (): void => undefined;
  const probe = async (): Promise<void> => {
    const found = await binding.health();
    if (found.some(({ name, ok }) => name === 'postgres' && !ok)) throw new Error('no connection');
  };
  const reach = createReach({ probe, onReached: () => listener(), log: binding.log });
  return { reach, onReached: (next) => void (listener = next) };
}

/** States that a page waits for are loaded while the database can be reached, or not at all. */
export const guardedLoad =
  (load: LoadStates, reach: Reach): LoadStates =>
  (userIds) =>
    userIds.length <= FEW ? reach.page(() => load(userIds)) : load(userIds);

/** The stores that pages read, of which each read has to be over in time. */
export function guardedStores(
  binding: Binding,
  reach: Reach,
): Pick<Binding, 'peopleStore' | 'snapshots' | 'settingsStore' | 'triggerStore' | 'cocoonLedger'> {
  const few = <T>(count: number, work: () => Promise<T>): Promise<T> => (count <= FEW ? reach.page(work) : work());
  const { peopleStore, snapshots, settingsStore, triggerStore, cocoonLedger } = binding;
  return {
    peopleStore: {
      ...peopleStore,
      load: (userIds) => few(userIds.length, () => peopleStore.load(userIds)),
      linksOf: (identities) => few(identities.length, () => peopleStore.linksOf(identities)),
    },
    snapshots: { ...snapshots, load: (userIds) => few(userIds.length, () => snapshots.load(userIds)) },
    settingsStore: { ...settingsStore, get: (...query) => reach.page(() => settingsStore.get(...query)) },
    triggerStore: { ...triggerStore, standingsOf: (...query) => reach.page(() => triggerStore.standingsOf(...query)) },
    // The first page of a day waits for it.
    cocoonLedger: { ...cocoonLedger, baseline: (day) => reach.page(() => cocoonLedger.baseline(day)) },
  };
}

/** Drain whenever the database is reached again, and from time to time what others have left. */
export function startDraining({
  spool,
  take,
  onReached,
  log,
}: {
  spool: Spool;
  take: (records: unknown[]) => Promise<unknown[]>;
  onReached: (listener: () => void) => void;
  log: Log;
}): Draining {
  const drain = (): void =>
    void spool.drain(take).then(
      (records) => (records > 0 ? log.info({ records }, 'what was spooled has been brought over') : undefined),
      (error: unknown) => log.warn({ err: error }, 'what was spooled could not be brought over yet; it is tried again'),
    );
  onReached(drain);
  const timer = setInterval(drain, DRAIN_MS);
  timer.unref();
  drain();
  return { stop: () => clearInterval(timer) };
}

/** While there is room in the spool, a process can serve without the database. */
export function spooledHealth(found: readonly DependencyHealth[], spool: Spool): DependencyHealth[] {
  const { bytes, isFull, quarantined } = spool.state();
  const health = found.map((one) => (one.name === 'postgres' && !one.ok && !isFull ? { ...one, ok: true, answers: false } : one));
  if (bytes === 0 && quarantined === 0) return health;
  const detail = `${bytes} bytes wait for the database, ${quarantined} damaged parts are kept aside`;
  return [...health, { name: 'spool', ok: !isFull, answers: bytes === 0 && quarantined === 0, detail }];
}
