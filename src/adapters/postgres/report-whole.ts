import { giniOf } from '../../core/diversification/cocoon/concentration.js';
import { type ReportRange, type WholeValue } from '../../ports/report-store.js';
import { REPORT_ENTRIES } from './report-entries.js';
import { groupParameters, groupsOf } from './report-groups.js';
import { parametersOf, report, type ReportStoreOptions } from './report-reading.js';

const TOTALS = `
  bought AS (SELECT grp, order_key, person, sum(money::numeric) AS money FROM acts WHERE type = 'PURCHASE' AND attribution <> 'ORPHAN' GROUP BY grp, order_key, person)
  SELECT w.grp, count(DISTINCT w.person)::float8, (SELECT count(*) FROM pages p WHERE p.grp = w.grp)::float8,
         (SELECT count(*) FROM bought b WHERE b.grp = w.grp)::float8, (SELECT coalesce(sum(money), 0) FROM bought b WHERE b.grp = w.grp)::float8
    FROM windows w GROUP BY w.grp ORDER BY w.grp`;

const BY_ITEM = `
  SELECT c.grp, c.item_no, coalesce(i.creator_no, 0), count(*)::float8 FROM placed c LEFT JOIN items i ON i.no = c.item_no
   GROUP BY c.grp, c.item_no, i.creator_no ORDER BY c.grp`;

const OFFERED = `
  SELECT count(*)::float8, count(DISTINCT creator_no) FILTER (WHERE creator_no > 0)::float8 FROM items WHERE removed_at IS NULL`;

interface Exposed {
  byItem: number[];
  byCreator: Map<number, number>;
}

/** Values of metrics that are of the service or the catalogue as a whole. */
export async function wholeValues(range: ReportRange, options: ReportStoreOptions): Promise<WholeValue[]> {
  const { pool } = options;
  const values = [...parametersOf(range, options), ...groupParameters(range)];
  const read = (text: string) => report(pool, `WITH ${REPORT_ENTRIES}, ${groupsOf(range)}${text}`, values);
  const groupOf = (group: unknown): string | null => (range.dimension === 'NONE' ? null : (group as string));
  const rows: WholeValue[] = [];
  for await (const batch of read(`,${TOTALS}`))
    for (const [group, users, feeds, orders, revenue] of batch as [string, number, number, number, number][]) {
      const value = (metric: string, of: number, sample: number) => rows.push({ group: groupOf(group), metric, value: of, sample });
      value('ACTIVE_USERS', users, users);
      value('FEEDS_SERVED', feeds, feeds);
      value('ORDERS', orders, orders);
      value('REVENUE', revenue, orders);
    }
  for (const [group, exposed] of await exposedByGroup(read(BY_ITEM)))
    rows.push(...(await concentrations(groupOf(group), exposed, options)));
  return rows;
}

async function exposedByGroup(batches: AsyncIterable<unknown[][]>): Promise<Map<string, Exposed>> {
  const groups = new Map<string, Exposed>();
  for await (const batch of batches)
    for (const [group, , creatorNo, count] of batch as [string, number, number, number][]) {
      const exposed = groups.get(group) ?? { byItem: [], byCreator: new Map<number, number>() };
      groups.set(group, exposed);
      exposed.byItem.push(count);
      if (creatorNo > 0) exposed.byCreator.set(creatorNo, (exposed.byCreator.get(creatorNo) ?? 0) + count);
    }
  return groups;
}

async function concentrations(group: string | null, { byItem, byCreator }: Exposed, { pool }: ReportStoreOptions): Promise<WholeValue[]> {
  const { rows } = await pool.query<[number, number]>({ text: OFFERED, rowMode: 'array' });
  const [items, creators] = rows[0];
  const sample = byItem.reduce((sum, count) => sum + count, 0);
  return [
    { group, metric: 'EXPOSURE_GINI', value: giniOf(byItem, items), sample },
    { group, metric: 'CREATOR_GINI', value: byCreator.size === 0 ? null : giniOf([...byCreator.values()], creators), sample },
    { group, metric: 'CATALOGUE_COVERAGE', value: items === 0 ? null : Math.min(1, byItem.length / items), sample },
  ];
}
