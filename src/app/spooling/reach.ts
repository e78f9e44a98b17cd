import { AppError } from '../../core/errors.js';
import { type Log } from '../../ports/log.js';

/** A page does not wait longer for one answer of the database; with what is left it is built and answered. */
const PAGE_PATIENCE_MS = 900;
/** Events have no deadline of their own. */
const EVENT_PATIENCE_MS = 3_000;
const PROBE_MS = 500;
/** Slower than this the database is left alone. */
const GOOD_MS = 700;

const away = (): AppError => new AppError('UNAVAILABLE', 'the database cannot be reached at the moment; try again after a second', [], 1);

export const isUnavailable = (error: unknown): error is AppError => error instanceof AppError && error.code === 'UNAVAILABLE';

/** What to do without an answer of the database; every other error is thrown on. */
export const unlessAway =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (isUnavailable(error)) return otherwise;
    throw error;
  };

/** Whether the database can be reached, as far as requests wait for it. One that is away, or takes too long, is not waited for again until it answers a probe. */
export interface Reach {
  isAway(): boolean;
  /** Do a read or a write that a page waits for. @throws AppError UNAVAILABLE at once while the database is away, else after 0.9 s at the latest; the work may still succeed then */
  page<T>(work: () => Promise<T>): Promise<T>;
  /** The same for events, with three seconds. */
  event<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * @param probe resolves when the database has answered
 * @param onReached called about twice a second while the database was away and answers, quickly or not
 */
export function createReach({
  probe,
  onReached,
  stopwatch,
  log,
}: {
  probe: () => Promise<void>;
  onReached: () => void;
  stopwatch: () => number;
  log: Log;
}): Reach {
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const from = stopwatch();
    const hasAnswered = await probe().then(() => true, () => false); // prettier-ignore
    if (timer === null) return;
    if (hasAnswered && stopwatch() - from <= GOOD_MS) {
      timer = null;
      log.info({}, 'the database answers again');
    } else timer = setTimeout(() => void look(), PROBE_MS).unref();
    if (hasAnswered) onReached();
  };
  const leave = (error: unknown): void => {
    if (timer !== null) return;
    log.warn({ err: error }, 'the database does not answer in time; it is done without until it does');
    timer = setTimeout(() => void look(), PROBE_MS).unref();
  };
  const within = async <T>(ms: number, work: () => Promise<T>): Promise<T> => {
    if (timer !== null) throw away();
    try {
      return await atMost(ms, work());
    } catch (error) {
      if (isUnavailable(error)) leave(error);
      throw error;
    }
  };
  return {
    isAway: () => timer !== null,
    page: (work) => within(PAGE_PATIENCE_MS, work),
    event: (work) => within(EVENT_PATIENCE_MS, work),
    close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

/** Wait for what may be in memory as long as a page waits. */
export const patiently = <T>(promise: Promise<T>): Promise<T> => atMost(PAGE_PATIENCE_MS, promise);

/** Reject when a promise takes longer; an answer that waits to be read when the time is up still counts. */
function atMost<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(away())), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
