import { type Pool } from 'pg';
import { type CocoonDay, type CocoonLedger, type CocoonPopulation, type KeptBaseline } from '../../ports/cocoon-ledger.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { asUnavailable } from './faults.js';

const NUMBERS = [
  ['cocoon_index', 'index'],
  ['narrow_category', 'narrowCategory'],
  ['narrow_creator', 'narrowCreator'],
  ['repetition', 'repetition'],
  ['amplification', 'amplification'],
  ['accepted_breadth', 'acceptedBreadth'],
  ['taste_coverage', 'tasteCoverage'],
  ['confidence', 'confidence'],
  ['category_collision', 'categoryCollision'],
  ['maker_collision', 'makerCollision'],
] as const;
const COLUMNS = ['day', 'user_id', ...NUMBERS.map(([column]) => column)];
const arrays = ['$1::date[]', '$2::text[]', ...NUMBERS.map((_, i) => `$${i + 3}::float8[]`)].join(', ');
const PUT = `
  INSERT INTO cocoon_days (${COLUMNS.join(', ')}) SELECT * FROM unnest(${arrays})
  ON CONFLICT (day, user_id) DO UPDATE SET ${NUMBERS.map(([column]) => `${column} = excluded.${column}`).join(', ')}`;
const READ = `to_char(day, 'YYYY-MM-DD') AS day, user_id AS "userId", ${NUMBERS.map(([column, name]) => `${column} AS "${name}"`).join(', ')}`;

const POPULATION = `
  SELECT to_char(d.day, 'YYYY-MM-DD') AS day, count(*)::int AS users, avg(cocoon_index) AS "meanIndex",
         percentile_cont(0.9) WITHIN GROUP (ORDER BY cocoon_index) AS "p90Index"
    FROM cocoon_days d
   WHERE d.day BETWEEN $1 AND $2 AND ($3::text IS NULL OR EXISTS (
     SELECT FROM exposure_pages p WHERE p.received_day = d.day AND p.user_id = d.user_id AND p.surface = $3))
   GROUP BY d.day ORDER BY d.day`;

const MEANS = `
  SELECT sum(category_collision * confidence) / sum(confidence) AS categories, sum(maker_collision * confidence) / sum(confidence) AS makers
    FROM cocoon_days WHERE day = $1 AND confidence > 0`;

const MISSING = `
  SELECT DISTINCT p.user_id FROM exposure_pages p
   WHERE p.received_day = $1 AND p.user_id IS NOT NULL AND p.kind = 'feed'
     AND NOT EXISTS (SELECT FROM cocoon_days d WHERE d.day = $1 AND d.user_id = p.user_id) LIMIT $2`;

const BY_ITEM = `
  SELECT e.item_no, count(*)::float8 FROM all_exposures e WHERE e.received_day = $1 AND e.item_no >= 0 AND $2::text IS NULL GROUP BY e.item_no
  UNION ALL
  SELECT e.item_no, count(*)::float8 FROM all_exposures e
    JOIN exposure_pages p ON p.received_day = $1 AND p.writer = e.writer AND p.seq = e.seq AND p.surface = $2
   WHERE e.received_day = $1 AND e.item_no >= 0 AND $2::text IS NOT NULL GROUP BY e.item_no`;

const CLICKS_BY_ITEM = `
  SELECT e.item_no, count(DISTINCT v.exposure_id)::float8 FROM all_exposures e
    JOIN exposure_pages p ON p.received_day = $1 AND p.writer = e.writer AND p.seq = e.seq AND ($2::text IS NULL OR p.surface = $2)
    JOIN events v ON v.exposure_id = e.feed_id || '.' || e.position AND v.type = 'CLICK' AND v.attribution = 'ATTRIBUTED'
     AND v.received_day BETWEEN $1 AND $1::date + 7
   WHERE e.received_day = $1 AND e.item_no >= 0 GROUP BY e.item_no`;

/** Indices go with the exposures that they were measured from; what the days were measured against stays, since it is of nobody. */
export async function dropOldCocoonDays(pool: Pool, now: number, retentionDays: number): Promise<void> {
  await pool.query('DELETE FROM cocoon_days WHERE day < $1', [utcDay(now - retentionDays * DAY_MS)]);
}

/** The daily ledger of cocoon indices in PostgreSQL, a row per user and day. */
export function createPostgresCocoonLedger(pool: Pool): CocoonLedger {
  const byItem = async (text: string, day: string, surface: string | null): Promise<Map<number, number>> => {
    const { rows } = await pool.query<[number, number]>({ text, values: [day, surface], rowMode: 'array' }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return new Map(rows);
  };
  const read = async <T extends object>(text: string, values: unknown[]): Promise<T[]> => {
    const { rows } = await pool.query<T>(text, values).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  const users = async (text: string, values: unknown[]): Promise<string[]> =>
    (await read<{ user_id: string }>(text, values)).map(({ user_id }) => user_id);
  const baseline = async (where: string, values: unknown[]): Promise<KeptBaseline | null> =>
    (await read<{ baseline: KeptBaseline }>(`SELECT baseline FROM cocoon_baselines ${where}`, values))[0]?.baseline ?? null;

  return {
    async put(rows) {
      const values = [rows.map(({ day }) => day), rows.map(({ userId }) => userId)];
      const numbers = NUMBERS.map(([, name]) => rows.map((row) => row[name]));
      if (rows.length > 0) await read(PUT, [...values, ...numbers]);
    },
    population: ({ from, to, surface }) => read<CocoonPopulation>(POPULATION, [from, to, surface]),
    async meanCollisions(day) {
      const [means] = await read<{ categories: number | null; makers: number | null }>(MEANS, [day]);
      return means.categories === null ? null : { categories: means.categories, makers: means.makers ?? 0 };
    },
    lastOf: async (userId, { from, to }) =>
      (
        await read<CocoonDay>(
          `SELECT ${READ} FROM cocoon_days WHERE user_id = $1 AND day BETWEEN $2 AND $3 ORDER BY cocoon_days.day DESC LIMIT 1`,
          [userId, from, to],
        )
      )[0] ?? null,
    missing: (day, limit) => users(MISSING, [day, limit]),
    usersOf: (day, limit) => users('SELECT user_id FROM cocoon_days WHERE day = $1 ORDER BY user_id LIMIT $2', [day, limit]),
    baseline: (day) => baseline('WHERE day = $1', [day]),
    firstBaseline: () => baseline('ORDER BY day LIMIT 1', []),
    async keepBaseline(day, kept) {
      await read('INSERT INTO cocoon_baselines (day, baseline) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING', [day, JSON.stringify(kept)]);
      return (await baseline('WHERE day = $1', [day]))!;
    },
    exposuresByItem: (day, surface) => byItem(BY_ITEM, day, surface),
    clicksByItem: (day, surface) => byItem(CLICKS_BY_ITEM, day, surface),
  };
}
