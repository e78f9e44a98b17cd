import { type Pool } from 'pg';
import { type ReportedExposures } from '../../core/exposures/exposure-loss.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type ExposureReports } from '../../ports/exposure-reports.js';
import { asUnavailable } from './faults.js';

/** A page is received on the day it is served or on a neighbouring one; reports of it count for as long as labels do. */
const REPORTS_DAYS = 8;

const REPORTED = `
  WITH outcomes AS (
    SELECT exposure_id, bool_or(type = 'IMPRESSION') AS seen, bool_or(type = 'CLICK') AS clicked,
           bool_or(type IN ('RENDERED', 'IMPRESSION')) AS rendered
      FROM events
     WHERE received_day BETWEEN $1 AND $3 AND attribution = 'ATTRIBUTED' AND type IN ('RENDERED', 'IMPRESSION', 'CLICK') AND exposure_id IS NOT NULL
     GROUP BY exposure_id),
  pages AS (
    SELECT p.served_at, p.surface, count(*) AS served, count(*) FILTER (WHERE o.rendered) AS rendered, count(*) FILTER (WHERE o.seen) AS seen,
           count(*) FILTER (WHERE o.clicked) AS clicked, count(*) FILTER (WHERE o.seen AND o.clicked) AS seen_clicked, count(o.exposure_id) > 0 AS reported
      FROM exposure_pages p
      JOIN all_exposures e ON e.received_day = p.received_day AND e.writer = p.writer AND e.seq = p.seq
      LEFT JOIN outcomes o ON o.exposure_id = e.feed_id || '.' || e.position
     WHERE p.received_day BETWEEN $1 AND $2 AND p.served_at >= $4 AND p.served_at < $5 AND p.kind <> 'follow' AND ($6::text IS NULL OR p.surface = $6)
     GROUP BY p.received_day, p.writer, p.seq, p.served_at, p.surface)
  SELECT to_char(served_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, surface, count(*)::float8 AS pages,
         count(*) FILTER (WHERE NOT reported)::float8 AS "silentPages", sum(served)::float8 AS served,
         coalesce(sum(served) FILTER (WHERE reported), 0)::float8 AS "servedOnReported", sum(rendered)::float8 AS rendered, sum(seen)::float8 AS seen,
         sum(clicked)::float8 AS clicked, sum(seen_clicked)::float8 AS "seenAndClicked"
    FROM pages GROUP BY 1, 2 ORDER BY 1, 2`;

/** Reports of exposures in PostgreSQL, counted by one query. */
export function createPostgresExposureReports(pool: Pool): ExposureReports {
  return {
    async reported({ from, to, surface }) {
      const [first, last, latest] = [from - DAY_MS, to + DAY_MS, to + REPORTS_DAYS * DAY_MS].map(utcDay);
      const { rows } = await pool
        .query<ReportedExposures>(REPORTED, [first, last, latest, new Date(from), new Date(to), surface])
        .catch((error: unknown) => {
          throw asUnavailable(error);
        });
      return rows;
    },
  };
}
