import { type EventType, type LedgerEvent } from '../events/event.js';

/** What others did to a user, or with what he made and shared. Counts, over all that is retained. */
export interface Received {
  followers: number;
  /** Of those who follow him, how many he follows. */
  mutual: number;
  likes: number;
  comments: number;
  shares: number;
  saves: number;
  /** Items of his that others bought. */
  sales: number;
  /** Different people whom his shares brought, and what they bought by them. */
  brought: number;
  broughtPurchases: number;
  /** Different people whom he invited, and how many of them did anything afterwards. */
  invited: number;
  invitedActive: number;
  /** Epoch ms of when this was counted. */
  countedAt: number;
}

type Made = 'likes' | 'comments' | 'shares' | 'saves' | 'sales';
const MADE: Partial<Record<EventType, Made>> = { LIKE: 'likes', COMMENT: 'comments', SHARE: 'shares', SAVE: 'saves', PURCHASE: 'sales' };

interface Tally extends Record<Made, number> {
  /** Whether each who ever followed still does, with the time of the last word. */
  followers: Map<string, { at: number; follows: boolean }>;
  brought: Set<string>;
  broughtPurchases: number;
  /** When each was invited first. */
  invited: Map<string, number>;
}

/** Counts what users do to each other, from events in any order. */
export class Receptions {
  private readonly tallies = new Map<string, Tally>();
  private readonly lastActAt = new Map<string, number>();

  /** @param most users of whom this is counted; of more, those met first */
  constructor(private readonly most: number) {}

  private of(userId: string): Tally | undefined {
    let tally = this.tallies.get(userId);
    if (!tally && this.tallies.size < this.most) {
      tally = {
        followers: new Map(),
        brought: new Set(),
        broughtPurchases: 0,
        invited: new Map(),
        likes: 0,
        comments: 0,
        shares: 0,
        saves: 0,
        sales: 0,
      };
      this.tallies.set(userId, tally);
    }
    return tally;
  }

  /** @param creatorId who made the item of the event */
  observe(event: LedgerEvent, creatorId: string | null): void {
    const { type, userId, targetUserId, referrerUserId, occurredAt: at, attribution } = event;
    if (attribution === 'ORPHAN' || type === 'COST') return;
    if (this.lastActAt.size < this.most) this.lastActAt.set(userId, Math.max(at, this.lastActAt.get(userId) ?? 0));
    if ((type === 'FOLLOW' || type === 'UNFOLLOW') && targetUserId !== undefined && targetUserId !== userId) {
      const followers = this.of(targetUserId)?.followers;
      if (followers && at >= (followers.get(userId)?.at ?? -Infinity)) followers.set(userId, { at, follows: type === 'FOLLOW' });
    }
    if (type === 'INVITE' && targetUserId !== undefined && targetUserId !== userId) {
      const invited = this.of(userId)?.invited;
      invited?.set(targetUserId, Math.min(at, invited.get(targetUserId) ?? Infinity));
    }
    const made = MADE[type];
    const maker = made && creatorId !== null && creatorId !== userId ? this.of(creatorId) : undefined;
    if (made && maker) maker[made]++;
    if (referrerUserId === undefined || referrerUserId === userId) return;
    const referrer = this.of(referrerUserId);
    referrer?.brought.add(userId);
    if (referrer && type === 'PURCHASE') referrer.broughtPurchases++;
  }

  /** What each user received, of those who received anything. */
  counted(now: number): Map<string, Received> {
    const follows = (userId: string, other: string): boolean => this.tallies.get(other)?.followers.get(userId)?.follows ?? false;
    return new Map(
      [...this.tallies].map(([userId, { followers, brought, broughtPurchases, invited, likes, comments, shares, saves, sales }]) => {
        const following = [...followers].flatMap(([other, word]) => (word.follows ? [other] : []));
        const active = [...invited].filter(([other, at]) => (this.lastActAt.get(other) ?? 0) > at).length;
        const counts = {
          likes,
          comments,
          shares,
          saves,
          sales,
          broughtPurchases,
          brought: brought.size,
          invited: invited.size,
          invitedActive: active,
        };
        const mutual = following.filter((other) => follows(userId, other)).length;
        return [userId, { ...counts, followers: following.length, mutual, countedAt: now }];
      }),
    );
  }
}
