import { type CandidateSource } from './candidates/sources.js';
import { type Degradation, type Scorer as ScorerName } from './outcome.js';
import { type ComponentTrace, type PageInputs } from './page.js';
import { type RankingSettings } from './settings.js';

/** TAKEN: it is a candidate now. SKIPPED: it cannot be shown on this page, which costs the source nothing. FULL: no more are wanted. */
export type OfferAnswer = 'TAKEN' | 'SKIPPED' | 'FULL';
export type Offer = (itemNo: number) => OfferAnswer;

/** Prepares what later components read. One that throws has gathered nothing, which is named. */
export interface Gatherer<S> {
  name: string;
  gather(signals: S): void;
  /** Put back the state of having gathered nothing. */
  forget(signals: S): void;
}

/** Proposes items. One that throws or takes too long keeps what it offered until then, which is named. */
export interface Source<S> {
  name: string;
  /** Whose provenance its candidates carry. */
  source: CandidateSource;
  /** Runs even when the deadline has passed, so that there is always something to show. */
  essential: boolean;
  timeoutMs: number;
  /** How many it may offer; 0 switches it off. */
  limit(settings: RankingSettings): number;
  propose(signals: S, offer: Offer, limit: number): void;
}

/** Decides on one candidate and leaves it as it is. */
export interface Filter<S> {
  name: string;
  /** What a fault means: true keeps the candidate, false removes it. */
  failsOpen: boolean;
  /** Why it removes, for people. */
  reason: string;
  /** Whether it can remove anything from this request. */
  applies(signals: S): boolean;
  keep(signals: S, itemNo: number): boolean;
}

/** Fills columns of a feature matrix. One that throws leaves the defaults. */
export interface FeatureGroup<I, M> {
  name: string;
  columns: readonly number[];
  /** All columns are filled the first time that any is asked for, since what they are made of does not last. */
  atOnce: boolean;
  fill(input: I, columns: readonly number[]): void;
  forget(matrix: M, columns: readonly number[]): void;
}

/** Where columns are. */
export interface Columns {
  rows: number;
  has(column: number): boolean;
}

/** Gives one value per row, in the order of the rows; higher is better. The next scorer takes over from one that throws. */
export interface Scorer<M> {
  name: string;
  scorer: ScorerName;
  score(matrix: M): Float64Array | Promise<Float64Array>;
}

/** Gives a permutation prefix of row indices. */
export interface Reranker<I> {
  name: string;
  rerank(input: I): Uint32Array;
}

/** Where sources put their candidates, each item once. */
export interface Union {
  readonly size: number;
  /** How many it takes altogether. */
  readonly room: number;
  /** Leave so many places to later sources. */
  keepFree(places: number): void;
  /** Note that a source proposed an item. */
  add(itemNo: number, source: CandidateSource): OfferAnswer;
}

export type Stage = 'signals' | 'candidates' | 'filter' | 'features' | 'score' | 'slate' | 'explain';

/** The caller went away: nothing is served. */
export class PageCancelled extends Error {
  constructor() {
    super('the caller went away while the page was built');
    this.name = 'PageCancelled';
  }
}

/** Looks at the clock once in so many offers. */
const OFFERS_A_LOOK = 64;

/** Runs the components of one page: owns counts, times, deadline, cancellation, and what had to be given up. */
export class PipelineRun {
  readonly trace: ComponentTrace[] = [];
  removed: { itemNo: number; component: string }[] = [];
  private readonly givenUp = new Set<Degradation>();

  constructor(private readonly outside: Pick<PageInputs, 'clock' | 'deadline' | 'cancelled'>) {}

  get degraded(): Degradation[] {
    return [...this.givenUp];
  }
  /** Milliseconds until the deadline; below 0 after it. */
  readonly timeLeft = (): number => this.outside.deadline - this.outside.clock();
  get isLate(): boolean {
    return this.timeLeft() <= 0;
  }
  giveUp(what: Degradation): void {
    this.givenUp.add(what);
  }

  /** Run one component that must succeed, counting what went in and what came out. */
  step<T>(stage: Stage, name: string, before: number, work: () => T, after: (result: T) => number): T {
    this.stopIfCancelled();
    const started = this.outside.clock();
    const result = work();
    this.trace.push({ stage, name, in: before, out: after(result), ms: this.outside.clock() - started });
    return result;
  }

  gather<S>(gatherers: readonly Gatherer<S>[], signals: S, count: () => number): void {
    for (const gatherer of gatherers) {
      this.attempt('signals', gatherer.name, count, () => gatherer.gather(signals), () => {
        gatherer.forget(signals);
        this.giveUp('SOURCE_TIMEOUT');
      }); // prettier-ignore
    }
  }

  /**
   * Ask the sources in the order of their importance. Where they may offer more than there is room for, a later one is kept its share of the room by its limit, and
   * has what those before it leave.
   */
  propose<S>(sources: readonly Source<S>[], signals: S, settings: RankingSettings, union: Union): void {
    const limits = sources.map((source) => source.limit(settings));
    const total = limits.reduce((sum, limit) => sum + limit, 0);
    let later = total;
    for (const [i, source] of sources.entries()) {
      const limit = limits[i];
      if (limit === 0) continue;
      later -= limit;
      union.keepFree(Number.isFinite(total) && total > union.room ? Math.floor((later * union.room) / total) : 0);
      if (!source.essential && this.isLate) {
        this.giveUp('DEADLINE');
        continue;
      }
      const offer = this.offerTo(union, source, limit);
      this.attempt('candidates', source.name, () => union.size, () => source.propose(signals, offer, limit), () => this.giveUp('SOURCE_TIMEOUT')); // prettier-ignore
    }
  }

