import { LRUCache } from 'lru-cache';
import { packState, unpackState } from '../../core/tags/codec.js';
import { emptyState, type UserState } from '../../core/tags/state.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type SnapshotStore } from '../../ports/snapshot-store.js';
import { stateBytes } from './state-bytes.js';

export interface MemoryLiveStatesOptions {
  /** Rebuild states from the snapshots and what the logs hold beyond them; a user it does not name has an empty state. */
  load: (userIds: string[]) => Promise<Map<string, UserState>>;
  snapshots: SnapshotStore;
  /** Bound on memory, by estimate: three quarters for states as objects, the rest for packed ones. */
  maxBytes: number;
  pack?: (state: UserState) => Uint8Array;
  unpack?: (bytes: Uint8Array) => UserState;
}

interface Held {
  state: UserState;
  bytes: number;
}

/** Someone who waits for a state: a reader, or a change that has its turn when the ones before it had theirs. */
interface Waiter {
  change: ((state: UserState) => void) | null;
  resolve: (state: UserState) => void;
  reject: (error: unknown) => void;
}

interface Loading {
  userId: string;
  waiters: Waiter[];
  started: boolean;
}

/** What an entry of the caches takes beside its value. */
const ENTRY_BYTES = 250;
const SNAPSHOTS_A_SAVE = 200;
/** Of `maxBytes`, what objects may take; packed states have the rest. */
const OBJECT_SHARE = 0.75;
/** When packed states fill so much of their room that some will soon be forgotten, changes are written without waiting for `flush`. */
const PRESSURE = 0.9;
const PRESSURE_SAVE_MS = 30_000;

/** Keep live states in the memory of this process, which has to be the only one that changes them. */
export const createMemoryLiveStates = (options: MemoryLiveStatesOptions): LiveStates => new MemoryLiveStates(options);

/**
 * States in use are objects; those that were not used for long are packed, which takes a thirtieth of the memory and 16 µs to undo; then they are
 * forgotten, since each can be rebuilt. A state is in one place at a time, so that no copy can fall behind.
 */
class MemoryLiveStates implements LiveStates {
  private readonly load: MemoryLiveStatesOptions['load'];
  private readonly snapshots: SnapshotStore;
  private readonly pack: (state: UserState) => Uint8Array;
  private readonly unpack: (bytes: Uint8Array) => UserState;
  private readonly held: LRUCache<string, Held>;
  private readonly packed: LRUCache<string, Uint8Array>;
  /** Users whose state differs from their snapshot. */
  private readonly changed = new Set<string>();
  private readonly loading = new Map<string, Loading>();
  /** Loads that one call of `load` will begin. */
  private wanted: Loading[] = [];
  private saving: Promise<void> = Promise.resolve();
  private nextPressureSave = 0;

  constructor({ load, snapshots, maxBytes, pack = packState, unpack = unpackState }: MemoryLiveStatesOptions) {
    [this.load, this.snapshots, this.pack, this.unpack] = [load, snapshots, pack, unpack];
    this.held = new LRUCache<string, Held>({
      maxSize: Math.max(1, Math.floor(maxBytes * OBJECT_SHARE)),
      sizeCalculation: ({ bytes }) => bytes,
      noDisposeOnSet: true,
      dispose: ({ state }, userId, reason) => {
        if (reason === 'evict') this.putAside(userId, state);
      },
    });
    this.packed = new LRUCache<string, Uint8Array>({
      maxSize: Math.max(1, Math.floor(maxBytes * (1 - OBJECT_SHARE))),
      sizeCalculation: ({ length }) => length + ENTRY_BYTES,
      dispose: (_, userId, reason) => {
        if (reason === 'evict') this.changed.delete(userId);
      },
    });
  }

  async read(userId: string): Promise<UserState> {
    return this.stateOf(userId) ?? (await this.wait(userId, null));
  }

  async readMany(userIds: Iterable<string>): Promise<Map<string, UserState>> {
    const states = new Map<string, UserState>();
    const waits: Promise<unknown>[] = [];
    for (const userId of new Set(userIds)) {
      const state = this.stateOf(userId);
      if (state) states.set(userId, state);
      else waits.push(this.wait(userId, null).then((loaded) => states.set(userId, loaded)));
    }
    if (waits.length > 0) await Promise.allSettled(waits);
    return states;
  }

  async update(userIds: Iterable<string>, change: (userId: string, state: UserState) => void): Promise<void> {
    const failures: unknown[] = [];
    const waits: Promise<unknown>[] = [];
    for (const userId of new Set(userIds)) {
      const state = this.stateOf(userId);
      if (!state) waits.push(this.wait(userId, (loaded) => change(userId, loaded)));
      else
        try {
          this.changeNow(userId, state, change);
        } catch (error) {
          failures.push(error);
        }
    }
    // Nearly always all states are in memory: then nothing is waited for, and no promise is made for each of a thousand users.
    if (waits.length > 0)
      for (const outcome of await Promise.allSettled(waits)) if (outcome.status === 'rejected') failures.push(outcome.reason);
    if (failures.length > 0) throw failures[0];
  }

