import { attribute, attributionWindowMs } from '../core/events/attribution.js';
import { type LedgerEvent, type ShopEvent } from '../core/events/event.js';
import { CLOCK_SKEW_MS, readEvent } from '../core/events/read-event.js';
import { foldEvent } from '../core/tags/fold.js';
import { type ExposureFacts, type ExposureLog } from '../ports/exposure-log.js';
import { type IncomingEvent, type Ledger } from '../ports/ledger.js';
import { type LiveStates } from '../ports/live-states.js';
import { mayKeep } from '../core/privacy/keeping.js';
import { type BatchTally, type Entry, type Write } from './batches.js';
import { type ModelsInForce } from './models/models-in-force.js';
import { foldOptionsOf } from './people/fold-options.js';
import { type InFlight } from './people/in-flight.js';
import { type People } from './people/people.js';
import { type ShopIndex } from './shop-index.js';
import { type SpooledEvents } from './spooling/drain-spool.js';
import { isUnavailable, type Reach } from './spooling/reach.js';
import { type Spool } from '../ports/spool.js';
import { type TriggersInForce } from './triggers/triggers-in-force.js';

export interface RecordEventsPorts {
  ledger: Ledger;
  exposureLog: ExposureLog;
  states: LiveStates;
  index: ShopIndex;
  /** Who learns from clicks. */
  models: Pick<ModelsInForce, 'observeEvents'>;
  people: People;
  inFlight: InFlight;
  reach: Pick<Reach, 'event'>;
  spool: Pick<Spool, 'append'>;
  triggers: Pick<TriggersInForce, 'watch'>;
  clock: () => number;
  timeZone: string;
  currency: string;
}

/**
 * Record events: check each, class its attribution, keep it, then fold it into live state, so that an acknowledged event acts on the next feed. While the
 * ledger is away they are kept in the spool as they came, and all of that is done when it is back.
 */
export interface RecordEvents {
  record: Write;
  /** Never by way of the spool. */
  recordNow: Write;
}

type Patient = <T>(work: () => Promise<T>) => Promise<T>;

interface Checked {
  index: number;
  /** As it came. */
  fields: Entry['fields'];
  event: ShopEvent;
  itemNo: number;
  /** Whose act it is: the event's own user, or the one that its identity belongs to. */
  owner: string;
  /** Where he lives, null where that is not known. */
  region: string | null;
}

/** Put together what `recordEvents` and `POST /imports/events` share. */
export function createRecordEvents(ports: RecordEventsPorts): RecordEvents {
  const { ledger, states, index, models, clock, inFlight } = ports;

  /** Everything that the outside has to be asked for. */
  const keep = async (checked: Checked[], now: number, patient: Patient) => {
    const admitted = await patient(() => admit(checked, ports, now));
    const kept = admitted.filter((one) => 'owner' in one);
    const appended = await patient(async () => ledger.append(await attributeAll(kept, ports, now))).catch((error: unknown) => {
      states.drop(kept.map(({ owner }) => owner));
      throw error;
    });
    return { admitted, kept, appended };
  };
  const finish = async ({ admitted, kept, appended }: Awaited<ReturnType<typeof keep>>, tally: BatchTally): Promise<void> => {
    for (const one of admitted) if ('refusal' in one) tally.reject(one.index, one.event.id, one.refusal, false);
    const accepted = appended.flatMap((outcome) => (outcome.status === 'accepted' ? [outcome.event] : []));
    tally.accepted += accepted.length;
    tally.duplicates += appended.length - accepted.length;
    const regionByUser = new Map(kept.map(({ event, region }) => [event.userId, region]));
    index.observe(accepted, (userId) => regionByUser.get(userId) ?? null);
    models.observeEvents(accepted);
    await foldAll(accepted, ports);
  };
  const record =
    (patient: Patient, defer: (checked: Checked[], tally: BatchTally, error: unknown) => Promise<void>): Write =>
    async (entries, tally) => {
      const now = clock();
      const checked = checkEvents(entries, tally, ports, now);
      if (checked.length === 0) return;
      const done = await keep(checked, now, patient).catch((error: unknown) => defer(checked, tally, error));
      if (done) await finish(done, tally);
    };
  const toSpool = async (checked: Checked[], tally: BatchTally, error: unknown): Promise<void> => {
    if (!isUnavailable(error)) throw error;
    const spooled: SpooledEvents = { kind: 'events', events: checked.map(({ fields }) => fields) };
    await ports.spool.append(spooled);
    const ids = new Set(checked.map(({ event }) => event.id));
    tally.accepted += ids.size;
    tally.duplicates += checked.length - ids.size;
  };
  const deferring = record((work) => ports.reach.event(work), toSpool);
  const notDeferring = record(
    (work) => work(),
    (_checked, _tally, error) => {
      throw error;
    },
  );
  return {
    record: (entries, tally) => inFlight.run(() => deferring(entries, tally)),
    recordNow: (entries, tally) => inFlight.run(() => notDeferring(entries, tally)),
  };
}

