import { randomFillSync } from 'node:crypto';
import { packState, unpackState } from '../../core/tags/codec.js';
import { emptyState, type UserState } from '../../core/tags/state.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type SnapshotStore } from '../../ports/snapshot-store.js';
import { type RedisConnection } from './connection.js';
import { ask } from './patience.js';

export interface RedisLiveStatesOptions {
  redis: RedisConnection;
  /** Before every key. */
  prefix: string;
  /** Rebuild states from the snapshots and what the logs hold beyond them; a user it does not name has an empty state. */
  load: (userIds: string[]) => Promise<Map<string, UserState>>;
  snapshots: SnapshotStore;
}

const KEPT_MS = 30 * 86_400_000;
/** Longer than any load takes. */
const FENCE_MS = 600_000;
const SNAPSHOTS_A_SAVE = 200;
/** Every try that fails is one that another process made good. */
const MAX_TRIES = 100;
const MARK_BYTES = 8;

/** Write a value where the one that was read still stands: under its mark, or, where there was none, where nobody wrote or dropped one since. */
const PUT = `
  local mark = redis.call('GETRANGE', KEYS[1], 0, ${MARK_BYTES - 1})
  if mark ~= ARGV[1] or (mark == '' and (redis.call('GET', KEYS[2]) or '') ~= ARGV[2]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return 1`;
/** Drop a value, and what anybody is loading at the moment. */
const DROP = `
  redis.call('DEL', KEYS[1])
  redis.call('INCR', KEYS[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
  return 1`;

type Keys = [value: string, fence: string];

/** A value as it was read. */
interface Found {
  /** Empty where there is none. */
  mark: Buffer;
  fence: string;
  state: UserState | null;
}

const NO_MARK = Buffer.alloc(0);

/**
 * Live states in Redis, one packed value a user under a mark that changes with every write. A change is made on a copy and put back under the mark that was
 * read; where another process was faster it is made again on what that one wrote. The keys of a user share a slot of a cluster.
 */
export const createRedisLiveStates = (options: RedisLiveStatesOptions): LiveStates => new RedisLiveStates(options);

class RedisLiveStates implements LiveStates {
  /** What this process still has to do for a user, so that its own calls keep their order. */
  private readonly turns = new Map<string, Promise<unknown>>();
  /** Users whose snapshot is older than their state. */
  private readonly changed = new Set<string>();
  /** Users whose last change may be missing from Redis. */
  private readonly owed = new Set<string>();
  private saving: Promise<void> = Promise.resolve();
  private wanted: { userId: string; resolve: (state: UserState) => void; reject: (error: unknown) => void }[] = [];

  constructor(private readonly options: RedisLiveStatesOptions) {}

  async read(userId: string): Promise<UserState> {
    await this.turns.get(userId);
    const found = await this.find(userId);
    if (found.state) return found.state;
    const state = await this.loaded(userId);
    await this.put(userId, found, state).catch(() => false); // the next reader loads it again
    return state;
  }

  async readMany(userIds: Iterable<string>): Promise<Map<string, UserState>> {
    const states = new Map<string, UserState>();
    const reads = [...new Set(userIds)].map((userId) => this.read(userId).then((state) => states.set(userId, state)));
    await Promise.allSettled(reads);
    return states;
  }

