import { DAY_MS } from '../../core/time.js';
import { FunnelCounts } from '../../core/evaluation/experiments/funnel.js';
import { type FunnelCount, type GroupedFacts, type ReportRange, type ReportStore } from '../../ports/report-store.js';
import { asUnavailable } from './faults.js';
import { REPORT_ENTRIES } from './report-entries.js';
import { factsQuery, readFacts } from './report-facts.js';
import { afterFollowGroups, FOLLOWED_DAYS, groupParameters, groupsOf } from './report-groups.js';
import { metUsers } from './report-met.js';
import { parametersOf, report, type ReportStoreOptions } from './report-reading.js';
import { wholeValues } from './report-whole.js';

/** How late the latest in a hundred of the events of two days came, a day at most: old data that is imported is not late. */
const LATENESS = `
  SELECT coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY greatest(0, date_part('epoch', received_at - occurred_at) * 1000)), 0)::float8 AS ms FROM events
   WHERE received_day >= $1::date AND occurred_at > received_at - interval '1 day'`;
/** Longer than a write may take to be committed under its time of receipt. */
const SETTLED_MS = 20_000;

/** Reports in PostgreSQL: one query each, read by a cursor. */
export function createPostgresReportStore(options: ReportStoreOptions): ReportStore {
  const { pool, clock } = options;

  async function* facts(range: ReportRange): AsyncGenerator<GroupedFacts[]> {
    const text = `WITH ${REPORT_ENTRIES}, ${groupsOf(range)}, ${factsQuery()} ORDER BY w.grp, w.person`;
    const hasGroups = range.dimension !== 'NONE';
    for await (const rows of report(pool, text, [...parametersOf(range, options), ...groupParameters(range)]))
      yield rows.map((row) => ({ group: hasGroups ? (row[0] as string) : null, userId: row[1] as string, facts: readFacts(row) }));
  }
  return {
    facts,
    async *afterFollow(range) {
      const text = `WITH ${REPORT_ENTRIES}, ${afterFollowGroups(range.surface)}, ${factsQuery()} ORDER BY w.person`;
      const whole = { ...range, to: range.to + FOLLOWED_DAYS * DAY_MS };
      for await (const rows of report(pool, text, [...parametersOf(whole, options), ...groupParameters(range), range.to]))
        yield rows.map((row) => ({ group: null, userId: row[1] as string, facts: readFacts(row) }));
    },
    metUsers: (phase) => metUsers(phase, options),
    whole: (range) => wholeValues(range, options),
    async funnel(range) {
      const groups = new Map<string | null, FunnelCounts>();
      for await (const batch of facts(range))
        for (const { group, facts: counted } of batch) {
          const counts = groups.get(group) ?? new FunnelCounts();
          groups.set(group, counts);
          counts.add(counted);
        }
      return [...groups].flatMap(([group, counts]): FunnelCount[] => counts.steps().map((step) => ({ group, ...step })));
    },
    async dataCompleteUntil() {
      const now = clock();
      const { rows } = await pool
        .query<{ ms: number }>(LATENESS, [new Date(now - 86_400_000).toISOString().slice(0, 10)])
        .catch((error: unknown) => {
          throw asUnavailable(error);
        });
      return now - Math.max(SETTLED_MS, rows[0].ms);
    },
  };
}
