import { BEFORE_DAYS, NEW_ITEM_DAYS } from '../../core/evaluation/experiments/facts-of.js';

/** Parameters of every report query, by their places. Instants are epoch ms. */
export const REPORT_PARAMETERS = [
  'from', 'to', 'asOf', 'timeZone', 'currency', 'isAllowed', 'firstDay', 'lastDay', 'historyDay', 'monthDay',
] as const; // prettier-ignore
type Parameter = (typeof REPORT_PARAMETERS)[number];

/** The place of a parameter, with its type. */
export function given(name: Parameter): string {
  const place = `$${REPORT_PARAMETERS.indexOf(name) + 1}`;
  if (name === 'from' || name === 'to' || name === 'asOf') return `to_timestamp(${place}::float8 / 1000)`;
  if (name === 'isAllowed') return `${place}::boolean`;
  return `${place}::${name.endsWith('Day') ? 'date' : 'text'}`;
}

/** What identities begin with. */
const MARK = `E'\\x01'`;

/** Whose act something is: the user to whom an identity was linked, a part of it before the whole, the latest first; else whoever is named. */
export const personOf = (userId: string, sessionId: string, at: string): string => `
  CASE WHEN left(${userId}, 1) <> ${MARK} THEN ${userId} ELSE coalesce((
    SELECT l.user_id FROM identity_links l
     WHERE l.platform = split_part(${userId}, ${MARK}, 2) AND l.external_id = split_part(${userId}, ${MARK}, 3)
       AND CASE WHEN l.part IS NULL THEN TRUE WHEN l.part ? 'sessionId' THEN l.part ->> 'sessionId' = ${sessionId}
             ELSE date_part('epoch', ${at}) * 1000 BETWEEN (l.part ->> 'from')::float8 AND (l.part ->> 'until')::float8 END
     ORDER BY l.part IS NULL, l.linked_at DESC, l.id LIMIT 1), ${userId}) END`;

/** People whose last decision on being counted is other than what counts for everyone. */
const DECIDERS = `
  deciders AS MATERIALIZED (
    SELECT user_id FROM (SELECT DISTINCT ON (user_id) user_id, purposes FROM consents ORDER BY user_id, at DESC, id DESC) AS last
     WHERE ('ANALYTICS' = ANY(purposes)) <> ${given('isAllowed')})`;
const isAllowed = (person: string): string => `(${person} IN (SELECT user_id FROM deciders)) <> ${given('isAllowed')}`;

/** Pages and acts of the period, of everyone who may be counted, under the person to whom they belong. */
const ENTRIES = `
  all_pages AS MATERIALIZED (
    SELECT * FROM (
      SELECT p.received_day, p.writer, p.seq, p.feed_id, ${personOf('p.user_id', 'p.session_id', 'p.served_at')} AS person, p.served_at, p.surface, p.scorer,
             p.model_version, p.config_version, p.assignments, cardinality(p.degraded) > 0 AS is_degraded, 'TOO_FEW_CANDIDATES' = ANY(p.degraded) AS is_short
        FROM exposure_pages p
       WHERE p.received_day BETWEEN ${given('firstDay')} AND ${given('lastDay')} AND p.served_at >= ${given('from')} AND p.served_at < ${given('to')}
         AND p.kind <> 'follow' AND p.user_id IS NOT NULL) AS p
     WHERE ${isAllowed('person')}),
  all_acts AS MATERIALIZED (
    SELECT * FROM (
      SELECT ${personOf('e.user_id', 'e.session_id', 'e.occurred_at')} AS person, e.type, e.attribution, e.occurred_at, e.item_no, e.exposure_id, e.surface,
             coalesce('order ' || e.order_id, 'id ' || e.id) AS order_key, coalesce(e.quantity, 1) AS quantity, e.dwell_ms, e.rating, e.share_id,
             CASE WHEN e.currency IS NULL OR e.currency = ${given('currency')} THEN coalesce(e.amount, 0) ELSE 0 END AS money,
             CASE WHEN e.referrer_user_id IS NOT NULL THEN ${personOf('e.referrer_user_id', 'NULL', 'e.occurred_at')} END AS referrer
        FROM events e
       WHERE e.received_day >= ${given('firstDay')} AND e.occurred_at >= ${given('from')} AND e.occurred_at < ${given('to')} AND e.user_id IS NOT NULL) AS e
     WHERE ${isAllowed('person')})`;

