import { COUNTED_TYPES, BEFORE_DAYS } from '../../core/evaluation/experiments/facts-of.js';
import { REPURCHASE_DAYS } from '../../core/evaluation/experiments/commerce-metrics.js';
import { WORTH_DAYS } from '../../core/evaluation/experiments/order-facts.js';
import { USER_FACTS, type UserFact, type UserFacts } from '../../core/evaluation/experiments/user-facts.js';
import { sourceBit } from '../../core/candidates/sources.js';
import { SESSION_GAP_MS } from '../../core/privacy/identity.js';
import { given } from './report-entries.js';

/** Sums are of decimals, so that they are the same in whatever order entries came. */
const KEY = 'who';
const localDate = (at: string): string => `(${at} AT TIME ZONE ${given('timeZone')})::date`;
const DAY_SECONDS = 86_400;
const wholeDays = (from: string, to: string): string =>
  `floor(greatest(0, date_part('epoch', ${to}) - date_part('epoch', ${from})) / ${DAY_SECONDS})`;
const until = `least(w.ends, ${given('asOf')})`;

/** A count by an own name, of rows for which something holds. */
const counts = (names: Record<string, string>): string =>
  Object.entries(names)
    .map(([name, condition]) => `count(*) FILTER (WHERE ${condition}) AS "${name}"`)
    .join(', ');

/**
 * Groups of people, and pages, by numbers, which are put together several times as fast as names. Needs `windows`, `pages`, `acts` and `placed`, each with its
 * group and person.
 */
const NUMBERED = `
  whos AS MATERIALIZED (SELECT *, (row_number() OVER ())::int AS who FROM windows),
  own_pages AS MATERIALIZED (SELECT k.who, (row_number() OVER ())::int AS place, p.* FROM pages p JOIN whos k USING (grp, person)),
  own_acts AS MATERIALIZED (SELECT k.who, a.* FROM acts a JOIN whos k USING (grp, person))`;

const CARDS = `
  seen AS MATERIALIZED (
    SELECT DISTINCT ${KEY}, split_part(exposure_id, '.', 1)::uuid AS feed_id, split_part(exposure_id, '.', 2)::int AS position
      FROM own_acts WHERE type = 'IMPRESSION' AND attribution = 'ATTRIBUTED'),
  cards AS MATERIALIZED (
    SELECT p.who, p.place, p.served_at, p.surface, c.feed_id, c.position, c.item_no, c.sources, c.exploration, c.repeat, s.feed_id IS NOT NULL AS is_seen,
           coalesce(g.category, 0) AS category, g.is_small, coalesce(g.is_tail, TRUE) AS is_tail,
           c.promoted OR coalesce(g.commercial, FALSE) AS is_commercial, p.served_at <= g.new_until AS is_new
      FROM placed c JOIN own_pages p USING (grp, received_day, writer, seq)
      LEFT JOIN seen s ON s.feed_id = c.feed_id AND s.position = c.position AND s.who = p.who LEFT JOIN goods g ON g.no = c.item_no),
  reporting AS MATERIALIZED (SELECT DISTINCT surface FROM cards WHERE is_seen),
  clicks AS MATERIALIZED (
    SELECT k.who, coalesce(g.category, 0) AS category, h.occurred_at FROM (
      SELECT person, item_no, occurred_at, type, attribution FROM history UNION ALL SELECT person, item_no, occurred_at, type, attribution FROM all_acts) AS h
      JOIN whos k USING (person) LEFT JOIN goods g ON g.no = h.item_no WHERE h.type = 'CLICK' AND h.attribution <> 'ORPHAN'),
  familiar AS MATERIALIZED (
    SELECT DISTINCT c.who, c.feed_id, c.position, TRUE AS is_familiar FROM cards c JOIN clicks k USING (who, category)
     WHERE k.occurred_at < c.served_at AND k.occurred_at >= c.served_at - interval '${BEFORE_DAYS} days'),
  shown_cards AS MATERIALIZED (
    SELECT c.*, c.category > 0 AND f.is_familiar IS NULL AS is_new_category FROM cards c LEFT JOIN familiar f USING (who, feed_id, position)
     WHERE c.is_seen OR c.surface NOT IN (SELECT surface FROM reporting))`;

const CARD_FACTS = `
  served_facts AS (SELECT ${KEY}, count(*) AS served, count(*) FILTER (WHERE is_seen) AS impressions FROM cards GROUP BY ${KEY}),
  shown_facts AS (
    SELECT ${KEY}, count(*) AS shown, count(DISTINCT category) FILTER (WHERE category > 0) AS "categoriesShown", ${counts({
      newItemsShown: 'is_new',
      smallCreatorShown: 'is_small',
      commercialShown: 'is_commercial',
      explorationShown: 'exploration',
      repeatsShown: 'repeat',
      socialShown: `sources & ${sourceBit('FRIENDS') | sourceBit('CREATORS')} <> 0`,
      tailShown: 'is_tail',
      newCategoryShown: 'is_new_category',
    })} FROM shown_cards GROUP BY ${KEY}),
  page_categories AS (SELECT place, min(who) AS who, category, count(*)::float8 AS n FROM cards GROUP BY place, category),
  entropies AS (
    SELECT min(who) AS who, CASE WHEN sum(n) < 2 THEN 0 ELSE (ln(sum(n)) - sum((n * ln(n))::numeric)::float8 / sum(n)) / ln(sum(n)) END AS entropy
      FROM page_categories GROUP BY place),
  entropy_facts AS (SELECT ${KEY}, sum(entropy::numeric) AS "categoryEntropySum" FROM entropies GROUP BY ${KEY})`;

