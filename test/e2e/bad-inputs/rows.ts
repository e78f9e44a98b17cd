import { randomUUID } from 'node:crypto';
import { NO_POOLS } from '../../../src/core/evaluation/replay/replay.js';

const DAY_MS = 86_400_000;

/** One request that is wrong, and the answer to it. */
export interface Row {
  /** Of the catalogue. */
  id: string;
  what: string;
  query: string;
  variables: object;
  /** Null: it is taken. */
  refused: { code: string; path: string | null; status?: number } | null;
  /** Of the entries of a batch. */
  rejected?: string[];
  /** What the answer to one that is taken has in it. */
  data?: object;
}

const FEED = 'query($i: FeedInput!) { feed(input: $i) { items { position } ranking { degraded } } }';
const RANK = 'query($i: RankInput!) { rank(input: $i) { items { position } unknownItemIds } }';
const DRAFT = 'mutation($i: RankingConfigInput!) { createRankingConfig(input: $i) { version } }';
const EXPERIMENT = 'mutation($i: ExperimentInput!) { createExperiment(input: $i) { key } }';
const PRIVATE_REPORT = 'query($i: PrivateReportInput!) { privateReport(input: $i) { fact } }';
const ALL_TIMES = { from: '1970-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' };
const RECORD =
  'mutation($i: [EventInput!]!) { recordEvents(events: $i) { accepted duplicates rejectedTotal rejected { index code retryable } } }';

const refusal =
  (query: string, code = 'INVALID_INPUT') =>
  (id: string, what: string, i: unknown, path: string | null, status?: number): Row => ({
    id,
    what,
    query,
    variables: { i },
    refused: { code, path, ...(status && { status }) },
  });
const feed = refusal(FEED);
const rank = refusal(RANK);
const draft = refusal(DRAFT);
const taken = (id: string, what: string, query: string, i: unknown, data?: object): Row => ({
  id,
  what,
  query,
  variables: { i },
  refused: null,
  data,
});
/** A page of at least so many items from the first position on. */
const pageOf = (kind: 'feed' | 'rank', items: number, rest: object = {}) => ({
  [kind]: { items: Array.from({ length: items }, (_, n) => ({ position: n + 1 })), ...rest },
});
const FULL = pageOf('feed', 20);

const arms = (change: object = {}) => [
  { key: 'a', weight: 0.5 },
  { key: 'b', weight: 0.5, ...change },
];
const experiment = (id: string, what: string, input: object, path: string): Row =>
  refusal(EXPERIMENT)(id, what, { key: 'never', hypothesis: 'it helps', variants: arms(), ...input }, path);

const act = (fields: object) => ({
  id: randomUUID(),
  type: 'CLICK',
  userId: 'user-1',
  itemId: 'item-1',
  occurredAt: new Date().toISOString(),
  ...fields,
});
const events = (id: string, what: string, list: object[], rejected: string[] = []): Row => ({ ...taken(id, what, RECORD, list), rejected });

const ODD_IDS = [
  '__proto__',
  'constructor',
  "' OR 1=1--",
  '%00',
  '*',
  '{user}',
  '🛒'.repeat(60),
  'שלום',
  'e\u0301',
  '../../etc/passwd',
  '"; DROP TABLE events; --',
];
const forged = Buffer.from(JSON.stringify({ feedId: 'x', pageNo: 2 })).toString('base64url');

