import { AppError } from '../../core/errors.js';
import { exposureId, type Page } from '../../core/exposures/exposure.js';
import { type ExposureLog } from '../../ports/exposure-log.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type Log } from '../../ports/log.js';
import { asEntries, BatchTally, type Write } from '../batches.js';
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

/** Brings what was spooled to where it belongs, under the ids that it was given: what is there already is left as it is. */
export function createTakeSpooled(ports: {
  /** Not the one that defers. */
  exposureLog: ExposureLog;
  recordNow: Write;
  states: Pick<LiveStates, 'drop'>;
  people: Pick<People, 'erasedAt'>;
  inFlight: InFlight;
  log: Log;
}): (records: unknown[]) => Promise<unknown[]> {
  const { exposureLog, recordNow, states, people, inFlight, log } = ports;

  const keepPage = async ({ page, pool }: SpooledPage): Promise<void> => {
    const { userId } = page;
    const erasedAt = userId === null ? null : people.erasedAt(userId);
    if (erasedAt !== null && page.servedAt <= erasedAt) return;
    if ((await exposureLog.find(exposuresOf(page))).some((known) => known !== null)) return;
    await exposureLog.append(page, undefined, pool).catch((error: unknown) => {
      // An append whose outcome was not known has come through after all.
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
    });
    if (userId !== null) states.drop([userId]);
  };
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
    const results = await Promise.allSettled(pages.map(keepPage));
    const failed = pages.filter((_, i) => results[i].status === 'rejected');
    const refused: unknown[] = await refusedOf(failed, keepPage);
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

const exposuresOf = ({ feedId, placed }: Page): string[] => placed.map(({ position }) => exposureId(feedId, position));
