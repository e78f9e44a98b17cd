import fc from 'fast-check';
import { type LedgerEvent } from '../../src/core/events/event.js';
import { exposureId } from '../../src/core/exposures/exposure.js';
import { advance, emptyCursor, type FoldCursor } from '../../src/core/tags/cursor.js';
import { type Appended, type IncomingEvent, type Ledger } from '../../src/ports/ledger.js';
import { anyEvent, NOW, someEvent } from './arbitrary-events.js';

/** One place where events are kept, empty at first. */
export interface LedgerStore {
  /** An instance of the port over the store, as one more process has it. */
  open(): Ledger;
  close(): Promise<void>;
}

export const acceptedOf = (appended: Appended[]): LedgerEvent[] =>
  appended.flatMap((outcome) => (outcome.status === 'accepted' ? [outcome.event] : []));

const statuses = (appended: Appended[]): string[] => appended.map(({ status }) => status);

export async function collect(batches: AsyncIterable<LedgerEvent[]>): Promise<LedgerEvent[]> {
  const all: LedgerEvent[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** What every ledger keeps to. The clock of the store stands at NOW. */
export function ledgerContract(name: string, openStore: () => Promise<LedgerStore>): void {
  describe(`${name} as a ledger`, () => {
    let store: LedgerStore;
    let ledger: Ledger;
    beforeEach(async () => {
      store = await openStore();
      ledger = store.open();
    });
    afterEach(() => store.close());

    it('gives each event its place, in the order of the call', async () => {
      const events = [someEvent(), someEvent(), someEvent()];
      const accepted = acceptedOf(await ledger.append(events));
      expect(accepted.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      expect(accepted.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(new Set(accepted.map(({ writer }) => writer)).size).toBe(1);
    });

    it('shows an acknowledged event to every other process', async () => {
      const [event] = acceptedOf(await ledger.append([someEvent({ userId: 'dora' })]));
      expect(await store.open().eventsOfUser('dora', emptyCursor())).toEqual([event]);
    });

    it('takes nothing and gives nothing for an empty call', async () => {
      expect(await ledger.append([])).toEqual([]);
    });

    it('counts what was accepted, by any process and on any day', async () => {
      expect(await ledger.appended()).toBe(0);
      const again = someEvent();
      await ledger.append([again, someEvent(), again]);
      await store.open().append([someEvent(), again]);
      expect([await ledger.appended(), await store.open().appended()]).toEqual([3, 3]);
    });

    it('accepts an id at its first place in a call', async () => {
      const event = someEvent();
      expect(statuses(await ledger.append([event, someEvent(), { ...event, type: 'VIEW' }, event]))).toEqual([
        'accepted',
        'accepted',
        'duplicate',
        'duplicate',
      ]);
      expect((await ledger.eventsOfUser('ann', emptyCursor())).map(({ type }) => type)).toEqual(['CLICK', 'CLICK']);
    });

    it('accepts an id once over calls, processes and days', async () => {
      const event = someEvent();
      await ledger.append([event]);
      const tomorrow = { ...event, receivedAt: event.receivedAt + 86_400_000 };
      expect(statuses(await ledger.append([event]))).toEqual(['duplicate']);
      expect(statuses(await store.open().append([tomorrow, someEvent()]))).toEqual(['duplicate', 'accepted']);
    });

    it('accepts each id exactly once when processes send the same events at once, in any order', async () => {
      const events = Array.from({ length: 300 }, () => someEvent());
      const ledgers = [ledger, store.open(), store.open()];
      const orders = [events, [...events].reverse(), [...events].sort((a, b) => (a.id < b.id ? -1 : 1))];
      const calls = ledgers.flatMap((one, i) => chunks(orders[i], 60).map((chunk) => one.append(chunk)));
      const accepted = (await Promise.all(calls)).flatMap(acceptedOf);
      expect(accepted.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
      expect((await ledger.eventsOfUser('ann', emptyCursor())).length).toBe(300);
      expect(await ledger.verify()).toBeNull();
    });

    it('keeps the two sides of midnight in chains of their own, whole', async () => {
      const midnight = Date.UTC(2026, 10, 22);
      const events = [-2, 1, -1, 0].map((after) => someEvent({ receivedAt: midnight + after }));
      const accepted = acceptedOf(await ledger.append(events));
      expect(accepted.map(({ seq }) => seq)).toEqual([1, 1, 2, 2]);
      expect(accepted[0].writer).toBe(accepted[2].writer);
      expect(accepted[1].writer).toBe(accepted[3].writer);
      expect(accepted[0].writer).not.toBe(accepted[1].writer);
      expect(await ledger.verify()).toBeNull();
      expect(await ledger.verify(['2026-11-21'])).toBeNull();
    });

    it('never lets the time of receipt go back within a writer, so that both orders are one', async () => {
      const first = acceptedOf(await ledger.append([someEvent({ receivedAt: NOW + 5 })]))[0];
      const second = acceptedOf(await ledger.append([someEvent({ receivedAt: NOW + 2 })]))[0];
      expect([first.receivedAt, second.receivedAt]).toEqual([NOW + 5, NOW + 5]);
      expect((await ledger.eventsOfUser('ann', emptyCursor())).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    it('gives back every field as it was, whatever the event', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), async (events) => {
          const cursor = emptyCursor();
          for (const event of await collect(ledger.eventsSince(emptyCursor()))) advance(cursor, event);
          const accepted = acceptedOf(await ledger.append(events));
          expect(accepted.map(({ writer: _writer, seq: _seq, ...event }) => event)).toEqual(events);
          expect(await collect(ledger.eventsSince(cursor))).toEqual(accepted);
        }),
        { numRuns: 25 },
      );
      expect(await ledger.verify()).toBeNull();
    });

    it('gives the events of one user that the cursor does not cover', async () => {
      const own = acceptedOf(await ledger.append([someEvent(), someEvent({ userId: 'bob' }), someEvent(), someEvent()])).filter(
        ({ userId }) => userId === 'ann',
      );
      const later = acceptedOf(await store.open().append([someEvent({ receivedAt: NOW + 1, attribution: 'ORPHAN' })]));
      const cursor = emptyCursor();
      advance(cursor, own[0]);
      expect(await ledger.eventsOfUser('ann', cursor)).toEqual([own[1], own[2], ...later]);
      expect(await ledger.eventsOfUser('nobody', cursor)).toEqual([]);
      // Everything received before the later instant is folded, and of the first writer what comes after its first event is not.
      const since: FoldCursor = { since: NOW + 1, last: new Map() };
      expect(await ledger.eventsOfUser('ann', since)).toEqual(later);
    });

    it('tells of which users it holds anything', async () => {
      await ledger.append([someEvent(), someEvent(), someEvent({ userId: 'bob', attribution: 'ORPHAN' }), someEvent({ userId: 'eve' })]);
      expect(await ledger.usersWithEvents(['ann', 'bob', 'nobody', 'ann'])).toEqual(new Set(['ann', 'bob']));
      expect(await ledger.usersWithEvents(['nobody'])).toEqual(new Set());
      expect(await ledger.usersWithEvents([])).toEqual(new Set());
    });

    it('streams all that a cursor does not cover over days and batches, each once and in order', async () => {
      const all: LedgerEvent[] = [];
      for (let day = -1; day <= 1; day++)
        for (let call = 0; call < 3; call++) {
          const receivedAt = NOW + day * 86_400_000 + call;
          all.push(
            ...acceptedOf(await (call === 1 ? store.open() : ledger).append(Array.from({ length: 1500 }, () => someEvent({ receivedAt })))),
          );
        }
      const batches: number[] = [];
      const streamed: LedgerEvent[] = [];
      for await (const batch of ledger.eventsSince(emptyCursor())) {
        batches.push(batch.length);
        streamed.push(...batch);
      }
      expect(streamed).toEqual(all);
      expect(Math.max(...batches)).toBeLessThanOrEqual(2000);
      const cursor = emptyCursor();
      for (const event of all.slice(0, 9000)) advance(cursor, event);
      for (let time = 0; time < 2; time++) expect(await collect(ledger.eventsSince(cursor))).toEqual(all.slice(9000));
    });

    it('gives who reads on what came since, of every writer', async () => {
      const cursor = emptyCursor();
      const readOn = async (): Promise<LedgerEvent[]> => {
        const events = await collect(ledger.eventsSince(cursor));
        for (const event of events) advance(cursor, event);
        return events;
      };
      const other = store.open();
      const [first] = acceptedOf(await ledger.append([someEvent()]));
      expect(await readOn()).toEqual([first]);
      expect(await readOn()).toEqual([]);
      const late = acceptedOf(await other.append([someEvent({ receivedAt: NOW - 60_000 }), someEvent({ receivedAt: NOW - 86_400_000 })]));
      expect((await readOn()).map(({ id }) => id).sort()).toEqual(late.map(({ id }) => id).sort());
      const [second] = acceptedOf(await ledger.append([someEvent({ receivedAt: NOW + 1 })]));
      const [third] = acceptedOf(await other.append([someEvent({ receivedAt: NOW + 1 })]));
      expect(await readOn()).toEqual([second, third]);
      expect(await readOn()).toEqual([]);
    });

    it('tells the attributed outcomes of an exposure by time', async () => {
      const id = exposureId(`${(NOW - 10_000).toString(16).padStart(12, '0').replace(/^.{8}/, '$&-')}-7000-8000-000000000001`, 3);
      const outcome = (fields: Partial<IncomingEvent>) => someEvent({ exposureId: id, attribution: 'ATTRIBUTED', ...fields });
      await ledger.append([
        outcome({ type: 'PURCHASE', occurredAt: NOW - 10 }),
        outcome({ type: 'CLICK', occurredAt: NOW - 20 }),
        outcome({ type: 'VIEW', attribution: 'ORPHAN' }),
        someEvent({ exposureId: id.replace('.3', '.4'), attribution: 'ATTRIBUTED' }),
      ]);
      expect(await ledger.outcomesOf(id)).toEqual([
        { type: 'CLICK', occurredAt: NOW - 20 },
        { type: 'PURCHASE', occurredAt: NOW - 10 },
      ]);
      expect(await ledger.outcomesOf(id.replace('.3', '.5'))).toEqual([]);
      expect(await ledger.outcomesOf('no exposure')).toEqual([]);
    });

    it('answers each of many calls at once for its own events', async () => {
      const calls = Array.from({ length: 200 }, (_, i) => [someEvent({ userId: `user-${i}` }), someEvent({ userId: `user-${i}` })]);
      const appended = await Promise.all(calls.map((events) => ledger.append(events)));
      appended.forEach((outcomes, i) => expect(acceptedOf(outcomes).map(({ id }) => id)).toEqual(calls[i].map(({ id }) => id)));
      const seqs = appended.flatMap(acceptedOf).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    });
  });
}

const chunks = <T>(values: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
