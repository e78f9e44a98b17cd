import { type Pool } from 'pg';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type TeamClicks } from '../../ports/experiment-store.js';
import { cursorRows } from './chain-check.js';
import { asUnavailable } from './faults.js';

/** A click names the item and page by its exposure; which team placed it stands in the page, a letter a place. */
const CLICKS = `
  WITH pages AS MATERIALIZED (
    SELECT p.received_day, p.writer, p.seq, p.user_id, a.value ->> 'teams' AS teams
      FROM exposure_pages p, LATERAL json_array_elements(p.assignments) AS a(value)
     WHERE p.assignments IS NOT NULL AND p.user_id IS NOT NULL AND p.received_day BETWEEN $3 AND $4
       AND p.served_at >= $5 AND p.served_at < $6
       AND a.value ->> 'experiment' = $1 AND (a.value ->> 'phase')::int = $2 AND a.value ->> 'forced' = 'false' AND a.value ->> 'teams' IS NOT NULL
  ), placed AS (
    SELECT p.user_id, x.feed_id || '.' || x.position AS exposure,
           substr(p.teams, (row_number() OVER (PARTITION BY p.received_day, p.writer, p.seq ORDER BY x.position))::int, 1) AS team
      FROM pages p JOIN all_exposures x ON x.received_day = p.received_day AND x.writer = p.writer AND x.seq = p.seq
  )
  SELECT user_id, count(*) FILTER (WHERE team = '0')::int, count(*) FILTER (WHERE team = '1')::int
    FROM placed WHERE EXISTS (
      SELECT FROM events e WHERE e.exposure_id = placed.exposure AND e.type = 'CLICK' AND e.attribution = 'ATTRIBUTED' AND e.occurred_at < $6)
   GROUP BY user_id ORDER BY user_id`;
const BATCH = 1_000;

/** Clicks of users on each of two interleaved rankings; an item counts once, however often it is clicked. */
export async function* teamClicks(
  pool: Pool,
  { experiment, phase, from, to }: { experiment: string; phase: number; from: number; to: number },
): AsyncGenerator<TeamClicks[]> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  let whole = false;
  try {
    await client.query('BEGIN TRANSACTION READ ONLY');
    const values = [experiment, phase, utcDay(from - DAY_MS), utcDay(to + DAY_MS), new Date(from), new Date(to)];
    for await (const rows of cursorRows(client, { text: CLICKS, values, batch: BATCH }))
      yield rows.map(([userId, first, second]) => ({ userId, first, second }) as TeamClicks);
    await client.query('COMMIT');
    whole = true;
  } finally {
    client.release(!whole);
  }
}
