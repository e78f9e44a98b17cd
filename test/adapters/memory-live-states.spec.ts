import { createMemoryLiveStates } from '../../src/adapters/memory/live-states.js';
import { stateBytes } from '../../src/adapters/memory/state-bytes.js';
import { createPostgresSnapshotStore } from '../../src/adapters/postgres/snapshot-store.js';
import { packState } from '../../src/core/tags/codec.js';
import { emptyState, type UserState } from '../../src/core/tags/state.js';
import { type Load, liveStatesContract } from '../contract/live-states.contract.js';
import { NOW } from '../core/tags/history.js';
import { eventually } from '../support/eventually.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const withBytes = (maxBytes: number) => (load: Load) => {
  const snapshots = createPostgresSnapshotStore(database.pool);
  return Promise.resolve({ states: createMemoryLiveStates({ load, snapshots, maxBytes }), snapshots, close: () => Promise.resolve() });
};

liveStatesContract('process memory', withBytes(50_000_000));
liveStatesContract('process memory with room for two objects', withBytes(30_000));
liveStatesContract('process memory with room for packed states only', withBytes(8_000));

describe('live states in process memory', () => {
  const knownUser = (): UserState => ({ ...emptyState(), updatedAt: NOW, eventCount: 1 });

  it('loads all that is asked for at once in one call, and nobody twice', async () => {
    const calls: string[][] = [];
    const load: Load = (userIds) => {
      calls.push(userIds);
      return Promise.resolve(new Map(userIds.map((userId) => [userId, knownUser()])));
    };
    const { states } = await withBytes(1e6)(load);
    await Promise.all([states.read('a'), states.read('b'), states.update(['c', 'a'], () => undefined), states.read('b')]);
    expect(calls).toEqual([['a', 'b', 'c']]);
    await Promise.all([states.read('a'), states.update(['b', 'd'], () => undefined)]);
    expect(calls).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('packs what was not used for long, so that five hundred users fit where a hundred and sixty objects would', async () => {
    let loaded = 0;
    const load: Load = (userIds) => {
      loaded += userIds.length;
      return Promise.resolve(new Map(userIds.map((userId) => [userId, knownUser()])));
    };
    const { states } = await withBytes(160 * stateBytes(emptyState()))(load);
    for (let round = 0; round < 2; round++) for (let i = 0; i < 500; i++) await states.read(`u${i}`);
    expect(loaded).toBe(500);
    expect((await states.read('u3')).updatedAt).toBe(NOW);
  });

  it('counts what states grew by, however little at a time', async () => {
    const users = ['a', 'b'];
    const maxBytes = (users.length * stateBytes(emptyState()) + 2_000) / 0.75;
    let packed = 0;
    const states = createMemoryLiveStates({
      load: () => Promise.resolve(new Map<string, UserState>()),
      snapshots: createPostgresSnapshotStore(database.pool),
      maxBytes,
      pack: (state) => (packed++, packState(state)),
    });
    await states.readMany(users);
    expect(packed).toBe(0);
    for (let itemNo = 0; itemNo < 20; itemNo++) await states.update(users, (_, state) => void state.hiddenItems.add(itemNo));
    expect(packed).toBeGreaterThan(0);
  });

  it('keeps a failed snapshot for the next flush', async () => {
    const { states, snapshots } = await withBytes(1e6)(() => Promise.resolve(new Map<string, UserState>()));
    await states.update(['flushed later'], (_, state) => void (state.updatedAt = NOW));
    await database.pool.query('ALTER TABLE user_states RENAME TO user_states_away');
    try {
      await expect(states.flush()).rejects.toThrow();
    } finally {
      await database.pool.query('ALTER TABLE user_states_away RENAME TO user_states');
    }
    await states.flush();
    expect((await snapshots.load(['flushed later'])).size).toBe(1);
  });

  it('writes snapshots by itself when packed states run out of room', async () => {
    const { states, snapshots } = await withBytes(120 * stateBytes(emptyState()))(() => Promise.resolve(new Map<string, UserState>()));
    const userIds = Array.from({ length: 1_000 }, (_, i) => `many${i}`);
    for (const userId of userIds) await states.update([userId], (_, state) => void (state.updatedAt = NOW));
    await eventually(async () => expect((await snapshots.load(userIds)).size).toBeGreaterThan(100));
  });
});
