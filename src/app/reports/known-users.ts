import { FunnelCounts } from '../../core/evaluation/experiments/funnel.js';
import { lifecycleOf, segmentsOf } from '../../core/tags/profile.js';
import { type FunnelCount, type GroupedFacts, type ReportRange, type ReportStore, type WholeValue } from '../../ports/report-store.js';
import { type LiveStates } from '../../ports/live-states.js';
import { type PopulationInForce } from '../population.js';
import { type ShopIndex } from '../shop-index.js';
import { viewOptionsOf } from '../view-options.js';

export interface KnownUsersPorts {
  reportStore: ReportStore;
  states: Pick<LiveStates, 'readMany'>;
  index: ShopIndex;
  population: PopulationInForce;
  timeZone: string;
  clock: () => number;
}

/** Who is in no segment. */
const NO_SEGMENT = 'none';

const isKnownByState = ({ segment, dimension }: ReportRange): boolean =>
  segment !== null || dimension === 'SEGMENT' || dimension === 'LIFECYCLE';

/**
 * The same reports with segments and lifecycles, which are not in the logs: each user is in those that he is in now, so that a report of last month asks what
 * today's loyal customers did then.
 */
export function withKnownUsers(ports: KnownUsersPorts): ReportStore {
  const { reportStore } = ports;

  async function* facts(range: ReportRange): AsyncGenerator<GroupedFacts[]> {
    if (!isKnownByState(range)) {
      yield* reportStore.facts(range);
      return;
    }
    const { segment, dimension } = range;
    const asked: ReportRange = {
      ...range,
      segment: null,
      dimension: dimension === 'SEGMENT' || dimension === 'LIFECYCLE' ? 'NONE' : dimension,
    };
    const groupsOf = createGroupsOf(ports);
    for await (const batch of reportStore.facts(asked)) {
      const known = await groupsOf(batch.map(({ userId }) => userId));
      yield batch.flatMap((counted) => {
        const { segments, lifecycle } = known.get(counted.userId)!;
        if (segment !== null && !segments.includes(segment)) return [];
        if (dimension === 'LIFECYCLE') return [{ ...counted, group: lifecycle }];
        if (dimension !== 'SEGMENT') return [counted];
        return (segments.length === 0 ? [NO_SEGMENT] : segments).map((group) => ({ ...counted, group }));
      });
    }
  }
  return {
    ...reportStore,
    facts,
    whole: (range) => (isKnownByState(range) ? totalsOf(facts(range)) : reportStore.whole(range)),
    funnel: (range) => funnelOf(facts(range)),
  };
}

function createGroupsOf({ states, index, population, timeZone, clock }: KnownUsersPorts) {
  const now = clock();
  return async (userIds: string[]) => {
    const stateByUser = await states.readMany(new Set(userIds));
    return new Map(
      userIds.map((userId) => {
        const state = stateByUser.get(userId);
        const segments = state ? segmentsOf(state, now, viewOptionsOf(userId, { index, population, timeZone })) : [];
        return [userId, { segments, lifecycle: state ? lifecycleOf(state, now) : 'NEW' }];
      }),
    );
  };
}

/** Users who took each step and all before it, group by group. */
async function funnelOf(batches: AsyncIterable<GroupedFacts[]>): Promise<FunnelCount[]> {
  const groups = new Map<string | null, FunnelCounts>();
  for await (const batch of batches)
    for (const { group, facts } of batch) {
      const counts = groups.get(group) ?? new FunnelCounts();
      groups.set(group, counts);
      counts.add(facts);
    }
  return [...groups].flatMap(([group, counts]) => counts.steps().map((step) => ({ group, ...step })));
}

/** What of the metrics that are not of users can be told by adding users up. */
async function totalsOf(batches: AsyncIterable<GroupedFacts[]>): Promise<WholeValue[]> {
  const groups = new Map<string | null, { users: number; feeds: number; orders: number; revenue: number }>();
  for await (const batch of batches)
    for (const { group, facts } of batch) {
      const sums = groups.get(group) ?? { users: 0, feeds: 0, orders: 0, revenue: 0 };
      groups.set(group, sums);
      sums.users++;
      sums.feeds += facts.feeds;
      sums.orders += facts.orders;
      sums.revenue += facts.revenue;
    }
  return [...groups].flatMap(([group, { users, feeds, orders, revenue }]) => [
    { group, metric: 'ACTIVE_USERS', value: users, sample: users },
    { group, metric: 'FEEDS_SERVED', value: feeds, sample: feeds },
    { group, metric: 'ORDERS', value: orders, sample: orders },
    { group, metric: 'REVENUE', value: revenue, sample: orders },
  ]);
}