const PAGE_FACTS = `
  page_facts AS (
    SELECT p.who, min(p.served_at) AS met_at, count(*) AS feeds, ${counts({
      modelFeeds: `p.scorer = 'MODEL'`,
      rulesFeeds: `p.scorer = 'RULES'`,
      popularityFeeds: `p.scorer = 'POPULARITY'`,
      degradedFeeds: 'p.is_degraded',
      shortFeeds: 'p.is_short',
    })}, coalesce(sum(d.cocoon_index::numeric), 0) AS "cocoonSum", count(d.cocoon_index) AS "cocoonFeeds"
      FROM own_pages p LEFT JOIN cocoon_days d ON d.user_id = p.person AND d.day = (p.served_at AT TIME ZONE 'UTC')::date GROUP BY p.who)`;

const TAKEN_BACK: Partial<Record<UserFact, string>> = { likes: 'UNLIKE', saves: 'UNSAVE' };
const typed = COUNTED_TYPES.map(([type, fact]) => {
  const back = TAKEN_BACK[fact];
  return `count(*) FILTER (WHERE a.type = '${type}')${back ? ` - count(*) FILTER (WHERE a.type = '${back}')` : ''} AS "${fact}"`;
});

const ACT_FACTS = `
  act_facts AS (
    SELECT a.who, ${typed.join(', ')}, ${counts({
      views: `a.type = 'VIEW' AND a.attribution = 'UNATTRIBUTED'`,
      ledClicks: `a.type = 'CLICK' AND a.attribution = 'ATTRIBUTED'`,
      ratings: `a.type = 'REVIEW' AND a.rating IS NOT NULL`,
      acts: `a.type <> 'COST'`,
    })}, coalesce(sum(a.dwell_ms) FILTER (WHERE a.type = 'DWELL'), 0) AS "dwellMs", coalesce(sum(a.money::numeric) FILTER (WHERE a.type = 'COST'), 0) AS cost,
           coalesce(sum(a.rating::numeric) FILTER (WHERE a.type = 'REVIEW'), 0) AS "ratingSum",
           count(DISTINCT g.category) FILTER (WHERE a.type = 'CLICK') AS "categoriesClicked",
           coalesce(sum(a.money::numeric) FILTER (WHERE a.type = 'PURCHASE' AND a.attribution = 'ATTRIBUTED'), 0) AS "attributedRevenue"
      FROM own_acts a LEFT JOIN goods g ON g.no = a.item_no AND g.category > 0 WHERE a.attribution <> 'ORPHAN' GROUP BY a.who),
  claim_facts AS (
    SELECT ${KEY}, ${counts({ outcomes: `attribution <> 'UNATTRIBUTED'`, orphans: `attribution = 'ORPHAN'` })} FROM own_acts GROUP BY ${KEY})`;

const ORDERS = `
  lines AS (
    SELECT ${KEY}, order_key, item_no, min(occurred_at) FILTER (WHERE type = 'PURCHASE') AS at,
           sum(quantity) FILTER (WHERE type = 'PURCHASE') AS units, sum(money::numeric) FILTER (WHERE type = 'PURCHASE') AS revenue,
           coalesce(sum(quantity) FILTER (WHERE type = 'REFUND'), 0) AS refunded_units, coalesce(sum(money::numeric) FILTER (WHERE type = 'REFUND'), 0) AS refunded,
           count(*) FILTER (WHERE type = 'REFUND') AS refunds
      FROM own_acts WHERE type IN ('PURCHASE', 'REFUND') AND attribution <> 'ORPHAN'
     GROUP BY ${KEY}, order_key, item_no HAVING count(*) FILTER (WHERE type = 'PURCHASE') > 0),
  orders AS MATERIALIZED (
    SELECT ${KEY}, order_key, min(at) AS at, sum(units) AS units, sum(revenue) AS revenue, sum(refunded) AS refunded, sum(refunds) AS refunds,
           sum(greatest(0, units - refunded_units)) AS units_left FROM lines GROUP BY ${KEY}, order_key),
  first_orders AS (SELECT ${KEY}, min(at) AS first_at FROM orders WHERE units_left > 0 GROUP BY ${KEY}),
  order_facts AS (
    SELECT o.who, count(*) AS orders, sum(o.units) AS units, sum(o.revenue) AS revenue, count(*) FILTER (WHERE o.refunds > 0) AS "refundedOrders",
           sum(o.refunded) AS "refundedRevenue", min(f.first_at) AS first_at,
           coalesce(sum(o.revenue - o.refunded) FILTER (WHERE o.at < p.met_at + interval '${WORTH_DAYS} days'), 0) AS worth,
           count(DISTINCT ${localDate('o.at')}) FILTER (WHERE o.units_left > 0 AND o.at <= f.first_at + interval '${REPURCHASE_DAYS} days') AS "orderDays30"
      FROM orders o LEFT JOIN first_orders f USING (${KEY}) LEFT JOIN page_facts p USING (${KEY}) GROUP BY o.who)`;

