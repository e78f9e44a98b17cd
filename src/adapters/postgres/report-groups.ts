import { AppError } from '../../core/errors.js';
import { CANDIDATE_SOURCES } from '../../core/candidates/sources.js';
import { ITEM_KINDS } from '../../core/item.js';
import { type ReportDimension, type ReportRange } from '../../ports/report-store.js';
import { given, REPORT_PARAMETERS } from './report-entries.js';

/** Exposures are looked up that were served so long before the period: the longest window in which an order is an outcome. */
const LED_DAYS = 7;

const SURFACE = `$${REPORT_PARAMETERS.length + 1}::text`;

/** Values of the parameters that groups have besides those of every report. */
export const groupParameters = ({ surface }: Pick<ReportRange, 'surface'>): unknown[] => [surface];

const CARD = 'e.received_day, e.writer, e.seq, e.feed_id, e.position, e.item_no, e.sources, e.exploration, e.promoted, e.repeat';

/** Cards of pages, in the groups of `pages`. */
export const PLACED_ON_PAGES = `
  placed AS (
    SELECT p.grp, p.person, p.served_at, p.surface, ${CARD} FROM pages p JOIN all_exposures e USING (received_day, writer, seq)
     WHERE e.item_no >= 0 AND e.received_day BETWEEN ${given('firstDay')} AND ${given('lastDay')})`;

/** Pages and acts of one surface, or of all; an act that no exposure led to is of the surface that it names. */
const HERE = `
  pages_here AS MATERIALIZED (SELECT * FROM all_pages WHERE ${SURFACE} IS NULL OR surface = ${SURFACE})`;

/** Acts with the exposure and the page that led to them. */
const LED = `
  led AS MATERIALIZED (
    SELECT a.*, p.surface AS led_surface, p.model_version, p.config_version, p.page_found, e.item_no AS led_item_no, e.sources AS led_sources
      FROM (SELECT *, CASE WHEN attribution = 'ATTRIBUTED' THEN split_part(exposure_id, '.', 1)::uuid END AS feed_id,
                   CASE WHEN attribution = 'ATTRIBUTED' THEN split_part(exposure_id, '.', 2)::int END AS position FROM all_acts) AS a
      LEFT JOIN (SELECT * FROM all_exposures WHERE received_day BETWEEN ${given('firstDay')} - ${LED_DAYS} AND ${given('lastDay')}) AS e USING (feed_id, position)
      LEFT JOIN (SELECT received_day, writer, seq, surface, model_version, config_version, TRUE AS page_found FROM exposure_pages
                  WHERE received_day BETWEEN ${given('firstDay')} - ${LED_DAYS} AND ${given('lastDay')}) AS p USING (received_day, writer, seq))`;
const ACT_SURFACE = `CASE WHEN a.page_found THEN a.led_surface WHEN a.attribution = 'UNATTRIBUTED' THEN a.surface END`;
const ACTS_HERE = `
  ${LED},
  acts_here AS MATERIALIZED (SELECT * FROM led a WHERE ${SURFACE} IS NULL OR ${ACT_SURFACE} = ${SURFACE})`;
const ALL_ACTS_HERE = 'acts_here AS MATERIALIZED (SELECT * FROM all_acts)';

const localDate = (at: string): string => `(${at} AT TIME ZONE ${given('timeZone')})::date`;
const midnight = (day: string): string => `((${day})::timestamp AT TIME ZONE ${given('timeZone')})`;
const dayName = (at: string): string => `to_char(${localDate(at)}, 'YYYY-MM-DD')`;
const region = (alias: string): string => `coalesce((SELECT u.region FROM users u WHERE u.id = ${alias}.person), 'unknown')`;

/** Everyone with a page or an act of a group, over the whole period. */
const WINDOWS = `
  windows AS MATERIALIZED (
    SELECT grp, person, ${given('from')} AS starts, ${given('to')} AS ends, ${given('from')} AS opens
      FROM (SELECT grp, person FROM pages UNION SELECT grp, person FROM acts) AS everyone)`;

/** Groups by what a page, or an act, is of; an act without a group is left out. */
const byEntry = (ofPage: string, ofAct: string, windows = WINDOWS): string => `
  pages AS MATERIALIZED (SELECT ${ofPage} AS grp, p.* FROM pages_here p),
  acts AS MATERIALIZED (SELECT * FROM (SELECT ${ofAct} AS grp, a.* FROM acts_here a) AS a WHERE grp IS NOT NULL),
  ${windows}, ${PLACED_ON_PAGES}`;

const DAYS = `
  windows AS MATERIALIZED (
    SELECT grp, person, greatest(${given('from')}, ${midnight('grp::date')}) AS starts, least(${given('to')}, ${midnight('grp::date + 1')}) AS ends,
           greatest(${given('from')}, ${midnight('grp::date')}) AS opens
      FROM (SELECT grp, person FROM pages UNION SELECT grp, person FROM acts) AS everyone)`;

/** Groups by a column of the exposed item or of its card; `groups` is joined to cards as `g`, on their `e`. */
const byCard = (groups: string, group: string): string => `
  placed AS (
    SELECT ${group} AS grp, p.person, p.served_at, p.surface, ${CARD} FROM pages_here p JOIN all_exposures e USING (received_day, writer, seq) ${groups}
     WHERE e.item_no >= 0 AND e.received_day BETWEEN ${given('firstDay')} AND ${given('lastDay')} AND ${group} IS NOT NULL),
  pages AS MATERIALIZED (
    SELECT k.grp, p.* FROM pages_here p JOIN (SELECT DISTINCT grp, received_day, writer, seq FROM placed) AS k USING (received_day, writer, seq)),
  acts AS MATERIALIZED (
    SELECT ${group} AS grp, a.* FROM (SELECT *, led_item_no AS item_of_card, led_sources AS sources_of_card FROM acts_here WHERE page_found) AS a
      CROSS JOIN LATERAL (SELECT a.item_of_card AS item_no, a.sources_of_card AS sources) AS e ${groups} WHERE ${group} IS NOT NULL),
  ${WINDOWS}`;

