import { placementChances } from '../../diversification/placement-chances.js';
import { type Page } from '../../exposures/exposure.js';
import { type LabelledOutcome } from '../../exposures/labels.js';
import { type RemadePage, type WholePool } from '../../exposures/remake-page.js';
import { type Random } from '../../random.js';
import { rankCorrelation } from '../../scoring/models/evidence-checks.js';
import { outcomeOf } from '../off-policy/estimate-intervals.js';
import { type Estimator, judgeInSteps } from '../off-policy/judge.js';
import { ReplayLog } from './replay-log.js';
import { type ReplayMetric, REPLAY_REWARDS, rewardOf } from './reward.js';

/** What the log says of another policy. */
export interface ReplayReport {
  /** Requests whose whole pool was logged, on which pages were made again. */
  requests: number;
  /** Items shown with a known propensity whose windows are over: what estimates are made of. */
  exposures: number;
  effectiveSample: number;
  metric: ReplayMetric;
  /** Mean reward of what was shown; null where there is none. */
  logged: number | null;
  /** Why the log cannot answer; then there are no estimates. */
  refused: string | null;
  estimates: { estimator: Estimator; value: number; interval: { low: number; high: number } }[];
  /** Share of each page that would change, and rank correlation of its scores with what was served; null without pools. */
  churn: number | null;
  rankCorrelation: number | null;
}

/** A page that was served, with its pool and what came of it by position. */
export interface ServedPage {
  page: Page;
  pool: WholePool;
  /** By position from 1. */
  outcomes: ReadonlyMap<number, readonly LabelledOutcome[]>;
}

export const NO_POOLS =
  'no request of this time has its whole pool in the log: pools are kept of a share of requests (POOL_SAMPLE) and of all in which chance had a part';

/** Collects pages that were served beside those that another policy would have made of the same pools. */
export class Replay {
  private readonly logs: Map<ReplayMetric, ReplayLog>;
  private requests = 0;
  private changed = 0;
  private correlations: number[] = [];
  private known = 0;

  /** @param now epoch ms: windows that end later are open */
  constructor(
    metrics: readonly ReplayMetric[],
    private readonly now: number,
  ) {
    this.logs = new Map(metrics.map((metric) => [metric, new ReplayLog()]));
  }

  /** @param user a number of the user's own */
  add(user: number, { page, pool, outcomes }: ServedPage, remade: RemadePage): void {
    const { placed } = page;
    if (placed.length === 0) return;
    this.requests++;
    const target = new Set(Array.from(remade.slate.order, (rank) => remade.itemNos[rank]));
    this.changed += placed.filter(({ itemNo }) => !target.has(itemNo)).length / placed.length;
    if (placed.length > 1) this.correlations.push(correlationOf(page, remade));
    if (!placed.some(({ propensity }) => propensity !== null)) return;
    const chances = placementChances(remade.slate.base, remade.slate.plan);
    for (const { itemNo, position, propensity } of placed) {
      if (propensity === null) continue;
      this.known++;
      const here = chances[position - pool.inputs.slate.placedBefore - 1] ?? new Map<number, number>();
      const byItem = new Map(Array.from(here, ([rank, chance]) => [remade.itemNos[rank], chance]));
      for (const [metric, log] of this.logs) {
        const reward = rewardOf(metric, { servedAt: page.servedAt, now: this.now }, outcomes.get(position) ?? []);
        if (reward !== null) log.add({ user, itemNo, position, logged: propensity, target: byItem, reward });
      }
    }
  }

  report(metric: ReplayMetric, random: Random): ReplayReport {
    return outcomeOf(this.reportInSteps(metric, random));
  }

  /** What was found, with pauses. @throws RangeError for a metric that was not asked for at the start */
  *reportInSteps(metric: ReplayMetric, random: Random): Generator<void, ReplayReport> {
    const log = this.logs.get(metric);
    if (!log) throw new RangeError(`${metric} was not collected`);
    const pages = {
      requests: this.requests,
      metric,
      churn: this.requests === 0 ? null : this.changed / this.requests,
      rankCorrelation: this.correlations.length === 0 ? null : meanOf(this.correlations),
    };
    const reason = this.emptiness(metric, log);
    if (reason !== null) return { ...pages, exposures: log.size, effectiveSample: 0, logged: null, refused: reason, estimates: [] };
    const rounds = log.rounds();
    const { overlap, logged, refused, estimates } = yield* judgeInSteps(rounds, log.estimates(rounds), random);
    return {
      ...pages,
      exposures: overlap.rounds,
      effectiveSample: overlap.effectiveSample,
      logged,
      refused,
      estimates: estimates.map(({ estimator, value, low, high }) => ({ estimator, value, interval: { low, high } })),
    };
  }

  private emptiness(metric: ReplayMetric, log: ReplayLog): string | null {
    if (log.size > 0) return null;
    if (this.requests === 0) return NO_POOLS;
    if (this.known === 0)
      return 'nothing on these pages was left to chance, and what always stands in its place says nothing of anything else';
    const hours = REPLAY_REWARDS[metric].windowMs / 3_600_000;
    return `no exposure is older than the ${hours} hours within which it counts`;
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of the items of a page: the order in which they were served against the scores of another policy. */
function correlationOf({ placed }: Page, { itemNos, scores }: RemadePage): number {
  const placeByItem = new Map(Array.from(itemNos, (no, place) => [no, place]));
  const other = placed.map(({ itemNo }) => scores[placeByItem.get(itemNo) ?? scores.length - 1]);
  return rankCorrelation(placed.map(({ position }) => -position), other); // prettier-ignore
}