function checkEvents(entries: Entry[], tally: BatchTally, { index }: RecordEventsPorts, now: number): Checked[] {
  const checked: Checked[] = [];
  for (const entry of entries) {
    const read = readEvent(entry.fields, now);
    if ('faults' in read) {
      tally.rejectFaults(entry.index, entry.fields.id, read.faults);
      continue;
    }
    const { event } = read;
    const itemNo = event.itemId === undefined ? -1 : index.shop.catalogue.no(event.itemId);
    if (itemNo === undefined)
      tally.reject(
        entry.index,
        event.id,
        { code: 'UNKNOWN_ITEM', message: `itemId "${event.itemId}" is not in the catalogue; send it again when it is` },
        true,
      );
    else checked.push({ ...entry, event, itemNo, owner: event.userId, region: null });
  }
  return checked;
}

type Admitted = Checked | (Pick<Checked, 'index' | 'event'> & { refusal: { code: string; message: string } });

/** Find out whose acts they are; those of the erased, and those that nobody agreed to have kept, are refused. */
async function admit(checked: Checked[], { people }: RecordEventsPorts, now: number): Promise<Admitted[]> {
  const owners = await people.ownersOf(checked.map(({ event }) => event));
  const persons = await people.many(owners);
  return checked.map((entry, i): Admitted => {
    const owner = owners[i];
    const { event, index } = entry;
    const erasedAt = people.erasedAt(owner) ?? people.erasedAt(event.userId);
    if (erasedAt !== null && event.occurredAt <= erasedAt) {
      const message = 'userId was erased after this happened; nothing of it is kept';
      return { index, event, refusal: { code: 'ERASED_USER', message } };
    }
    const person = persons.get(owner)!;
    if (!mayKeep(event.type, people.purposesOf(person, now))) {
      const message = `userId consented to nothing that a ${event.type} is kept for`;
      return { index, event, refusal: { code: 'NO_CONSENT', message } };
    }
    return { ...entry, owner, region: person.attributes?.region ?? null };
  });
}

/** Look up the exposures that the events claim, or may be outcomes of, in two reads for all of them. */
async function attributeAll(checked: Checked[], { exposureLog, states }: RecordEventsPorts, now: number): Promise<IncomingEvent[]> {
  const claiming = checked.filter(({ event }) => event.exposureId !== undefined);
  const mayFollow = checked.filter(
    ({ event, itemNo }) => event.exposureId === undefined && itemNo >= 0 && attributionWindowMs(event.type) !== null,
  );
  // Who was shown nothing lately need not be looked up; whose state cannot be had, has to be.
  const stateByUser = await states.readMany(mayFollow.map(({ owner }) => owner));
  const searching = mayFollow.filter(
    ({ event, owner }) => (stateByUser.get(owner)?.lastServedAt ?? Infinity) >= event.occurredAt - attributionWindowMs(event.type)!,
  );
  const [claimed, latest] = await Promise.all([
    claiming.length === 0 ? [] : exposureLog.find(claiming.map(({ event }) => event.exposureId!)),
    searching.length === 0 ? [] : exposureLog.findLatest(searching.map(latestQuery)),
  ]);
  const facts = new Map<Checked, ExposureFacts | null>();
  claiming.forEach((entry, i) => facts.set(entry, underName(claimed[i], entry)));
  searching.forEach((entry, i) => facts.set(entry, underName(latest[i], entry)));
  return checked.map((entry) => {
    const { attribution, exposureId } = attribute(entry.event, entry.itemNo, facts.get(entry) ?? null);
    // Fields that all events have come first and in one order: V8 reads objects of one shape several times faster.
    const fixed = { receivedAt: now, itemNo: entry.itemNo, attribution };
    return exposureId === entry.event.exposureId ? { ...fixed, ...entry.event } : { ...fixed, ...entry.event, exposureId };
  });
}

/** What a user was served is of him, whether the event names him or one of his identities. */
function underName(facts: ExposureFacts | null, { event, owner }: Checked): ExposureFacts | null {
  return facts && (facts.userId === owner || facts.userId === event.userId) ? { ...facts, userId: event.userId } : facts;
}

const latestQuery = ({ event, itemNo, owner }: Checked) => ({
  userId: owner,
  itemNo,
  itemId: event.itemId!,
  from: event.occurredAt - attributionWindowMs(event.type)!,
  // The clock of a client may run slow.
  to: event.occurredAt + CLOCK_SKEW_MS,
});

/** Fold kept events into the live states of their users; one that was folded before changes nothing, nor one that was read before its user was erased. */
export async function foldAll(
  events: LedgerEvent[],
  {
    states,
    index,
    people,
    triggers,
    timeZone,
    currency,
  }: Pick<RecordEventsPorts, 'states' | 'index' | 'people' | 'triggers' | 'timeZone' | 'currency'>,
): Promise<void> {
  const eventsByUser = new Map<string, LedgerEvent[]>();
  for (const event of events) {
    const own = eventsByUser.get(event.userId);
    if (own) own.push(event);
    else eventsByUser.set(event.userId, [event]);
  }
  const persons = await people.many(eventsByUser.keys());
  const watch = triggers.watch(persons);
  await states.update(eventsByUser.keys(), (userId, state) => {
    const optionsAt = foldOptionsOf(persons.get(userId)!, people, { timeZone, currency });
    const erasedAt = people.erasedAt(userId) ?? -Infinity;
    const own = eventsByUser.get(userId)!.filter(({ occurredAt }) => occurredAt > erasedAt);
    for (const event of own) foldEvent(state, event, index.shop.catalogue.row(event.itemNo), optionsAt(event.receivedAt));
    watch?.see(userId, state, own);
  });
  await watch?.fire();
}
