import { type ReportRange } from '../../ports/report-store.js';
import { given } from './report-entries.js';

/** Cards of pages, in the groups of `pages`. */
export const PLACED_ON_PAGES = `
  placed AS MATERIALIZED (
    SELECT p.grp, p.person, p.served_at, p.surface, e.received_day, e.writer, e.seq, e.feed_id, e.position, e.item_no, e.sources, e.exploration, e.promoted, e.repeat
      FROM pages p JOIN exposures e USING (received_day, writer, seq)
     WHERE e.item_no >= 0 AND e.received_day BETWEEN ${given('firstDay')} AND ${given('lastDay')})`;

const ALL = `
  windows AS MATERIALIZED (
    SELECT '' AS grp, person, ${given('from')} AS starts, ${given('to')} AS ends, ${given('from')} AS opens
      FROM (SELECT person FROM all_pages UNION SELECT person FROM all_acts) AS everyone),
  pages AS (SELECT '' AS grp, * FROM all_pages),
  acts AS (SELECT '' AS grp, * FROM all_acts),
  ${PLACED_ON_PAGES}`;

/** How entries are put into groups: `windows`, `pages`, `acts` and `placed`, each with the group. */
export function groupsOf(_range: ReportRange): string {
  return ALL;
}

/** Values of what `groupsOf` has parameters for. */
export const groupParameters = (_range: ReportRange): unknown[] => [];
