/** An account of a person on some platform, or a visitor's cookie: whatever the storefront can tell apart. */
export interface Identity {
  platform: string;
  externalId: string;
}

/** An identity that belongs to a user: as a whole, or only what it did in one session or span of time. Times are epoch ms. */
export interface IdentityLink extends Identity {
  userId: string;
  linkedAt: number;
  /** Null: the whole identity. */
  part: SessionPart | null;
}

/** One session: by its id, or where the storefront gave none, by its time. */
export type SessionPart = { sessionId: string } | { from: number; until: number };

/** No id that a caller may write begins with it, so that an identity never passes for a user, nor a user for an identity. */
const MARK = '\u0001';

/** The user that an identity is until it is linked to one. */
export const identityUserId = ({ platform, externalId }: Identity): string => `${MARK}${platform}${MARK}${externalId}`;

export const isIdentityUserId = (userId: string): boolean => userId.startsWith(MARK);

/** The identity behind such a user. @throws RangeError for another */
export function identityOf(userId: string): Identity {
  const [before, platform, externalId] = userId.split(MARK);
  if (before !== '' || externalId === undefined) throw new RangeError('this user is no identity');
  return { platform, externalId };
}

/** When and in which session something happened. */
export interface Moment {
  sessionId?: string | null;
  occurredAt: number;
}

const covers = (part: SessionPart | null, { sessionId, occurredAt }: Moment): boolean => {
  if (part === null) return true;
  return 'sessionId' in part ? part.sessionId === sessionId : occurredAt >= part.from && occurredAt <= part.until;
};

/**
 * Whose act something is that an identity did. A link to a session goes before one of the whole identity, the latest first.
 *
 * @param links those of this identity
 * @returns     null while it belongs to nobody, so that it stands for itself
 */
export function ownerOf(links: readonly IdentityLink[], moment: Moment): string | null {
  let owner: IdentityLink | null = null;
  for (const link of links) {
    if (!covers(link.part, moment)) continue;
    if (owner === null || rank(link) > rank(owner)) owner = link;
  }
  return owner?.userId ?? null;
}

/** Sessions above wholes, then later above earlier. */
const rank = ({ part, linkedAt }: IdentityLink): number => (part === null ? 0 : Number.MAX_SAFE_INTEGER / 2) + linkedAt;

/** A pause as long as this ends a session that has no id. */
export const SESSION_GAP_MS = 30 * 60_000;

/**
 * The last session among what an identity did.
 *
 * @param moments in any order
 * @returns null where it did nothing
 */
export function lastSession(moments: readonly Moment[]): SessionPart | null {
  const inTime = [...moments].sort((a, b) => a.occurredAt - b.occurredAt);
  const last = inTime.at(-1);
  if (!last) return null;
  if (last.sessionId) return { sessionId: last.sessionId };
  let from = last.occurredAt;
  for (const { occurredAt } of inTime.reverse()) {
    if (from - occurredAt > SESSION_GAP_MS) break;
    from = occurredAt;
  }
  return { from, until: last.occurredAt };
}
