import { AppError } from '../../core/errors.js';
import { exposureId, type LoggedPage } from '../../core/exposures/exposure.js';
import { foldPage } from '../../core/tags/fold.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type Log } from '../../ports/log.js';
import { asEntries, BatchTally, type Write } from '../batches.js';
import { type ShownCardsOf } from '../cocoon/shown-cards.js';
import { type InFlight } from '../people/in-flight.js';
import { type People } from '../people/people.js';
import { type SpooledPage } from './deferred-log.js';
import { isUnavailable } from './reach.js';

/** Events that were acknowledged while the ledger was away, as they came. */
export interface SpooledEvents {
  kind: 'events';
  events: Record<string, unknown>[];
}

type Spooled = SpooledPage | SpooledEvents;

const MOST_EVENTS = 1_000;
/** Pages that are logged at once: those that are served meanwhile get their turn in between. */
const MOST_PAGES = 40;

interface PagePorts {
  /** Not the one that defers. */
  exposureLog: ExposureLog;
  states: Pick<LiveStates, 'update' | 'drop'>;
  shownCardsOf: ShownCardsOf;
  people: Pick<People, 'erasedAt'>;
}

interface Failed {
  spooled: SpooledPage;
  reason: unknown;
}

/** Logs pages that were spooled; gives those that it could not, and why. */
function createKeepPages({ exposureLog, states, shownCardsOf, people }: PagePorts): (spooled: SpooledPage[]) => Promise<Failed[]> {
  const isErased = ({ page: { userId, servedAt } }: SpooledPage): boolean => {
    const erasedAt = userId === null ? null : people.erasedAt(userId);
    return erasedAt !== null && servedAt <= erasedAt;
  };
  /** Those that are not logged yet: an append whose outcome was not known may have come through after all, and nobody remembered it then. */
  const missing = async (spooled: SpooledPage[]): Promise<SpooledPage[]> => {
    const wanted = spooled.filter((one) => !isErased(one));
    const facts = await exposureLog.find(wanted.flatMap(exposuresOf));
    let at = 0;
    return wanted.filter((one) => {
      const isKnown = facts.slice(at, (at += one.page.placed.length)).some((known) => known !== null);
      if (isKnown && one.page.userId !== null) states.drop([one.page.userId]);
      return !isKnown;
    });
  };
  const append = async ({ page, pool }: SpooledPage): Promise<LoggedPage[]> => {
    const appended = await exposureLog.append(page, undefined, pool).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
      if (page.userId !== null) states.drop([page.userId]);
      return null;
    });
    return appended?.status === 'appended' ? [appended.page] : [];
  };
  /** What was shown is in the states of users as if it had been logged at once. */
  const remember = async (pages: LoggedPage[]): Promise<void> => {
    const shown = new Map(await Promise.all(pages.map(async (page) => [page, await shownCardsOf(page)] as const)));
    const pagesByUser = new Map<string, LoggedPage[]>();
    for (const page of [...pages].sort((a, b) => a.seq - b.seq))
      if (page.userId !== null) pagesByUser.set(page.userId, [...(pagesByUser.get(page.userId) ?? []), page]);
    await states.update(pagesByUser.keys(), (userId, state) => {
      const erasedAt = people.erasedAt(userId) ?? -Infinity;
      for (const page of pagesByUser.get(userId)!) if (page.servedAt > erasedAt) foldPage(state, page, shown.get(page));
    });
  };
  return async (spooled) => {
    const pages = await missing(spooled);
    const failed: Failed[] = [];
    for (let from = 0; from < pages.length; from += MOST_PAGES) {
      const some = pages.slice(from, from + MOST_PAGES);
      const outcomes = await Promise.allSettled(some.map(append));
      await remember(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])));
      outcomes.forEach((outcome, i) => {
        if (outcome.status === 'rejected') failed.push({ spooled: some[i], reason: outcome.reason });
      });
    }
    return failed;
  };
}

/** Brings what was spooled to where it belongs, under the ids that it was given: what is there already is left as it is. */
export function createTakeSpooled(
  ports: PagePorts & { recordNow: Write; inFlight: InFlight; log: Log },
): (records: unknown[]) => Promise<unknown[]> {
  const { recordNow, inFlight, log } = ports;
  const keepPages = createKeepPages(ports);

  const keepEvents = async (events: Record<string, unknown>[]): Promise<void> => {
    for (let from = 0; from < events.length; from += MOST_EVENTS) {
      const tally = new BatchTally();
      await recordNow(asEntries(events.slice(from, from + MOST_EVENTS)), tally);
      const { rejectedTotal, rejected } = tally.result();
      const codes = [...new Set(rejected.map(({ code }) => code))];
      if (rejectedTotal > 0) log.warn({ rejectedTotal, codes }, 'spooled events were not kept, as they would not have been at once');
    }
  };
  /** One by one, so that what can never be taken does not keep the rest. */
  const refusedOf = async <T>(records: T[], keep: (record: T) => Promise<void>): Promise<T[]> => {
    const refused: T[] = [];
    for (const record of records)
      await keep(record).catch((error: unknown) => {
        if (isUnavailable(error)) throw error;
        log.error({ err: error }, 'a spooled record cannot be kept');
        refused.push(record);
      });
    return refused;
  };
  const take = async (records: Spooled[]): Promise<unknown[]> => {
    const pages = records.filter((record) => record.kind === 'page');
    const events = records.filter((record) => record.kind === 'events');
    // What was done follows what was shown.
    const failed = (await keepPages(pages)).map(({ spooled }) => spooled);
    const refused: unknown[] = await refusedOf(failed, async (page) => {
      const [again] = await keepPages([page]);
      if (again) throw again.reason;
    });
    try {
      await keepEvents(events.flatMap((record) => record.events));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      refused.push(...(await refusedOf(events, (record) => keepEvents(record.events))));
    }
    return refused;
  };
  return (records) => inFlight.run(() => take(records as Spooled[]));
}

const exposuresOf = ({ page: { feedId, placed } }: SpooledPage): string[] => placed.map(({ position }) => exposureId(feedId, position));
