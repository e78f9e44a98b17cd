import fc from 'fast-check';
import { type LedgerEvent } from '../../src/core/events/event.js';
import { packState, unpackState } from '../../src/core/tags/codec.js';
import { foldEvent } from '../../src/core/tags/fold.js';
import { emptyState, type UserState } from '../../src/core/tags/state.js';
import { type LiveStates } from '../../src/ports/live-states.js';
import { type SnapshotStore } from '../../src/ports/snapshot-store.js';
import { event, NOW, OPTIONS, SHOP } from '../core/tags/history.js';

export type Load = (userIds: string[]) => Promise<Map<string, UserState>>;

export interface LiveStatesUnderTest {
  states: LiveStates;
  snapshots: SnapshotStore;
  close: () => Promise<void>;
}

const pause = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
};

let users = 0;
/** What was done by whom, in order, and a `load` over it that takes its time and can fail. Every one has users of its own. */
class Past {
  readonly events = new Map<string, LedgerEvent[]>();
  readonly loads: string[][] = [];
  snapshots!: SnapshotStore;
  failing = false;
  /** Turns of the event loop that a load takes before and after it looks. */
  turns = 1;
  private readonly prefix = `past${++users}-`;

  user = (name: string): string => this.prefix + name;

  /** Keep an event, as the ledger does; the next one of its user. */
  keep(userId: string, change: Partial<LedgerEvent> = {}): LedgerEvent {
    const own = this.events.get(userId) ?? [];
    this.events.set(userId, own);
    const kept = event('CLICK', { userId, itemNo: own.length % SHOP.length, occurredAt: NOW + own.length, ...change, seq: own.length + 1 });
    own.push(kept);
    return kept;
  }
  /** All that was kept, folded one after the other. */
  folded(userId: string): UserState {
    const state = emptyState();
    for (const kept of this.events.get(userId) ?? []) foldEvent(state, kept, SHOP[kept.itemNo], OPTIONS);
    return state;
  }
  load: Load = async (userIds) => {
    this.loads.push(userIds);
    await pause(this.turns);
    if (this.failing) throw new Error('no ledger today');
    const packed = await this.snapshots.load(userIds);
    const states = new Map<string, UserState>();
    for (const userId of userIds) {
      const snapshot = packed.get(userId);
      const state = snapshot ? unpackState(snapshot) : emptyState();
      for (const kept of this.events.get(userId) ?? []) foldEvent(state, kept, SHOP[kept.itemNo], OPTIONS);
      states.set(userId, state);
    }
    await pause(this.turns);
    return states;
  };
}

const fold = (kept: LedgerEvent) => (_: string, state: UserState) => foldEvent(state, kept, SHOP[kept.itemNo], OPTIONS);

