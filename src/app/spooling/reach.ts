import { AppError } from '../../core/errors.js';
import { type Log } from '../../ports/log.js';
import { createPatience, STEP_MS } from './patience.js';

/** A page does not wait longer for one answer of the database; with what is left it is built and answered. */
const PAGE_PATIENCE_MS = 900;
/** Events have no deadline of their own. */
const EVENT_PATIENCE_MS = 3_000;
/** When somebody has waited so long, the database is asked whether it is there at all. */
const SUSPECT_MS = 200;
const PROBE_MS = 500;
/** Slower than this the database is left alone. */
const GOOD_MS = 700;
/** So many in a row that waited in vain, and it is left alone although it answers when it is asked whether it is there. */
const STRIKES = 5;

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
  /**
   * Do a read or a write that a page waits for. @throws AppError UNAVAILABLE at once while the database is away, and as soon as that is found out, else after
   * 0.9 s at the latest; the work may still succeed then
   */
  page<T>(work: () => Promise<T>): Promise<T>;
  /** The same for events, with three seconds. */
  event<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

interface ReachPorts {
  /** Resolves when the database has answered. */
  probe: () => Promise<void>;
  /** Called about twice a second while the database was away and answers, quickly or not. */
  onReached: () => void;
  log: Log;
}

/** Time is measured in turns of the loop, since a database is not slow because this process, or the one that waits in line before, is. */
export const createReach = (ports: ReachPorts): Reach => new ProbedReach(ports);

class ProbedReach implements Reach {
  private readonly patience = createPatience({ late, onStep: (longestMs) => void (longestMs >= SUSPECT_MS && this.suspect()) });
  private readonly probing = createPatience({ late });
  private timer: NodeJS.Timeout | null = null;
  private isSuspecting = false;
  private strikes = 0;
  /** The step in which somebody last had an answer in good time. */
  private heardAt = 0;

  constructor(private readonly ports: ReachPorts) {}

  isAway(): boolean {
    return this.timer !== null;
  }
  page<T>(work: () => Promise<T>): Promise<T> {
    return this.within(PAGE_PATIENCE_MS, work);
  }
  event<T>(work: () => Promise<T>): Promise<T> {
    return this.within(EVENT_PATIENCE_MS, work);
  }
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async within<T>(ms: number, work: () => Promise<T>): Promise<T> {
    if (this.isAway()) throw away();
    const from = this.patience.steps();
    // What is known without the database is there in the turn of the loop in which it is asked for, and says nothing of it.
    let isOwn = true;
    setImmediate(() => (isOwn = false));
    try {
      const answer = await this.patience.wait(ms, work());
      if (!isOwn) this.heard(from);
      return answer;
    } catch (error) {
      if (isUnavailable(error)) {
        // Whoever waited in vain may have waited for others of ours, or for a lock: that alone says nothing.
        if (!(error instanceof Late) || ++this.strikes >= STRIKES) this.leave(error);
      }
      throw error;
    }
  }

  private heard(askedAt: number): void {
    this.strikes = 0;
    if ((this.patience.steps() - askedAt) * STEP_MS <= GOOD_MS) this.heardAt = this.patience.steps();
  }

  /** Ask the database whether it is there, where nobody else heard of it lately: one question at a time, and no sooner than the last answer is forgotten. */
  private suspect(): void {
    const { heardAt } = this;
    if (this.isSuspecting || this.isAway() || (this.patience.steps() - heardAt) * STEP_MS < SUSPECT_MS) return;
    this.isSuspecting = true;
    void this.answersWell().then(({ isGood }) => {
      if (!isGood && this.heardAt === heardAt) this.leave(away());
      setTimeout(() => (this.isSuspecting = false), isGood ? PROBE_MS : 0).unref();
    });
  }

  private leave(error: AppError): void {
    if (this.isAway()) return;
    this.strikes = 0;
    this.ports.log.warn({ err: error }, 'the database does not answer in time; it is done without until it does');
    this.timer = setTimeout(() => void this.look(), PROBE_MS).unref();
    this.patience.release(away());
  }

  private async look(): Promise<void> {
    const { isGood, whole } = await this.answersWell();
    const hasAnswered = isGood || (await whole);
    if (this.timer === null) return;
    if (isGood) {
      this.timer = null;
      this.ports.log.info({}, 'the database answers again');
    } else this.timer = setTimeout(() => void this.look(), PROBE_MS).unref();
    if (hasAnswered) this.ports.onReached();
  }

  private async answersWell(): Promise<{ isGood: boolean; whole: Promise<boolean> }> {
    const whole = this.ports.probe().then(() => true, () => false); // prettier-ignore
    return { isGood: await this.probing.wait(GOOD_MS, whole).catch(() => false), whole };
  }
}

/** Waited in vain, as against told that there is no connection. */
class Late extends AppError {
  constructor() {
    super('UNAVAILABLE', away().message, [], 1);
  }
}
const late = (): Late => new Late();

const forStates = createPatience({ late });

/** Wait for what may be in memory as long as a page waits. */
export const patiently = <T>(promise: Promise<T>): Promise<T> => forStates.wait(PAGE_PATIENCE_MS, promise);