/** Answers that the entries of the catalogue get which are tried here. */
export const ROWS: readonly Row[] = [
  ...['kpis', 'funnel', 'exposureLoss', 'cocoonTrend', 'exposureFairness'].map((field) =>
    taken('A25', `${field} at the end of time`, `query($i: ReportInput!) { ${field}(input: $i) { __typename } }`, { from: '9999-11-30T00:00:00Z', to: '9999-12-31T23:59:59Z', ...(field === 'kpis' && { dimension: 'DAY' }) }),
  ),
  taken('A25', 'a private report of the end of time', PRIVATE_REPORT, { ...ALL_TIMES, recipient: 'lab', epsilon: 0.01, from: '9999-06-01T00:00:00Z' }, { privateReport: { fact: null } }),
  refusal(PRIVATE_REPORT)('A25', 'a private report of all times', { ...ALL_TIMES, recipient: 'lab', epsilon: 0.01 }, 'from'),
  taken('A25', 'what would be at the end of time', 'query($i: DateTime) { whatIf(input: {}, from: "9999-12-01T00:00:00Z", to: $i) { requests refused } }', ALL_TIMES.to, { whatIf: { requests: 0, refused: NO_POOLS } }),
  refusal('query($i: DateTime) { whatIf(input: {}, from: "2026-01-01T00:00:00Z", to: $i) { requests } }')('A25', 'what would be in 32 days', '2026-02-02T00:00:00Z', 'from'),
  refusal('mutation($i: ReplayInput!) { startReplay(input: $i) { id } }')('A25', 'a replay of all times', { ...ALL_TIMES, config: {} }, 'from'),
  ...[0, -1, 101].map((first) => feed('A18', `a page of ${first}`, { first }, 'first')),
  ...[1.5, '10', 2 ** 31, null].map((first) => feed('A18', `a page of ${JSON.stringify(first)}`, { first }, 'i.first')),
  ...['', 'x', forged, `${forged}.${forged}`, '\0', 'A'.repeat(9_000)].map((after) => feed('A19', `a cursor ${after.slice(0, 20)}`, { after }, 'after')),
  taken('A21', 'somebody new', FEED, { userId: 'never seen' }, FULL),
  ...['', 'x'.repeat(129), 'x'.repeat(10_240), 'a\0b', 'a\u007f', '\ud800'].map((userId) => feed('A22', `a user ${JSON.stringify(userId.slice(0, 10))} of ${userId.length}`, { userId }, 'userId')),
  ...ODD_IDS.map((userId) => taken('A22', `a user ${userId.slice(0, 20)}`, FEED, { userId }, FULL)),
  feed('A23', 'a least price above the greatest', { filter: { priceMin: 9, priceMax: 1 } }, 'filter.priceMin'),
  feed('A23', 'a price of 1e308', { filter: { priceMax: 1e308 } }, 'filter.priceMax'),
  feed('A23', 'a negative price', { filter: { priceMin: -0.01 } }, 'filter.priceMin'),
  taken('A23', 'a price of minus zero', FEED, { filter: { priceMin: -0 } }, FULL),
  rank('A24', '1,001 items', { itemIds: Array.from({ length: 1_001 }, (_, n) => `item-${n}`) }, 'itemIds'),
  rank('A24', 'no items', { itemIds: [] }, 'itemIds'),
  taken('A24', 'items that are doubled or unknown', RANK, { itemIds: ['item-1', 'item-1', 'gone'] }, pageOf('rank', 1, { unknownItemIds: ['gone'] })),
  feed('A24', '501 items to leave out', { filter: { excludeItemIds: Array.from({ length: 501 }, (_, n) => `i${n}`) } }, 'filter.excludeItemIds'),
  feed('A25', 'a time zone that is none', { context: { timeZone: 'Nowhere/Land' } }, 'context.timeZone'),
  taken('A25', 'a language that is none', FEED, { context: { locale: 'xx-Nowhere' } }, FULL),
  ...[0, -1, 9, 2_001].map((deadlineMs) => feed('A31', `a deadline of ${deadlineMs}`, { deadlineMs }, 'deadlineMs')),
  feed('A31', 'a deadline of 1e12', { deadlineMs: 1e12 }, 'i.deadlineMs'),

  refusal(RECORD)('C1', 'no events', [], 'events'),
  refusal(RECORD)('C1', '1,001 events', Array.from({ length: 1_001 }, () => act({})), 'events'),
  events('C2', 'one bad event of a hundred', Array.from({ length: 100 }, (_, n) => act(n === 41 ? { occurredAt: 'yesterday' } : {})), ['INVALID_TIME']),
  events('C5', 'an exposure that was not', [act({ exposureId: '01936f2e-0000-7000-8000-000000000000.1' })]),
  events('C11', 'a month late', [act({ occurredAt: new Date(Date.now() - 30 * DAY_MS).toISOString() })]),
  events('C16', 'bought without a cart', [act({ type: 'PURCHASE', orderId: 'o-1', quantity: 1, amount: 5, currency: 'CNY' })]),
  events('C17', 'more given back than was bought', [act({ type: 'REFUND', orderId: 'o-1', quantity: 10_000, amount: 99_999, currency: 'CNY' })]),
  events('C23', 'an unknown item', [act({ itemId: 'no such thing' })], ['UNKNOWN_ITEM']),

  draft('W1', 'a weight as text', { objectives: [{ name: 'click', value: '1' }] }, 'i.objectives.0.value'),
  draft('W1', 'a weight of null', { objectives: [{ name: 'click', value: null }] }, 'i.objectives.0.value'),
  draft('W1', 'no weight', { objectives: [{ name: 'click' }] }, 'i.objectives.0'),
  draft('W1', 'an unknown field', { fame: 1 }, 'i'),
  draft('W1', 'an unknown name', { objectives: [{ name: 'fame', value: 1 }] }, 'objectives.0.name'),
  draft('W1', 'a name twice', { objectives: [{ name: 'click', value: 1 }, { name: 'click', value: 2 }] }, 'objectives.1'),
  draft('W2', 'a weight that is too large', { objectives: [{ name: 'click', value: 101 }] }, 'objectives.0.value'),
  draft('W2', 'a share above 1', { mix: { commercialShareMax: 2 } }, 'mix.commercialShareMax'),
  { id: 'W8', what: 'no reason', query: 'mutation($v: Int!) { activateRankingConfig(version: $v, reason: "") { version } }', variables: { v: 1 }, refused: { code: 'INVALID_INPUT', path: 'reason' } },
  { id: 'W8', what: 'a reason of blanks', query: 'mutation($r: String!) { rollbackRankingConfig(reason: $r) { version } }', variables: { r: '  \t ' }, refused: { code: 'INVALID_INPUT', path: 'reason' } },
  { id: 'W8', what: 'a reason that cannot be kept', query: 'mutation($r: String!) { rollbackRankingConfig(reason: $r) { version } }', variables: { r: 'a\0' }, refused: { code: 'INVALID_INPUT', path: 'reason' } },

  experiment('X2', 'a coverage of 1.2', { coverage: 1.2 }, 'coverage'),
  experiment('X2', 'a coverage of -0.1', { coverage: -0.1 }, 'coverage'),
  experiment('X2', 'no arms', { variants: [] }, 'variants'),
  experiment('X2', '27 arms', { variants: Array.from({ length: 27 }, (_, n) => ({ key: `v${n}`, weight: 1 / 27 })) }, 'variants'),
  experiment('X2', 'an arm twice', { variants: arms({ key: 'a' }) }, 'variants.1.key'),
  experiment('X5', 'an unknown metric', { primaryMetric: 'NO_SUCH' }, 'primaryMetric'),
  experiment('X5', 'a guard that is not of users', { guardrails: [{ metric: 'EXPOSURE_GINI', maxRelativeHarm: 0.1 }] }, 'guardrails.0.metric'),
  { id: 'X7', what: 'an experiment that there is not', query: 'mutation { rampExperiment(key: "none", coverage: 0.5) { key } }', variables: {}, refused: { code: 'NOT_FOUND', path: null } },
  { id: 'X7', what: 'an experiment that has ended', query: 'mutation { rampExperiment(key: "ended", coverage: 1) { key } }', variables: {}, refused: { code: 'CONFLICT', path: null } },
]; // prettier-ignore