const VISITS = `
  moments AS (
    SELECT ${KEY}, served_at AS at FROM own_pages UNION ALL SELECT ${KEY}, occurred_at FROM own_acts WHERE type <> 'COST' AND attribution <> 'ORPHAN'),
  paused AS (SELECT ${KEY}, at, at - lag(at) OVER (PARTITION BY ${KEY} ORDER BY at) AS pause, ${localDate('at')} AS day FROM moments),
  visit_facts AS (
    SELECT v.who, count(*) FILTER (WHERE v.pause IS NULL OR v.pause > interval '${SESSION_GAP_MS} milliseconds') AS sessions,
           count(DISTINCT v.day) AS "activeDays", ${[1, 7, 30].map((after) => `bool_or(v.day = ${localDate('p.met_at')} + ${after}) AS back_${after}`).join(', ')}
      FROM paused v LEFT JOIN page_facts p USING (${KEY}) GROUP BY v.who)`;

/** `windows` says when each group of a person begins and ends, and from when on who comes is new. */
const ARRIVED = `
  brought_facts AS (
    SELECT w.who, count(DISTINCT r.person) AS referred FROM brought r JOIN whos w ON w.person = r.referrer
     WHERE r.occurred_at >= w.starts AND r.occurred_at < w.ends AND r.arrived_at >= w.opens AND r.arrived_at < w.ends GROUP BY w.who),
  referred_facts AS (
    SELECT DISTINCT w.who, TRUE AS was_brought FROM brought r JOIN whos w ON w.person = r.person
     WHERE r.occurred_at >= w.starts AND r.occurred_at < w.ends AND r.arrived_at >= w.opens AND r.arrived_at < w.ends)`;

/** How a fact is read from the joined tables, where it is not a column of its own name. */
const READ: Partial<Record<UserFact, string>> = {
  isNewBuyer: '(coalesce(o.orders, 0) > 0 AND b.at >= w.starts AND w.person NOT IN (SELECT person FROM old_buyers))::int',
  isAcquired: '(r.at >= w.opens AND r.at < w.ends)::int',
  isReferred: 'was_brought::int',
  followedDays: `CASE WHEN p.met_at IS NULL THEN 0 ELSE ${wholeDays('p.met_at', until)} END`,
  firstOrderAgeDays: `CASE WHEN o.first_at IS NULL THEN -1 ELSE ${wholeDays('o.first_at', until)} END`,
  revenue90Days: `CASE WHEN p.met_at IS NOT NULL AND ${wholeDays('p.met_at', until)} >= ${WORTH_DAYS} THEN o.worth ELSE 0 END`,
  ...Object.fromEntries(
    [1, 7, 30].map((after) => [
      `returnedDay${after}`,
      `(p.met_at IS NOT NULL AND ${wholeDays('p.met_at', until)} > ${after} AND coalesce(v.back_${after}, FALSE))::int`,
    ]),
  ),
};

const FACTS = Object.keys(USER_FACTS) as UserFact[];
const columns = FACTS.map((fact) => `coalesce(${READ[fact] ?? `"${fact}"`}, 0)::float8`).join(', ');

/** A row per group and person: both, then every fact in the order of `USER_FACTS`, then what `extra` names of `windows w`. */
export const factsQuery = (extra = ''): string => `
  ${[NUMBERED, CARDS, CARD_FACTS, PAGE_FACTS, ACT_FACTS, ORDERS, VISITS, ARRIVED].join(',')}
  SELECT w.grp, w.person, ${columns}${extra}
    FROM whos w LEFT JOIN served_facts USING (${KEY}) LEFT JOIN shown_facts USING (${KEY}) LEFT JOIN entropy_facts USING (${KEY})
    LEFT JOIN page_facts p USING (${KEY}) LEFT JOIN act_facts USING (${KEY}) LEFT JOIN claim_facts USING (${KEY}) LEFT JOIN order_facts o USING (${KEY})
    LEFT JOIN visit_facts v USING (${KEY}) LEFT JOIN brought_facts USING (${KEY}) LEFT JOIN referred_facts USING (${KEY})
    LEFT JOIN first_bought b ON b.person = w.person LEFT JOIN arrived r ON r.person = w.person`;

/** Columns before the first fact, and after the last. */
export const FIRST_FACT = 2;
export const AFTER_FACTS = FIRST_FACT + FACTS.length;

/** The facts of a row. */
export const readFacts = (row: readonly unknown[]): UserFacts =>
  Object.fromEntries(FACTS.map((fact, i) => [fact, row[FIRST_FACT + i]])) as UserFacts;
