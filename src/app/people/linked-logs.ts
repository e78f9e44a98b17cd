import { type LedgerEvent } from '../../core/events/event.js';
import { type LoggedPage } from '../../core/exposures/exposure.js';
import { type IdentityLink, identityUserId, type Moment } from '../../core/privacy/identity.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type Ledger } from '../../ports/ledger.js';
import { type People } from './people.js';

type Placed = Moment & { userId: string | null; receivedAt: number; writer: number; seq: number };

/**
 * Logs keep under which identity something was done, for ever; whose identity that is may change. These give everything out under the user to whom it
 * belongs now, so that linking an identity, and taking it away again, needs no change of what was written.
 */
export function linkedLedger(ledger: Ledger, people: People): Ledger {
  return {
    ...ledger,
    async append(events) {
      const appended = await ledger.append(events);
      const accepted = appended.flatMap((outcome) => (outcome.status === 'accepted' ? [outcome.event] : []));
      const owned = await underOwners(accepted, people);
      let next = 0;
      return appended.map((outcome) => (outcome.status === 'accepted' ? { ...outcome, event: owned[next++] } : outcome));
    },
    eventsOfUser: (userId, cursor) => ofPerson(userId, people, (subject) => ledger.eventsOfUser(subject, cursor)),
    usersWithEvents: (userIds) => personsAmong(userIds, people, (subjects) => ledger.usersWithEvents(subjects)),
    async *eventsSince(cursor) {
      for await (const events of ledger.eventsSince(cursor)) yield underOwners(events, people);
    },
  };
}

/** The same of the exposure log. */
export function linkedExposureLog(log: ExposureLog, people: People): ExposureLog {
  return {
    ...log,
    async pagesOfUser(userId, cursor, from) {
      const read = async (subject: string) =>
        (await log.pagesOfUser(subject, cursor, from)).map((page) => ({ ...page, occurredAt: page.servedAt }));
      return ofPerson<LoggedPage & { occurredAt: number }>(userId, people, read);
    },
    usersWithPages: (userIds) => personsAmong(userIds, people, (subjects) => log.usersWithPages(subjects)),
  };
}

async function underOwners(events: LedgerEvent[], people: People): Promise<LedgerEvent[]> {
  const owners = await people.ownersOf(events);
  return events.map((event, i) => (owners[i] === event.userId ? event : { ...event, userId: owners[i] }));
}

const subjectsOf = (userId: string, links: readonly IdentityLink[]): string[] => [...new Set([userId, ...links.map(identityUserId)])];

/** Those of whom anything is held under their own or one of their identities, though it may have been somebody else who had the identity then. */
async function personsAmong(
  userIds: readonly string[],
  people: People,
  find: (subjects: string[]) => Promise<Set<string>>,
): Promise<Set<string>> {
  const persons = await people.many(userIds);
  const subjects = new Map(userIds.map((userId) => [userId, subjectsOf(userId, persons.get(userId)!.links)]));
  const found = await find([...subjects.values()].flat());
  return new Set(userIds.filter((userId) => subjects.get(userId)!.some((subject) => found.has(subject))));
}

/** What a user did himself and under his identities, in the order of the log. */
async function ofPerson<T extends Placed>(userId: string, people: People, read: (subject: string) => Promise<T[]>): Promise<T[]> {
  const { links } = await people.get(userId);
  const subjects = subjectsOf(userId, links);
  const ownEntries = async (subject: string): Promise<T[]> => {
    const entries = await read(subject);
    const owners = await people.ownersOf(entries.map(({ sessionId, occurredAt }) => ({ userId: subject, sessionId, occurredAt })));
    return entries.flatMap((entry, i) => (owners[i] === userId ? [{ ...entry, userId }] : []));
  };
  const all = (await Promise.all(subjects.map(ownEntries))).flat();
  return subjects.length === 1 ? all : all.sort((a, b) => a.receivedAt - b.receivedAt || a.writer - b.writer || a.seq - b.seq);
}