/** What was before the period: clicks and shares of some weeks, who was here in them, and who ever bought. */
const HISTORY = `
  history AS MATERIALIZED (
    SELECT ${personOf('e.user_id', 'e.session_id', 'e.occurred_at')} AS person, e.type, e.attribution, e.item_no, e.occurred_at, e.share_id FROM events e
     WHERE e.received_day >= ${given('historyDay')} AND e.occurred_at >= ${given('from')} - interval '${BEFORE_DAYS} days' AND e.occurred_at < ${given('from')}
       AND e.user_id IS NOT NULL),
  old_buyers AS MATERIALIZED (
    SELECT DISTINCT ${personOf('e.user_id', 'e.session_id', 'e.occurred_at')} AS person FROM events e
     WHERE e.type = 'PURCHASE' AND e.occurred_at < ${given('from')} AND e.attribution <> 'ORPHAN' AND e.user_id IS NOT NULL),
  here_before AS MATERIALIZED (
    SELECT person FROM history WHERE attribution <> 'ORPHAN' AND type <> 'COST'
    UNION
    SELECT ${personOf('p.user_id', 'p.session_id', 'p.served_at')} FROM exposure_pages p
     WHERE p.received_day BETWEEN ${given('historyDay')} AND ${given('firstDay')} + 1 AND p.served_at >= ${given('from')} - interval '${BEFORE_DAYS} days'
       AND p.served_at < ${given('from')} AND p.kind <> 'follow' AND p.user_id IS NOT NULL)`;

/** Exposures of the month up to the end by item, the most shown fifth of the catalogue, and creators who were shown seldom. */
const MONTH = `
  month AS MATERIALIZED (
    SELECT item_no, count(*) AS shown FROM all_exposures WHERE received_day BETWEEN ${given('monthDay')} AND ${given('lastDay')} - 1 AND item_no >= 0 GROUP BY item_no),
  head AS MATERIALIZED (
    SELECT item_no FROM month ORDER BY shown DESC, item_no LIMIT (SELECT ceil(count(*) / 5.0)::int FROM items WHERE removed_at IS NULL)),
  creators AS MATERIALIZED (
    SELECT i.creator_no, coalesce(sum(m.shown), 0) AS shown FROM items i LEFT JOIN month m ON m.item_no = i.no WHERE i.creator_no > 0
     GROUP BY i.creator_no HAVING bool_or(i.removed_at IS NULL) OR coalesce(sum(m.shown), 0) > 0),
  small_creators AS MATERIALIZED (
    SELECT creator_no FROM creators
     WHERE shown < 0.5 * (SELECT coalesce(nullif(percentile_cont(0.5) WITHIN GROUP (ORDER BY shown), 0), percentile_cont(0.5) WITHIN GROUP (ORDER BY shown) FILTER (WHERE shown > 0), 0)
                            FROM creators))`;

/** Items as facts know them. */
const GOODS = `
  goods AS MATERIALIZED (
    SELECT i.no, i.category_nos[cardinality(i.category_nos)] AS category, i.category_nos[1] AS department, i.kind, i.commercial,
           to_timestamp(coalesce(i.created_at, i.first_seen) / 1000.0) + interval '${NEW_ITEM_DAYS} days' AS new_until,
           i.creator_no IN (SELECT creator_no FROM small_creators) AS is_small, i.no NOT IN (SELECT item_no FROM head) AS is_tail
      FROM items i)`;

/**
 * When somebody came: when he joined, as the shop says, else when he was first seen, or long ago for who was seen in the weeks before. And who was brought by
 * whom: by the act that names him, or the share.
 */
const ARRIVALS = `
  first_seen AS (
    SELECT person, min(at) AS at FROM (
      SELECT person, served_at AS at FROM all_pages UNION ALL SELECT person, occurred_at FROM all_acts WHERE attribution <> 'ORPHAN' AND type <> 'COST') AS moments
     GROUP BY person),
  arrived AS MATERIALIZED (
    SELECT s.person, coalesce(to_timestamp(u.joined_at / 1000.0), CASE WHEN b.person IS NULL THEN s.at END) AS at
      FROM first_seen s LEFT JOIN users u ON u.id = s.person LEFT JOIN here_before b ON b.person = s.person),
  first_bought AS MATERIALIZED (
    SELECT person, min(occurred_at) AS at FROM all_acts WHERE type = 'PURCHASE' AND attribution <> 'ORPHAN' GROUP BY person),
  sharers AS MATERIALIZED (
    SELECT DISTINCT ON (share_id) share_id, person FROM (
      SELECT share_id, person, occurred_at, type, attribution FROM history UNION ALL SELECT share_id, person, occurred_at, type, attribution FROM all_acts) AS shares
     WHERE type = 'SHARE' AND attribution <> 'ORPHAN' AND share_id IS NOT NULL ORDER BY share_id, occurred_at, person),
  brought AS MATERIALIZED (
    SELECT a.person, coalesce(a.referrer, s.person) AS referrer, a.occurred_at, v.at AS arrived_at
      FROM all_acts a JOIN arrived v ON v.person = a.person LEFT JOIN sharers s ON s.share_id = a.share_id
     WHERE a.attribution <> 'ORPHAN' AND coalesce(a.referrer, s.person) <> a.person)`;

/** Names every parameter, so that a query may leave some of them out. */
const NAMED = `given AS (SELECT ${REPORT_PARAMETERS.map(given).join(', ')})`;

/** All that facts are counted from, before it is put into groups. */
export const REPORT_ENTRIES = [NAMED, DECIDERS, ENTRIES, HISTORY, MONTH, GOODS, ARRIVALS].join(',');