  drop(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.held.delete(userId);
      this.packed.delete(userId);
      this.changed.delete(userId);
      // A load under way may have read the ledger too early: those who wait get it, but it is not kept.
      if (this.loading.get(userId)?.started) this.loading.delete(userId);
    }
  }

  flush(): Promise<void> {
    this.saving = this.saving.catch(() => undefined).then(() => this.save());
    return this.saving;
  }

  saved(): Promise<void> {
    return this.saving.catch(() => undefined);
  }

  /** The state where it is in memory and nobody waits for it before. */
  private stateOf(userId: string): UserState | undefined {
    const held = this.held.get(userId);
    if (held) return held.state;
    const bytes = this.packed.get(userId);
    if (!bytes) return undefined;
    this.packed.delete(userId);
    const state = this.unpack(bytes);
    this.keep(userId, state);
    return state;
  }

  /** The change runs within the call, so that changes have their turns in the order of the calls. */
  private changeNow(userId: string, state: UserState, change: (userId: string, state: UserState) => void): void {
    try {
      change(userId, state);
    } catch (error) {
      this.drop([userId]);
      throw error;
    }
    this.noteChange(userId, state);
  }

  private noteChange(userId: string, state: UserState): void {
    this.changed.add(userId);
    this.keep(userId, state);
    if (this.packed.calculatedSize < PRESSURE * this.packed.maxSize || performance.now() < this.nextPressureSave) return;
    this.nextPressureSave = Infinity;
    const done = () => void (this.nextPressureSave = performance.now() + PRESSURE_SAVE_MS);
    this.flush().then(done, done); // a failure shows again, and is reported, at the next flush
  }

  private keep(userId: string, state: UserState): void {
    const bytes = stateBytes(state) + ENTRY_BYTES;
    const held = this.held.get(userId);
    if (held?.state === state && held.bytes === bytes) return;
    this.held.set(userId, { state, bytes });
    if (!this.held.has(userId)) this.putAside(userId, state);
  }

  private putAside(userId: string, state: UserState): void {
    this.packed.set(userId, this.pack(state));
    if (!this.packed.has(userId)) this.changed.delete(userId);
  }

  private wait(userId: string, change: Waiter['change']): Promise<UserState> {
    return new Promise((resolve, reject) => this.queue(userId, { change, resolve, reject }));
  }

  private queue(userId: string, waiter: Waiter): void {
    let loading = this.loading.get(userId);
    if (!loading) {
      loading = { userId, waiters: [], started: false };
      this.loading.set(userId, loading);
      if (this.wanted.push(loading) === 1) queueMicrotask(() => void this.loadWanted());
    }
    loading.waiters.push(waiter);
  }

  /** One call for all users that were asked for in the meantime. */
  private async loadWanted(): Promise<void> {
    const batch = this.wanted;
    this.wanted = [];
    for (const loading of batch) loading.started = true;
    try {
      const states = await this.load(batch.map(({ userId }) => userId));
      for (const loading of batch) this.settle(loading, states.get(loading.userId) ?? emptyState());
    } catch (error) {
      for (const loading of batch) this.fail(loading, error);
    }
  }

  /** Give everyone his turn at once, so that nobody who comes later can be earlier. */
  private settle(loading: Loading, state: UserState): void {
    const { userId, waiters } = loading;
    const current = this.loading.get(userId) === loading;
    if (current) this.loading.delete(userId);
    let isChanged = false;
    for (const [i, { change, resolve, reject }] of waiters.entries()) {
      try {
        change?.(state);
      } catch (error) {
        reject(error);
        for (const waiter of waiters.slice(i + 1)) this.queue(userId, waiter); // the state is spoilt
        return;
      }
      isChanged ||= change !== null;
      resolve(state);
    }
    if (!current) return;
    if (isChanged) this.noteChange(userId, state);
    else this.keep(userId, state);
  }

  /** Readers hear of it; a change is done with, since whoever reads next rebuilds the state. */
  private fail(loading: Loading, error: unknown): void {
    if (this.loading.get(loading.userId) === loading) this.loading.delete(loading.userId);
    for (const { change, resolve, reject } of loading.waiters) {
      if (change) resolve(emptyState());
      else reject(error);
    }
  }

  private async save(): Promise<void> {
    const userIds = [...this.changed];
    for (let from = 0; from < userIds.length; from += SNAPSHOTS_A_SAVE) await this.saveSome(userIds.slice(from, from + SNAPSHOTS_A_SAVE));
  }

  private async saveSome(userIds: string[]): Promise<void> {
    const snapshots = new Map<string, Uint8Array>();
    for (const userId of userIds) {
      if (!this.changed.delete(userId)) continue;
      const held = this.held.peek(userId);
      const bytes = held ? this.pack(held.state) : this.packed.peek(userId);
      if (bytes) snapshots.set(userId, bytes);
    }
    if (snapshots.size === 0) return;
    try {
      await this.snapshots.save(snapshots);
    } catch (error) {
      for (const userId of snapshots.keys()) if (this.held.has(userId) || this.packed.has(userId)) this.changed.add(userId);
      throw error;
    }
  }
}
