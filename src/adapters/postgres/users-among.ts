/**
 * Which of the users `$1` a table of a log names on the day `$2` or later. The limit keeps the planner from reading whole partitions of which it has no
 * statistics yet.
 */
export const usersAmong = (table: 'events' | 'exposure_pages'): string => `
  SELECT u FROM unnest($1::text[]) AS u
   CROSS JOIN LATERAL (SELECT FROM ${table} WHERE user_id = u AND received_day >= $2 LIMIT 1) AS e`;