/** What every store of live states has to do. `make` gives one that rebuilds states with `load`, and the snapshots it writes to. */
export function liveStatesContract(name: string, make: (load: Load) => Promise<LiveStatesUnderTest>): void {
  describe(`live states: ${name}`, () => {
    let past: Past;
    let made: LiveStatesUnderTest;
    let states: LiveStates;

    beforeEach(async () => {
      past = new Past();
      made = await make(past.load);
      ({ states } = made);
      past.snapshots = made.snapshots;
    });
    afterEach(() => made.close());

    it('gives an empty state for someone never seen, under any id', async () => {
      for (const userId of ['nobody', '__proto__', 'constructor', '用户'])
        expect(await states.read(past.user(userId))).toEqual(emptyState());
    });

    it('gives what the past makes of a user', async () => {
      const userId = past.user('u');
      for (let i = 0; i < 5; i++) past.keep(userId, { type: 'PURCHASE' });
      expect(await states.read(userId)).toEqual(past.folded(userId));
    });

    it('shows a change to whoever reads after it', async () => {
      const userId = past.user('u');
      await states.read(userId);
      await states.update([userId], fold(past.keep(userId, { type: 'HIDE' })));
      expect((await states.read(userId)).hiddenItems.size).toBe(1);
    });

    it('changes each user once, however often he is named', async () => {
      const [a, b] = [past.user('a'), past.user('b')];
      const changed: string[] = [];
      await states.read(a);
      await states.update([a, b, a, b], (userId) => void changed.push(userId));
      expect(changed.sort()).toEqual([a, b]);
    });

    it('makes changes in the order of the calls, those of a user who is being loaded after the load', async () => {
      const userId = past.user('u');
      const order: number[] = [];
      const note = (n: number) => states.update([userId], () => void order.push(n));
      const early = [note(1), states.read(userId).then(() => undefined), note(2)];
      await pause(1);
      early.push(note(3));
      await Promise.all([...early, note(4)]);
      await Promise.all([note(5), note(6)]);
      expect(order).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('misses no event that is kept while the state is loaded', async () => {
      const userId = past.user('u');
      past.keep(userId);
      const reading = states.read(userId);
      for (let i = 0; i < 6; i++) {
        void states.update([userId], fold(past.keep(userId)));
        await pause(1);
      }
      await reading;
      expect(await states.read(userId)).toEqual(past.folded(userId));
    });

    it('tells a reader that a state cannot be had, and tries again the next time', async () => {
      const userId = past.user('u');
      past.keep(userId);
      past.failing = true;
      await expect(states.read(userId)).rejects.toThrow('no ledger today');
      past.failing = false;
      expect(await states.read(userId)).toEqual(past.folded(userId));
    });

    it('gives many at once, and leaves out those that cannot be had', async () => {
      const [held, away] = [past.user('held'), past.user('away')];
      past.keep(held);
      await states.read(held);
      expect([...(await states.readMany([held, held]))]).toEqual([[held, past.folded(held)]]);
      past.keep(away);
      past.failing = true;
      expect([...(await states.readMany([away, held])).keys()]).toEqual([held]);
      past.failing = false;
      expect((await states.readMany([away, held])).get(away)).toEqual(past.folded(away));
    });

    it('lets go of a state that cannot be had for a change, and rebuilds it for the next reader', async () => {
      const userId = past.user('u');
      past.failing = true;
      await states.update([userId], fold(past.keep(userId)));
      past.failing = false;
      expect(await states.read(userId)).toEqual(past.folded(userId));
    });

    it('rebuilds what was dropped', async () => {
      const userId = past.user('u');
      await states.update([userId], fold(past.keep(userId)));
      past.keep(userId); // kept, but its change never came
      states.drop([userId, past.user('never read')]);
      expect(await states.read(userId)).toEqual(past.folded(userId));
    });

    it('does not keep what was dropped while it was loaded', async () => {
      const userId = past.user('u');
      past.turns = 5;
      const early = states.read(userId);
      await pause(7);
      past.keep(userId); // after the load looked
      states.drop([userId]);
      const late = states.read(userId);
      await early;
      expect(await late).toEqual(past.folded(userId));
      expect(await states.read(userId)).toEqual(past.folded(userId));
    });

    it('reports a change that fails, makes the others, and rebuilds the state', async () => {
      const [good, bad] = [past.user('good'), past.user('bad')];
      for (const userId of [good, bad]) past.keep(userId);
      for (let round = 0; round < 2; round++) {
        const kept = past.keep(good);
        const failing = states.update([bad, good], (userId, state) => {
          if (userId === good) fold(kept)(userId, state);
          else {
            state.eventCount = 99;
            throw new Error('half done');
          }
        });
        await expect(failing).rejects.toThrow('half done');
        expect(await states.read(bad)).toEqual(past.folded(bad));
        expect(await states.read(good)).toEqual(past.folded(good));
      }
    });

    it('writes snapshots of what changed, from which a state is read back', async () => {
      const [changed, read] = [past.user('changed'), past.user('read')];
      await states.read(read);
      await states.update([changed], fold(past.keep(changed, { type: 'PURCHASE' })));
      await states.flush();
      const packed = await made.snapshots.load([changed, read]);
      expect(unpackState(packed.get(changed)!)).toEqual(past.folded(changed));
      expect(packed.has(read)).toBe(false);
      states.drop([changed]);
      expect(await states.read(changed)).toEqual(past.folded(changed));
    });

    it('tells when what was being written is written, so that what is removed from the snapshots then stays removed', async () => {
      const dropped = past.user('dropped');
      await states.update([dropped], fold(past.keep(dropped)));
      const flushing = states.flush();
      states.drop([dropped]);
      await states.saved();
      await made.snapshots.remove([dropped]);
      await flushing;
      expect((await made.snapshots.load([dropped])).size).toBe(0);
    });

    it('equals a plain fold, whatever reads, changes, drops, flushes and failures come between', async () => {
      const step = fc.record({
        what: fc.constantFrom('commit', 'commit', 'commit', 'read', 'read', 'drop', 'flush', 'fail', 'lose'),
        users: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 4 }),
        type: fc.constantFrom<LedgerEvent['type'][]>('CLICK', 'PURCHASE', 'REFUND', 'HIDE', 'LIKE', 'SKIP'),
        turns: fc.integer({ min: 0, max: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
          past = new Past();
          const trial = await make(past.load);
          past.snapshots = trial.snapshots;
          const acknowledged = new Map<string, number>();
          const running: Promise<unknown>[] = [];
          for (const { what, users, type, turns } of steps) {
            past.turns = turns;
            past.failing = what === 'fail';
            const userIds = users.map(past.user);
            if (what === 'flush') running.push(trial.states.flush());
            if (what === 'drop') trial.states.drop(userIds);
            if (what === 'lose') {
              for (const userId of userIds) past.keep(userId, { type });
              trial.states.drop(userIds);
            }
            if (what === 'read') running.push(...userIds.map((userId) => readsAll(trial.states, userId, acknowledged.get(userId) ?? 0)));
            if (what === 'commit') running.push(commit(trial.states, userIds, type, acknowledged));
            await pause(turns);
          }
          past.failing = false;
          await Promise.all(running);
          for (const userId of past.events.keys())
            expect(packState(await trial.states.read(userId))).toEqual(packState(past.folded(userId)));
          await trial.close();
        }),
        { numRuns: 30 },
      );
    }, 120_000);

    /** A reader may be refused while loads fail, but never gets a state that lacks what was acknowledged before. */
    const readsAll = async (from: LiveStates, userId: string, atLeast: number): Promise<void> => {
      const state = await from.read(userId).catch(() => null);
      if (state) expect(state.eventCount).toBeGreaterThanOrEqual(atLeast);
    };
    const commit = async (
      to: LiveStates,
      userIds: string[],
      type: LedgerEvent['type'],
      acknowledged: Map<string, number>,
    ): Promise<void> => {
      const kept = new Map(userIds.map((userId) => [userId, past.keep(userId, { type })]));
      await to.update(userIds, (userId, state) => fold(kept.get(userId)!)(userId, state));
      for (const [userId, { seq }] of kept) acknowledged.set(userId, Math.max(acknowledged.get(userId) ?? 0, seq));
    };
  });
}
