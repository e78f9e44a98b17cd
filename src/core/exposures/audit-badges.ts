import { RECENT_DAYS } from '../candidates/recent-buyers.js';
import { type LedgerEvent } from '../events/event.js';
import { DAY_MS } from '../time.js';
import { LEAST_BUYERS, LEAST_FRIENDS, LOW_STOCK, type SocialProof } from './badges.js';

/** One item as it was shown, with what was said beside it. */
export interface BadgedExposure {
  userId: string;
  itemNo: number;
  servedAt: number;
  socialProof: SocialProof;
}

/** What the ledgers say of the time of an exposure. */
export interface BadgeFacts {
  /** All purchases and refunds, by when they were received. */
  events: readonly Pick<LedgerEvent, 'type' | 'itemNo' | 'userId' | 'occurredAt' | 'receivedAt'>[];
  /** People who let others know what they buy and whom somebody followed at an instant. */
  friendsOf: (userId: string, at: number) => ReadonlySet<string>;
  isPerson: (userId: string) => boolean;
  /** What the shop had said of an item's stock by an instant; null for nothing. */
  stockOf: (itemNo: number, at: number) => number | null;
}

/** What was said that the ledgers do not bear out, in words; empty where all of it was true. A count may be lower than the truth, never higher. */
export function auditBadges(exposures: readonly BadgedExposure[], facts: BadgeFacts): string[] {
  return exposures.flatMap(({ userId, itemNo, servedAt, socialProof }) => {
    const owners = ownersAt(facts.events, itemNo, servedAt);
    const { friendsWhoBought, recentBuyers, stockLeft } = socialProof;
    const friends = facts.friendsOf(userId, servedAt);
    const friendly = [...owners.keys()].filter((owner) => friends.has(owner)).length;
    const recent = [...owners].filter(([owner, at]) => servedAt - at < RECENT_DAYS * DAY_MS && facts.isPerson(owner)).length;
    const stock = facts.stockOf(itemNo, servedAt);
    const wrong: string[] = [];
    const check = (name: string, said: number | null, truth: number, least: number): void => {
      if (said !== null && (said > truth || said < least))
        wrong.push(`${userId} was told of ${said} ${name} of item ${itemNo}, of which there were ${truth}`);
    };
    check('friends who bought', friendsWhoBought, friendly, LEAST_FRIENDS);
    check('recent buyers', recentBuyers, recent, LEAST_BUYERS);
    if (stockLeft !== null && (stockLeft !== stock || stockLeft > LOW_STOCK))
      wrong.push(`${userId} was told that ${stockLeft} of item ${itemNo} were left; there were ${stock ?? 'any number'}`);
    return wrong;
  });
}

/** Who had an item and when he last bought it: everybody whose last purchase was not followed by a refund. */
function ownersAt(events: BadgeFacts['events'], itemNo: number, at: number): Map<string, number> {
  const owners = new Map<string, number>();
  for (const event of events) {
    if (event.itemNo !== itemNo || event.receivedAt > at) continue;
    if (event.type === 'PURCHASE') owners.set(event.userId, Math.max(owners.get(event.userId) ?? 0, event.occurredAt));
    else if (event.type === 'REFUND') owners.delete(event.userId);
  }
  return owners;
}
