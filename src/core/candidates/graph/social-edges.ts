import { type LedgerEvent } from '../../events/event.js';
import { addDecayed, type Decayed, decayedValue, HALF_LIFE_MS } from '../../tags/decayed.js';
import { popularityWeight } from '../popularity.js';

const MAX_EDGES = 1_000_000;
const MAX_FOLLOWEES = 500;
const FOLLOW_STRENGTH = 1;
/** Shares of an act's weight that go to the tie with the creator of the item, and with the one who brought the user to it. */
const CREATOR_SHARE = 0.25;
const REFERRER_SHARE = 0.5;
const INVITE_STRENGTH = 1;
const NOBODY: ReadonlyMap<string, Decayed> = new Map();
const NONE: ReadonlySet<string> = new Set();

/** The edges for a snapshot: sources with the number of their targets, and all targets one after the other. */
export interface EdgesState {
  sources: string[];
  counts: Uint32Array;
  targets: string[];
  values: Float32Array;
  times: Float64Array;
}

/**
 * Who follows whom, and how much that tie means now: 1 when new, more with every dealing, halved every 90 days. Kept current with every event, so a new tie
 * acts at once. At most 500 ties a user and a million in all; about 120 bytes each.
 */
export class SocialEdges {
  private readonly out = new Map<string, Map<string, Decayed>>();
  private readonly into = new Map<string, Set<string>>();
  size = 0;
  /** Grows with every tie made or ended. */
  changes = 0;

  constructor(private readonly maxEdges = MAX_EDGES) {}

  /**
   * Take in an event.
   *
   * @param creatorId of its item, null for none
   */
  observe(event: LedgerEvent, creatorId: string | null): void {
    const { type, userId, targetUserId, occurredAt: at } = event;
    if (type === 'FOLLOW' && targetUserId !== undefined) this.follow(userId, targetUserId, at);
    else if (type === 'UNFOLLOW' && targetUserId !== undefined) this.unfollow(userId, targetUserId, at);
    const ties = this.out.get(userId);
    if (!ties) return;
    if (type === 'INVITE') strengthen(ties, targetUserId, INVITE_STRENGTH, at);
    const weight = popularityWeight(event);
    if (weight <= 0) return;
    strengthen(ties, creatorId, weight * CREATOR_SHARE, at);
    strengthen(ties, event.referrerUserId, weight * REFERRER_SHARE, at);
  }

  follow(userId: string, targetId: string, at: number): void {
    let ties = this.out.get(userId);
    const tie = ties?.get(targetId);
    if (tie) {
      if (decayedValue(tie, at, HALF_LIFE_MS.tie) < FOLLOW_STRENGTH)
        ties!.set(targetId, { value: FOLLOW_STRENGTH, at: Math.max(at, tie.at) });
      return;
    }
    if (this.size >= this.maxEdges) return;
    if (!ties) this.out.set(userId, (ties = new Map<string, Decayed>()));
    if (ties.size >= MAX_FOLLOWEES) return;
    ties.set(targetId, { value: FOLLOW_STRENGTH, at });
    let followers = this.into.get(targetId);
    if (!followers) this.into.set(targetId, (followers = new Set()));
    followers.add(userId);
    this.size++;
    this.changes++;
  }

  /** A tie made or strengthened later than this stays. */
  unfollow(userId: string, targetId: string, at: number): void {
    const tie = this.out.get(userId)?.get(targetId);
    if (tie && tie.at <= at) this.remove(userId, targetId);
  }

  /** Forget somebody, as follower and as followed. */
  forget(userId: string): void {
    for (const targetId of [...this.followeesOf(userId).keys()]) this.remove(userId, targetId);
    for (const follower of [...this.followersOf(userId)]) this.remove(follower, userId);
  }

  followeesOf(userId: string): ReadonlyMap<string, Decayed> {
    return this.out.get(userId) ?? NOBODY;
  }
  followersOf(userId: string): ReadonlySet<string> {
    return this.into.get(userId) ?? NONE;
  }
  /** Everybody who follows somebody, with those he follows. */
  entries(): IterableIterator<[string, ReadonlyMap<string, Decayed>]> {
    return this.out.entries();
  }

  /** Strength of a tie as of an instant, 0 or more; 0 where there is none. */
  strength(userId: string, targetId: string, now: number): number {
    const tie = this.out.get(userId)?.get(targetId);
    return tie ? decayedValue(tie, now, HALF_LIFE_MS.tie) : 0;
  }

  snapshot(): EdgesState {
    const ties = [...this.out.values()].flatMap((map) => [...map]);
    return {
      sources: [...this.out.keys()],
      counts: Uint32Array.from(this.out.values(), ({ size }) => size),
      targets: ties.map(([targetId]) => targetId),
      values: Float32Array.from(ties, ([, { value }]) => value),
      times: Float64Array.from(ties, ([, { at }]) => at),
    };
  }
  restore({ sources, counts, targets, values, times }: EdgesState): void {
    let place = 0;
    sources.forEach((source, i) => {
      for (const end = place + counts[i]; place < end; place++) {
        this.follow(source, targets[place], times[place]);
        const tie = this.out.get(source)?.get(targets[place]);
        if (tie) tie.value = values[place];
      }
    });
  }

  private remove(userId: string, targetId: string): void {
    const ties = this.out.get(userId);
    if (!ties?.delete(targetId)) return;
    if (ties.size === 0) this.out.delete(userId);
    const followers = this.into.get(targetId)!;
    followers.delete(userId);
    if (followers.size === 0) this.into.delete(targetId);
    this.size--;
    this.changes++;
  }
}

function strengthen(ties: Map<string, Decayed>, userId: string | null | undefined, weight: number, at: number): void {
  const tie = userId === null || userId === undefined ? undefined : ties.get(userId);
  if (tie) addDecayed(tie, weight, at, HALF_LIFE_MS.tie);
}
