import { AppError } from '../core/errors.js';

/** Pages that are made at the same time; more make each other wait and none faster. */
const SLOTS = 48;
const PATIENCE_MS = 50;

/** Who is let go first when there is too much to do: those who preview or look behind a feed, further pages of what is not a feed, nobody in particular, a user. */
const SHARES = { aside: 0.5, further: 0.7, anonymous: 0.85, user: 1 } as const;
export type Urgency = keyof typeof SHARES;
const BY_URGENCY = ['user', 'anonymous', 'further', 'aside'] as const satisfies Urgency[];

interface Waiting {
  begin: () => void;
}

/** Lets in as many pages as can be made in time. */
export interface Admission {
  /** Whether even the most urgent page would be refused at once: nobody has to read a request to know that. */
  isFull(): boolean;
  /** @throws AppError OVERLOADED, with nothing done: at once where so many wait that no slot can be hoped for, else where none came free within 50 ms */
  run<T>(urgency: Urgency, work: () => Promise<T>): Promise<T>;
}

export const overloaded = (): AppError =>
  new AppError('OVERLOADED', 'there is more to do than can be done in time; try again after a second', [], 1);

/** Share of the last time between two slots in the mean of those times. */
const LATEST = 0.1;

/** How often those that wait get a slot. */
function createPace(stopwatch: () => number, mostMs: number) {
  let meanMs = 0;
  let at = 0;
  return {
    /** Somebody begins to wait, whom nobody is ahead of. */
    begin: () => void (at = stopwatch()),
    given(): void {
      const now = stopwatch();
      meanMs += LATEST * (Math.min(now - at, mostMs) - meanMs);
      at = now;
    },
    meanMs: () => meanMs,
  };
}

/** The less urgent a page, the fewer slots it may have; of those that wait the most urgent has the next, of equals the one that waited longest. */
export function createAdmission(slots = SLOTS, patienceMs = PATIENCE_MS, stopwatch: () => number = () => performance.now()): Admission {
  const queues: Record<Urgency, Set<Waiting>> = { user: new Set(), anonymous: new Set(), further: new Set(), aside: new Set() };
  let taken = 0;
  const pace = createPace(stopwatch, patienceMs);
  const mayBegin = (urgency: Urgency): boolean => taken < Math.max(1, Math.floor(slots * SHARES[urgency]));
  const countWaiting = (urgency: Urgency): number => {
    let waiting = 0;
    for (const one of BY_URGENCY) {
      waiting += queues[one].size;
      if (one === urgency) break;
    }
    return waiting;
  };
  const isHopeless = (urgency: Urgency): boolean => (countWaiting(urgency) + 1) * pace.meanMs() > patienceMs;
  const beginNext = (): void => {
    for (const urgency of BY_URGENCY) {
      const [first] = queues[urgency];
      if (first === undefined || !mayBegin(urgency)) continue;
      queues[urgency].delete(first);
      pace.given();
      return first.begin();
    }
  };
  const slotFor = (urgency: Urgency): Promise<void> => {
    if (mayBegin(urgency)) return Promise.resolve(void taken++);
    if (isHopeless(urgency)) return Promise.reject(overloaded());
    if (countWaiting('aside') === 0) pace.begin();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queues[urgency].delete(waiting);
        reject(overloaded());
      }, patienceMs);
      const waiting = {
        begin() {
          clearTimeout(timer);
          taken++;
          resolve();
        },
      };
      queues[urgency].add(waiting);
    });
  };
  return {
    isFull: () => !mayBegin('user') && isHopeless('user'),
    async run(urgency, work) {
      await slotFor(urgency);
      try {
        return await work();
      } finally {
        taken--;
        beginNext();
      }
    },
  };
}