const names = (values: readonly string[]): string => `(ARRAY[${values.map((value) => `'${value}'`).join(', ')}])`;
const SOURCES = `CROSS JOIN LATERAL unnest(${names(CANDIDATE_SOURCES)}) WITH ORDINALITY AS g(name, bit)`;
const IN_SOURCE = `CASE WHEN e.sources & (1 << (g.bit::int - 1)) <> 0 THEN g.name END`;
const CATEGORIES = `JOIN goods g ON g.no = e.item_no JOIN names n ON n.kind = 0 AND n.no = g.department`;
const KINDS = 'JOIN goods g ON g.no = e.item_no';

/** Who saw an arm of an experiment, from then on with all that he did; testers are left out. */
const VARIANTS = `
  assigned AS MATERIALIZED (
    SELECT (a ->> 'experiment') || ':' || (a ->> 'variant') AS grp, p.person, min(p.served_at) AS since
      FROM pages_here p CROSS JOIN LATERAL json_array_elements(p.assignments) AS a WHERE p.assignments IS NOT NULL AND NOT (a ->> 'forced')::boolean GROUP BY 1, 2),
  windows AS MATERIALIZED (SELECT grp, person, since AS starts, ${given('to')} AS ends, ${given('from')} AS opens FROM assigned),
  pages AS MATERIALIZED (SELECT w.grp, p.* FROM pages_here p JOIN windows w USING (person) WHERE p.served_at >= w.starts),
  acts AS MATERIALIZED (SELECT w.grp, a.* FROM acts_here a JOIN windows w USING (person) WHERE a.occurred_at >= w.starts),
  ${PLACED_ON_PAGES}`;

/** Who followed somebody, for some days from his first follow on. */
const followers = (untilPlace: string): string => `
  windows AS MATERIALIZED (
    SELECT ''::text AS grp, person, min(occurred_at) AS starts, min(occurred_at) + interval '${FOLLOWED_DAYS} days' AS ends, min(occurred_at) AS opens
      FROM acts_here WHERE type = 'FOLLOW' AND attribution <> 'ORPHAN' AND occurred_at < ${untilPlace}
     GROUP BY person HAVING min(occurred_at) + interval '${FOLLOWED_DAYS} days' <= ${given('asOf')}),
  pages AS MATERIALIZED (SELECT w.grp, p.* FROM pages_here p JOIN windows w USING (person) WHERE p.served_at >= w.starts AND p.served_at < w.ends),
  acts AS MATERIALIZED (SELECT w.grp, a.* FROM acts_here a JOIN windows w USING (person) WHERE a.occurred_at >= w.starts AND a.occurred_at < w.ends),
  ${PLACED_ON_PAGES}`;

/** Days after a follow over which is looked at what it led to. */
export const FOLLOWED_DAYS = 7;

/** The groups of `afterFollow`; one more parameter says until when a follow counts, epoch ms. */
export const afterFollowGroups = (surface: string | null): string =>
  [HERE, surface === null ? ALL_ACTS_HERE : ACTS_HERE, followers(`to_timestamp($${REPORT_PARAMETERS.length + 2}::float8 / 1000)`)].join(
    ',',
  );

const found = (group: string): string => `CASE WHEN a.page_found THEN ${group} END`;

const GROUPS: Record<ReportDimension, string | null> = {
  NONE: byEntry(`''::text`, `''::text`),
  DAY: byEntry(dayName('p.served_at'), dayName('a.occurred_at'), DAYS),
  SURFACE: byEntry('p.surface', ACT_SURFACE),
  REGION: byEntry(region('p'), region('a')),
  MODEL_VERSION: byEntry(`coalesce(p.model_version, 'none')`, found(`coalesce(a.model_version, 'none')`)),
  CONFIG_VERSION: byEntry('p.config_version::text', found('a.config_version::text')),
  VARIANT: VARIANTS,
  SOURCE: byCard(SOURCES, IN_SOURCE),
  CATEGORY: byCard(CATEGORIES, 'n.name'),
  ITEM_KIND: byCard(KINDS, `${names(ITEM_KINDS)}[g.kind + 1]`),
  SEGMENT: null,
  LIFECYCLE: null,
  PLATFORM: null,
  DEVICE: null,
};

const NEEDING_EXPOSURES: ReadonlySet<ReportDimension> = new Set([
  'SURFACE',
  'MODEL_VERSION',
  'CONFIG_VERSION',
  'SOURCE',
  'CATEGORY',
  'ITEM_KIND',
]);

/**
 * How entries are put into groups: `windows`, `pages`, `acts` and `placed`, each with the group.
 *
 * @throws AppError INVALID_INPUT for a dimension that the logs know nothing of
 */
export function groupsOf({ dimension, surface }: Pick<ReportRange, 'dimension' | 'surface'>): string {
  const groups = GROUPS[dimension];
  if (groups === null) throw new AppError('INVALID_INPUT', `dimension is ${dimension}; it must be another: the logs do not tell it`);
  const acts = surface !== null || NEEDING_EXPOSURES.has(dimension) ? ACTS_HERE : ALL_ACTS_HERE;
  return [HERE, acts, groups].join(',');
}
