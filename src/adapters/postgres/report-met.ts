import { type MetUser } from '../../core/evaluation/experiments/report.js';
import { DAY_MS } from '../../core/time.js';
import { type CountedPhase } from '../../ports/report-store.js';
import { given, REPORT_ENTRIES, REPORT_PARAMETERS } from './report-entries.js';
import { AFTER_FACTS, factsQuery, readFacts } from './report-facts.js';
import { PLACED_ON_PAGES } from './report-groups.js';
import { parametersOf, report, type ReportStoreOptions } from './report-reading.js';

const place = (i: number): string => `$${REPORT_PARAMETERS.length + i}`;
const BEGIN = `to_timestamp(${place(3)}::float8 / 1000)`;
const BEFORE = `make_interval(days => ${place(4)}::int)`;

/** Users by their first page of a phase; group 1 is what came after it, 0 what came in the days before. */
const MET = `
  met AS MATERIALIZED (
    SELECT p.person, min(p.served_at) AS since, array_agg(DISTINCT a ->> 'variant') AS variants, bool_or((a ->> 'forced')::boolean) AS is_forced,
           bool_or((a ->> 'triggered')::boolean) AS is_triggered
      FROM all_pages p CROSS JOIN LATERAL json_array_elements(p.assignments) AS a
     WHERE p.served_at >= ${BEGIN} AND p.assignments IS NOT NULL AND a ->> 'experiment' = ${place(1)} AND (a ->> 'phase')::int = ${place(2)}::int
     GROUP BY p.person),
  windows AS MATERIALIZED (
    SELECT 1 AS grp, person, since AS starts, ${given('to')} AS ends, ${BEGIN} AS opens FROM met
    UNION ALL SELECT 0, person, since - ${BEFORE}, since, since - ${BEFORE} FROM met),
  pages AS MATERIALIZED (
    SELECT w.grp, p.* FROM all_pages p JOIN windows w USING (person) WHERE p.served_at >= w.starts AND p.served_at < w.ends),
  acts AS MATERIALIZED (
    SELECT w.grp, a.* FROM all_acts a JOIN windows w USING (person) WHERE a.occurred_at >= w.starts AND a.occurred_at < w.ends),
  ${PLACED_ON_PAGES}`;

const OF_MET = ', m.variants, m.is_forced, m.is_triggered';

/** Users whom a phase met, in batches. */
export async function* metUsers(phase: CountedPhase, options: ReportStoreOptions): AsyncGenerator<MetUser[]> {
  const { experiment, phase: no, from, to, daysBefore } = phase;
  const text = `WITH ${REPORT_ENTRIES}, ${MET}, ${factsQuery(OF_MET)} JOIN met m ON m.person = w.person ORDER BY w.person, w.grp`;
  const values = [...parametersOf({ from: from - daysBefore * DAY_MS, to }, options), experiment, no, from, daysBefore];
  let before: unknown[] | null = null;
  for await (const rows of report(options.pool, text, values)) {
    const users: MetUser[] = [];
    for (const row of rows) {
      if (row[0] === 0) before = row;
      else users.push(metUser(row, before!));
    }
    yield users;
  }
}

/** A user of whom nothing was logged in the days before has nothing to compare with. */
function metUser(row: unknown[], before: unknown[]): MetUser {
  const [variants, isForced, isTriggered] = row.slice(AFTER_FACTS) as [string[], boolean, boolean];
  const earlier = readFacts(before);
  return { facts: readFacts(row), before: earlier.feeds + earlier.acts > 0 ? earlier : null, variants, isForced, isTriggered };
}
