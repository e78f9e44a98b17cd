import { type App, type RawInput } from '../app/app.js';
import { type BatchResult, type FeedAnswer } from '../app/answers.js';
import { type PageMaking } from '../app/page-making.js';
import { type SocialProof } from '../core/exposures/badges.js';

export interface FeedFacts {
  kind: 'feed' | 'rank' | 'related';
  feedId: string;
  /** Pseudonym, made when the line is written; null for a feed that is nobody's, or that names its user by an identity. */
  readonly user: string | null;
  surface: unknown;
  scorer: string;
  degraded: readonly string[];
  /** Rules of the slate that could not be kept. */
  relaxed: readonly string[];
  /** Parts of social proof that were told, over all items. */
  badges: readonly (keyof SocialProof)[];
  candidates: number;
  items: number;
  tookMs: number;
}

/** What one request was about, for its log line and the metrics. Never tokens, bodies or ids of users. */
export interface RequestFacts {
  /** A root field, `several` of them, or the name of an HTTP address; few enough to label metrics with. */
  operation: string;
  feeds: FeedFacts[];
  /** Batches by what they hold. */
  batches: { of: string; accepted: number; duplicates: number; rejected: number }[];
  /** Codes of the errors in the answer. */
  errors: string[];
  /** How its pages were made; counted and not told. */
  makings: PageMaking[];
}

export const newFacts = (): RequestFacts => ({ operation: 'unknown', feeds: [], batches: [], errors: [], makings: [] });

/** The facts without the lists that are empty. */
export function toldFacts({ operation, feeds, batches, errors }: RequestFacts): object {
  return { operation, ...(feeds.length > 0 && { feeds }), ...(batches.length > 0 && { batches }), ...(errors.length > 0 && { errors }) };
}

/** What resolvers get of a request. */
export interface EdgeContext {
  facts: RequestFacts;
  /** Who is named as the author of a change. */
  actor: string;
  /** Whose privacy budget is spent; null where everybody may name whom he likes. */
  recipient: string | null;
  /** As they were read, complete. */
  variables: Record<string, unknown>;
}

const PARTS = ['friendsWhoBought', 'recentBuyers', 'stockLeft'] as const satisfies readonly (keyof SocialProof)[];
const toldParts = (proof: SocialProof): (keyof SocialProof)[] => PARTS.filter((part) => proof[part] !== null);

function badgesOf({ items }: FeedAnswer): FeedFacts['badges'] {
  const told: (keyof SocialProof)[] = [];
  for (const { socialProof } of items) if (socialProof) told.push(...toldParts(socialProof));
  return told;
}

/** Note a served page, and pass it on. */
export function noteFeed(facts: RequestFacts, app: App, kind: FeedFacts['kind'], input: RawInput, feed: FeedAnswer): FeedAnswer {
  const { scorer, degraded, relaxed, candidates, tookMs } = feed.ranking;
  if (feed.making) facts.makings.push(feed.making);
  const { userId, surface } = input;
  facts.feeds.push({
    kind,
    feedId: feed.id,
    get user() {
      return typeof userId === 'string' ? app.pseudonym(userId) : null;
    },
    surface,
    scorer,
    degraded,
    relaxed,
    badges: badgesOf(feed),
    candidates,
    items: feed.items.length,
    tookMs,
  });
  return feed;
}

/** Note the counts of a batch, and pass it on. */
export function noteBatch(facts: RequestFacts, of: string, result: BatchResult): BatchResult {
  facts.batches.push({ of, accepted: result.accepted, duplicates: result.duplicates, rejected: result.rejectedTotal });
  return result;
}
