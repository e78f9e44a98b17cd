/** Keeps a model that fails from being asked: closed, it is asked; open, it is not; after a rest one request tries it, and the answer decides. */
export interface Breaker {
  state: 'CLOSED' | 'OPEN' | 'TRYING';
  /** Times of the latest failures, ms, within the window. */
  failures: number[];
  /** When it may be tried again, ms; while TRYING, when the try counts as lost. */
  until: number;
  /** How long it rests when it opens the next time, ms. */
  restMs: number;
  /** When it opened lately, ms. */
  openings: number[];
}

/** Failures within the window that open it. */
export const BREAKER_FAILURES = 5;
export const BREAKER_WINDOW_MS = 10_000;
const FIRST_REST_MS = 2_000;
const LAST_REST_MS = 60_000;
/** A try whose end nobody tells is over then. */
const TRIAL_MS = 5_000;
/** So many openings within half an hour: it is not going to be well by itself. */
export const OPENINGS_TO_QUARANTINE = 8;
const QUARANTINE_WINDOW_MS = 30 * 60_000;

export const closedBreaker = (): Breaker => ({ state: 'CLOSED', failures: [], until: 0, restMs: FIRST_REST_MS, openings: [] });

/** Whether the model may be asked now; where that is a try, nobody else may until it is decided. @param now ms */
export function mayAsk(breaker: Breaker, now: number): { allowed: boolean; breaker: Breaker } {
  if (breaker.state === 'CLOSED') return { allowed: true, breaker };
  if (now < breaker.until) return { allowed: false, breaker };
  return { allowed: true, breaker: { ...breaker, state: 'TRYING', until: now + TRIAL_MS } };
}

/** It answered, which makes up for one failure while it is closed, and closes it after a try; who asked before it opened changes nothing. */
export function succeeded(breaker: Breaker): Breaker {
  if (breaker.state === 'OPEN' || (breaker.state === 'CLOSED' && breaker.failures.length === 0)) return breaker;
  if (breaker.state === 'CLOSED') return { ...breaker, failures: breaker.failures.slice(1) };
  return { ...closedBreaker(), openings: breaker.openings };
}

/**
 * It failed.
 *
 * @param counts whether an opening speaks for quarantine: being slow may be the machine's fault
 */
export function failed(breaker: Breaker, now: number, counts = true): Breaker {
  if (breaker.state === 'OPEN') return breaker;
  const failures = [...breaker.failures.filter((at) => at > now - BREAKER_WINDOW_MS), now];
  if (breaker.state === 'CLOSED' && failures.length < BREAKER_FAILURES) return { ...breaker, failures };
  const openings = breaker.openings.filter((at) => at > now - QUARANTINE_WINDOW_MS);
  return {
    state: 'OPEN',
    failures: [],
    until: now + breaker.restMs,
    restMs: Math.min(2 * breaker.restMs, LAST_REST_MS),
    openings: counts ? [...openings, now] : openings,
  };
}

/** Whether it opened so often lately that the model has to go. */
export const deservesQuarantine = ({ openings }: Breaker): boolean => openings.length >= OPENINGS_TO_QUARANTINE;
