import { METRICS, MetricSum } from '../../core/evaluation/experiments/metric-catalogue.js';
import { isPerUser, type Metric } from '../../core/evaluation/experiments/metric.js';
import { AppError } from '../../core/errors.js';
import { FOLLOW_FUNNEL_STEPS, FUNNEL_STEPS, type FunnelStep, stepsAfterFollow } from '../../core/evaluation/experiments/funnel.js';
import { type ReportDimension, type ReportStore } from '../../ports/report-store.js';
import { type App } from '../app.js';
import { type FunnelStepAnswer, type KpiRowAnswer } from './report-answers.js';
import { readReportInput } from './report-input.js';
import { type ServingTimes } from './serving-times.js';

export interface ReportsPorts {
  reportStore: ReportStore;
  servingTimes: ServingTimes;
  /** What only memory has of today is written first. */
  cocoon: { keep(): Promise<void> };
}

/** Groups made of acts by what led to them: what no exposure leads to is in none of them. */
const BY_EXPOSURE: ReadonlySet<ReportDimension> = new Set([
  'SURFACE',
  'MODEL_VERSION',
  'CONFIG_VERSION',
  'SOURCE',
  'CATEGORY',
  'ITEM_KIND',
]);
const UNTOLD_BY_EXPOSURE: ReadonlySet<string> = new Set([
  'VIRAL_COEFFICIENT', 'REFERRED_CONVERSION_RATE', 'REFERRED_RETENTION_D7', 'INVITES_PER_USER', 'ACQUISITION_COST', 'ROI', 'COST_PER_USER', 'SEARCHES_PER_USER',
  'ORPHAN_RATE', 'NEW_BUYER_RATE', 'ATTRIBUTED_REVENUE_SHARE', 'RETENTION_D1', 'RETENTION_D7', 'RETENTION_D30', 'SESSIONS_PER_USER', 'ACTIVE_DAYS_PER_USER',
  'FEEDS_PER_SESSION',
]); // prettier-ignore
/** Groups that hold a part of a page. */
const PARTS_OF_PAGES: ReadonlySet<ReportDimension> = new Set(['SOURCE', 'CATEGORY', 'ITEM_KIND']);
const UNTOLD_OF_PARTS: ReadonlySet<string> = new Set(['CATEGORY_ENTROPY', 'SHORT_PAGE_SHARE']);

/** Whether the groups of a dimension tell a metric. */
const isTold = ({ key }: Metric, dimension: ReportDimension): boolean =>
  !(BY_EXPOSURE.has(dimension) && UNTOLD_BY_EXPOSURE.has(key)) && !(PARTS_OF_PAGES.has(dimension) && UNTOLD_OF_PARTS.has(key));

/** What came of feeds, in figures. */
export function createReports({
  reportStore,
  servingTimes,
  cocoon,
}: ReportsPorts): Pick<App, 'kpis' | 'funnel' | 'followFunnel' | 'metricCatalogue'> {
  const perUser = async (range: Parameters<ReportStore['facts']>[0], metrics: readonly Metric[]): Promise<KpiRowAnswer[]> => {
    const groups = new Map<string | null, MetricSum[]>();
    for await (const batch of reportStore.facts(range))
      for (const { group, facts } of batch) {
        const sums = groups.get(group) ?? metrics.map((metric) => new MetricSum(metric));
        groups.set(group, sums);
        for (const sum of sums) sum.add(facts);
      }
    if (range.dimension === 'NONE' && groups.size === 0) groups.set(null, metrics.map((metric) => new MetricSum(metric))); // prettier-ignore
    return [...groups].flatMap(([dimension, sums]) =>
      sums.map((sum) => ({ dimension, metric: sum.metric.key, value: sum.total().value, sample: sum.total().users })),
    );
  };
  return {
    metricCatalogue: () => METRICS.map(({ read, ...metric }) => ({ ...metric, perUser: read !== undefined })),
    async kpis(input, names) {
      const { range, metrics } = readReportInput(input, names);
      await cocoon.keep();
      const told = metrics.filter((metric) => isTold(metric, range.dimension));
      const ofUsers = told.filter(isPerUser);
      const whole = new Set(told.filter((metric) => !isPerUser(metric)).map(({ key }) => key));
      const rows = ofUsers.length === 0 ? [] : await perUser(range, ofUsers);
      if (whole.size === 0) return rows;
      const isPlain = range.dimension === 'NONE' && range.surface === null && range.segment === null;
      const values = [...(await reportStore.whole(range)), ...(isPlain ? servingTimes.values(range) : [])];
      const others = values.filter(({ metric }) => whole.has(metric));
      return [...rows, ...others.map(({ group, ...value }) => ({ dimension: group, ...value }))];
    },
    async funnel(input) {
      const { range } = readReportInput(input);
      const counts = await reportStore.funnel(range);
      const groups = new Map<string | null, number[]>();
      for (const { group, step, users } of counts) {
        const steps = groups.get(group) ?? FUNNEL_STEPS.map(() => 0);
        groups.set(group, steps);
        steps[FUNNEL_STEPS.indexOf(step)] = users;
      }
      if (range.dimension === 'NONE' && groups.size === 0) groups.set(null, FUNNEL_STEPS.map(() => 0)); // prettier-ignore
      return [...groups].flatMap(([dimension, users]) => stepsOf(dimension, users));
    },
    async followFunnel(input) {
      const { range } = readReportInput(input);
      if (range.dimension !== 'NONE' || range.segment !== null)
        throw new AppError('INVALID_INPUT', 'dimension and segment must be left out: what follows lead to is told of all users together');
      const users = FOLLOW_FUNNEL_STEPS.map(() => 0);
      for await (const batch of reportStore.afterFollow(range))
        for (const { facts } of batch) for (let step = stepsAfterFollow(facts) - 1; step >= 0; step--) users[step]++;
      return stepsOf(null, users, FOLLOW_FUNNEL_STEPS);
    },
  };
}

function stepsOf(dimension: string | null, users: readonly number[], steps: readonly FunnelStep[] = FUNNEL_STEPS): FunnelStepAnswer[] {
  const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return steps.map((step, i) => ({
    dimension,
    step,
    users: users[i],
    rateFromPrevious: i === 0 ? null : rate(users[i], users[i - 1]),
    rateFromFirst: i === 0 ? null : rate(users[i], users[0]),
  }));
}