  private offerTo<S>(union: Union, { source, essential, timeoutMs }: Source<S>, limit: number): Offer {
    const { clock, deadline } = this.outside;
    const end = essential ? Infinity : Math.min(clock() + timeoutMs, deadline);
    let taken = 0;
    let offers = 0;
    let isOver = false;
    return (itemNo) => {
      if (isOver || taken >= limit) return 'FULL';
      if (++offers % OFFERS_A_LOOK === 0 && clock() >= end) {
        isOver = true;
        this.giveUp('SOURCE_TIMEOUT');
        return 'FULL';
      }
      const answer = union.add(itemNo, source);
      if (answer === 'TAKEN') taken++;
      return answer;
    };
  }

  /** What every filter keeps, in the same order; what one removes the next does not see. */
  filter<S>(filters: readonly Filter<S>[], signals: S, itemNos: Uint32Array): Uint32Array {
    let kept = itemNos;
    for (const filter of filters) {
      const before = kept;
      kept = this.step('filter', filter.name, before.length, () => this.keptBy(filter, signals, before), (after) => after.length); // prettier-ignore
    }
    return kept;
  }

  /** Some items that were removed are candidates after all. */
  readmit(itemNos: ReadonlySet<number>): void {
    this.removed = this.removed.filter(({ itemNo }) => !itemNos.has(itemNo));
  }

  private keptBy<S>(filter: Filter<S>, signals: S, itemNos: Uint32Array): Uint32Array {
    const applies = applicability(filter, signals);
    if (applies === 'none') return itemNos;
    const before = this.removed.length;
    for (let i = 0; i < itemNos.length; i++) {
      if (applies === 'all' || !keeps(filter, signals, itemNos[i])) this.removed.push({ itemNo: itemNos[i], component: filter.name });
    }
    return without(itemNos, this.removed.slice(before));
  }

  /** Fill those of some columns that are not there yet, and all of the groups that do so at once. */
  fill<I extends { matrix: Columns }>(groups: readonly FeatureGroup<I, I['matrix']>[], input: I, columns: readonly number[]): void {
    const { matrix } = input;
    const wanted = new Set(columns);
    for (const group of groups) {
      const missing = group.columns.filter((column) => !matrix.has(column) && (group.atOnce || wanted.has(column)));
      if (missing.length === 0) continue;
      this.attempt('features', group.name, () => matrix.rows, () => group.fill(input, missing), () => group.forget(matrix, missing)); // prettier-ignore
    }
  }

  /** Scores of the first scorer that gives any, and which that was. @throws what the last one throws */
  async score<M>(scorers: readonly Scorer<M>[], matrix: M, rows: number): Promise<{ scores: Float64Array; scorer: ScorerName }> {
    for (const [i, scorer] of scorers.entries()) {
      this.stopIfCancelled();
      const started = this.outside.clock();
      const entry = (): ComponentTrace => ({ stage: 'score', name: scorer.name, in: rows, out: rows, ms: this.outside.clock() - started });
      try {
        const scores = await scorer.score(matrix);
        this.trace.push(entry());
        return { scores, scorer: scorer.scorer };
      } catch (error) {
        if (i === scorers.length - 1) throw error;
        this.trace.push({ ...entry(), out: 0, failed: messageOf(error) });
      }
    }
    throw new RangeError('there is no scorer');
  }

  /** Run one component that may fail: the fault is named in the trace, and what it means is the caller's to say. */
  private attempt(stage: Stage, name: string, count: () => number, work: () => void, onFault: () => void): void {
    this.stopIfCancelled();
    const before = count();
    const started = this.outside.clock();
    let failed: string | undefined;
    try {
      work();
    } catch (error) {
      failed = messageOf(error);
      onFault();
    }
    const entry: ComponentTrace = { stage, name, in: before, out: count(), ms: this.outside.clock() - started };
    this.note(failed === undefined ? entry : { ...entry, failed });
  }

  /** A component of features that runs again, for further columns, has one entry. */
  private note(entry: ComponentTrace): void {
    const before =
      entry.stage === 'features' ? this.trace.find(({ stage, name }) => stage === entry.stage && name === entry.name) : undefined;
    if (!before) this.trace.push(entry);
    else Object.assign(before, { ms: before.ms + entry.ms }, entry.failed === undefined ? {} : { failed: entry.failed });
  }

  private stopIfCancelled(): void {
    if (this.outside.cancelled()) throw new PageCancelled();
  }
}

/** Items but for some of them that come in the same order. */
function without(itemNos: Uint32Array, removed: readonly { itemNo: number }[]): Uint32Array {
  if (removed.length === 0) return itemNos;
  const left = new Uint32Array(itemNos.length - removed.length);
  for (let i = 0, next = 0; i < itemNos.length; i++) {
    if (removed[next]?.itemNo === itemNos[i]) next++;
    else left[i - next] = itemNos[i];
  }
  return left;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether a filter removes some, none, or, since it failed, all. */
function applicability<S>(filter: Filter<S>, signals: S): 'some' | 'none' | 'all' {
  try {
    return filter.applies(signals) ? 'some' : 'none';
  } catch {
    return filter.failsOpen ? 'none' : 'all';
  }
}

/** One filter's word on one item, whatever happens. */
function keeps<S>(filter: Filter<S>, signals: S, itemNo: number): boolean {
  try {
    return filter.keep(signals, itemNo);
  } catch {
    return filter.failsOpen;
  }
}

/** The first filter that removes an item, or null when all keep it. */
export function removedBy<S>(filters: readonly Filter<S>[], signals: S, itemNo: number): Filter<S> | null {
  for (const filter of filters) {
    const applies = applicability(filter, signals);
    if (applies === 'all' || (applies === 'some' && !keeps(filter, signals, itemNo))) return filter;
  }
  return null;
}
