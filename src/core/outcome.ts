/** What a page can be for: a feed, a ranking of the caller's own candidates, items related to a basket. */
export type PageKind = 'feed' | 'rank' | 'related';

/** What is logged as served: pages of items, and suggestions of whom to follow, which are of no item. */
export type LoggedKind = PageKind | 'follow';

/** What the scores of a page came from. */
export type Scorer = 'MODEL' | 'RULES' | 'POPULARITY';

/** What can be given up to answer in time, as the public schema names it. */
export const DEGRADATIONS = [
  'MODEL_MISSING', 'MODEL_SLOW', 'MODEL_FAILED', 'MODEL_ABSURD', 'USER_STATE_UNAVAILABLE', 'SOURCE_TIMEOUT', 'STALE_CATALOGUE', 'LOG_DEFERRED',
  'OVERLOADED', 'DEADLINE', 'TOO_FEW_CANDIDATES', 'CURSOR_EXPIRED',
] as const; // prettier-ignore
export type Degradation = (typeof DEGRADATIONS)[number];

/** Rules of the slate that can be relaxed where the candidates do not allow to keep them. */
export const SLATE_RULES = [
  'CATEGORY_CAP', 'BRAND_CAP', 'CREATOR_CAP', 'COMMERCIAL_SHARE', 'NEW_ITEM_SHARE', 'SMALL_CREATOR_SHARE', 'EXPLORATION_SHARE', 'STYLE_MIX', 'FATIGUE',
] as const; // prettier-ignore
export type SlateRule = (typeof SLATE_RULES)[number];