  async update(userIds: Iterable<string>, change: (userId: string, state: UserState) => void): Promise<void> {
    const changes = [...new Set(userIds)].map((userId) => this.inTurn(userId, () => this.change(userId, change)));
    for (const outcome of await Promise.allSettled(changes)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  drop(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      this.changed.delete(userId);
      void this.inTurn(userId, () => this.forget(userId)).catch(() => undefined);
    }
  }

  flush(): Promise<void> {
    this.saving = this.saved().then(() => this.saveAll());
    return this.saving;
  }

  saved(): Promise<void> {
    return this.saving.catch(() => undefined);
  }

  private inTurn<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(userId) ?? Promise.resolve()).then(work, work);
    const settled = turn.catch(() => undefined);
    this.turns.set(userId, settled);
    void settled.then(() => {
      if (this.turns.get(userId) === settled) this.turns.delete(userId);
    });
    return turn;
  }

  private ask<T>(userId: string, work: (redis: RedisConnection, keys: Keys) => Promise<T>): Promise<T> {
    const { redis } = this.options;
    const keys = this.keysOf(userId);
    return ask(redis, keys[0], () => work(redis, keys));
  }

  private keysOf(userId: string): Keys {
    const tag = `${this.options.prefix}:{${encodeURIComponent(userId)}}`;
    return [`${tag}:state`, `${tag}:fence`];
  }

  private async find(userId: string): Promise<Found> {
    if (this.owed.has(userId)) await this.forget(userId);
    const [value, fence] = await this.ask(userId, (redis, keys) => redis.mgetBuffer(...keys));
    const found = { fence: fence?.toString() ?? '', mark: value?.subarray(0, MARK_BYTES) ?? NO_MARK };
    return { ...found, state: value && this.unpacked(value) };
  }

  /** Null for bytes that cannot be read, which are then replaced by what the logs say. */
  private unpacked(value: Buffer): UserState | null {
    try {
      return unpackState(value.subarray(MARK_BYTES));
    } catch {
      return null;
    }
  }

  private async put(userId: string, { mark, fence }: Found, state: UserState): Promise<boolean> {
    const packed = packState(state);
    const value = Buffer.allocUnsafe(MARK_BYTES + packed.length);
    randomFillSync(value, 0, MARK_BYTES);
    value.set(packed, MARK_BYTES);
    return (await this.ask(userId, (redis, keys) => redis.eval(PUT, 2, ...keys, mark, fence, value, KEPT_MS))) === 1;
  }

  /** Where a state cannot be had the change is given up, and the state is owed to be dropped: whoever reads next rebuilds it. */
  private async change(userId: string, change: (userId: string, state: UserState) => void): Promise<void> {
    try {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const found = await this.find(userId);
        const state = found.state ?? (await this.loaded(userId));
        this.changeOn(userId, state, change);
        if (!(await this.put(userId, found, state))) continue;
        this.changed.add(userId);
        return;
      }
      throw new Error('other processes changed the state every time');
    } catch (error) {
      this.owed.add(userId);
      await this.forget(userId).catch(() => undefined);
      if (error instanceof ChangeFailed) throw error.cause;
    }
  }

  private changeOn(userId: string, state: UserState, change: (userId: string, state: UserState) => void): void {
    try {
      change(userId, state);
    } catch (error) {
      throw new ChangeFailed(error);
    }
  }

  private async forget(userId: string): Promise<void> {
    this.owed.add(userId);
    await this.ask(userId, (redis, keys) => redis.eval(DROP, 2, ...keys, FENCE_MS));
    this.owed.delete(userId);
  }

  /** One call for all users that were asked for in the meantime. */
  private loaded(userId: string): Promise<UserState> {
    return new Promise((resolve, reject) => {
      if (this.wanted.push({ userId, resolve, reject }) === 1) queueMicrotask(() => void this.loadWanted());
    });
  }

  private async loadWanted(): Promise<void> {
    const batch = this.wanted;
    this.wanted = [];
    try {
      const states = await this.options.load([...new Set(batch.map(({ userId }) => userId))]);
      for (const { userId, resolve } of batch) resolve(states.get(userId) ?? emptyState());
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private async saveAll(): Promise<void> {
    await Promise.all([...this.owed].map((userId) => this.forget(userId)));
    const userIds = [...this.changed];
    for (let from = 0; from < userIds.length; from += SNAPSHOTS_A_SAVE) await this.save(userIds.slice(from, from + SNAPSHOTS_A_SAVE));
  }

  private async save(userIds: string[]): Promise<void> {
    const values = await Promise.all(userIds.map((userId) => this.ask(userId, (redis, [key]) => redis.getBuffer(key))));
    const snapshots = new Map<string, Uint8Array>();
    for (const [i, userId] of userIds.entries()) {
      const value = values[i];
      if (value && this.changed.delete(userId)) snapshots.set(userId, value.subarray(MARK_BYTES));
    }
    if (snapshots.size === 0) return;
    await this.options.snapshots.save(snapshots).catch((error: unknown) => {
      for (const userId of snapshots.keys()) this.changed.add(userId);
      throw error;
    });
  }
}

/** The change itself threw, as against whatever keeps the state from being had. */
class ChangeFailed extends Error {
  constructor(override readonly cause: unknown) {
    super('a change of a user state failed', { cause });
  }
}
