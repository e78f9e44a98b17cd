import { AppError } from '../../core/errors.js';
import { asUnavailable } from './faults.js';

export interface GroupCommitOptions<I, O> {
  /** Items that one commit takes; a single larger call still goes as one. */
  maxItems: number;
  /** Items that may wait; a call beyond that is refused at once with `UNAVAILABLE`. */
  maxWaiting: number;
  /** After this many milliseconds without an answer the outcome of a commit is taken as unknown. */
  timeoutMs: number;
  /** Keep the items of several calls, all or none; one list of results per call, in the order of its items. */
  commit(calls: I[][]): Promise<O[][]>;
  /** A commit failed in a way that leaves open whether it took place. */
  unknown(): void;
}

interface Call<I, O> {
  items: I[];
  resolve(results: O[]): void;
  reject(error: unknown): void;
}

/**
 * Gather calls into commits, one at a time: while one is under way, the next grows. Nothing waits for company: when nothing is under way a commit
 * starts with the calls of the same turn of the event loop. Order of calls is kept.
 *
 * A commit that fails fails all its calls with `UNAVAILABLE`, unless it was refused for what it contained: then each call is tried by itself, so that
 * only the bad one sees the error.
 */
export function createGroupCommit<I, O>(options: GroupCommitOptions<I, O>): (items: I[]) => Promise<O[]> {
  const queue: Call<I, O>[] = [];
  let waiting = 0;
  let running = false;

  const take = (): Call<I, O>[] => {
    let items = 0;
    let calls = 0;
    while (calls < queue.length && (calls === 0 || items + queue[calls].items.length <= options.maxItems))
      items += queue[calls++].items.length;
    waiting -= items;
    return queue.splice(0, calls);
  };
  const run = async (): Promise<void> => {
    await Promise.resolve();
    let settle: () => void = () => undefined;
    while (queue.length > 0) {
      const committed = commitTogether(take(), options);
      setImmediate(settle); // the next commit is on its way before callers of the last go on, so that database and callers work side by side
      settle = await committed;
    }
    running = false;
    settle();
  };

  return (items) => {
    if (waiting + items.length > options.maxWaiting && waiting > 0)
      return Promise.reject(
        new AppError('UNAVAILABLE', 'more is waiting to be written than the database takes; try again after a second', [], 1),
      );
    waiting += items.length;
    return new Promise((resolve, reject) => {
      queue.push({ items, resolve, reject });
      if (running) return;
      running = true;
      void run();
    });
  };
}

/** Commit calls, and answer how to tell them. */
async function commitTogether<I, O>(calls: Call<I, O>[], options: GroupCommitOptions<I, O>): Promise<() => void> {
  try {
    const results = await within(options.timeoutMs, options.commit(calls.map(({ items }) => items)));
    return () => calls.forEach((call, i) => call.resolve(results[i]));
  } catch (error) {
    if (!isRefused(error)) options.unknown();
    const seen = asCallerSees(error);
    if (seen instanceof AppError || calls.length === 1) return () => calls.forEach((call) => call.reject(seen));
    const settles: (() => void)[] = [];
    for (const call of calls) settles.push(await commitTogether([call], options));
    return () => settles.forEach((settle) => settle());
  }
}

/** Reject when the promise takes longer; it goes on by itself, and what becomes of it is nobody's concern. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('UNAVAILABLE', 'the database does not answer; try again after a second', [], 1)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** SQLSTATE classes that trying again cannot cure: features, cardinality, data, integrity, syntax and rights, limits of the program. */
const REFUSED = /^(0A|21|22|23|42|54)...$/;

const sqlState = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.length === 5 ? error.code : null;

/** The server refused what it was given, so that surely nothing was written. */
const isRefused = (error: unknown): boolean => REFUSED.test(sqlState(error) ?? '');

/** What the server says of itself (no space, no memory, a deadlock, shutting down) is `UNAVAILABLE`; refused data and our own faults stay as they are. */
function asCallerSees(error: unknown): unknown {
  const seen = asUnavailable(error);
  if (seen instanceof AppError || sqlState(seen) === null || isRefused(seen)) return seen;
  const unavailable = new AppError('UNAVAILABLE', 'the database cannot write at the moment; try again after a second', [], 1);
  unavailable.cause = error;
  return unavailable;
}
