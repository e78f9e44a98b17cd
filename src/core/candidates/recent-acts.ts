import { type EventType, type LedgerEvent } from '../events/event.js';

export interface PublicAct {
  itemNo: number;
  type: 'PURCHASE' | 'LIKE';
  occurredAt: number;
}

export interface RecentActs {
  /** What a user bought and liked lately, newest first; nothing of one who does not share it. */
  of(userId: string): readonly PublicAct[];
  /** Whether what a user does, and who he is, may be used for those who follow him. */
  isShared(userId: string): boolean;
}

/** The state of the class below, for a snapshot: users with the number of their acts, and all acts one after the other. */
export interface ActsState {
  userIds: string[];
  counts: Uint8Array;
  itemNos: Uint32Array;
  bought: Uint8Array;
  occurredAt: Float64Array;
}

const ACTS_A_USER = 20;
const MAX_USERS = 200_000;
const GOOD_RATING = 4;
const NOTHING: readonly PublicAct[] = [];

type Effect = { type: PublicAct['type']; undoes: boolean };

const EFFECTS: Partial<Record<EventType, Effect>> = {
  PURCHASE: { type: 'PURCHASE', undoes: false },
  REFUND: { type: 'PURCHASE', undoes: true },
  LIKE: { type: 'LIKE', undoes: false },
  SAVE: { type: 'LIKE', undoes: false },
  UNLIKE: { type: 'LIKE', undoes: true },
  UNSAVE: { type: 'LIKE', undoes: true },
};

/** What an event says to those who follow its user; a good review counts as a like. */
function effectOf({ type, rating }: LedgerEvent): Effect | undefined {
  if (type === 'REVIEW' && rating !== undefined && rating >= GOOD_RATING) return EFFECTS.LIKE;
  return EFFECTS[type];
}

/** The latest 20 acts of every user, each item once per type; beyond `maxUsers` the user whose acts came in longest ago is dropped. */
export class ActsByUser implements RecentActs {
  private readonly actsByUser = new Map<string, PublicAct[]>();

  constructor(
    private readonly maxUsers = MAX_USERS,
    readonly isShared: (userId: string) => boolean = () => true,
  ) {}

  of(userId: string): readonly PublicAct[] {
    return this.isShared(userId) ? this.held(userId) : NOTHING;
  }

  /** Forget what somebody did. */
  forget(userId: string): void {
    this.actsByUser.delete(userId);
  }

  private held(userId: string): readonly PublicAct[] {
    return this.actsByUser.get(userId) ?? NOTHING;
  }

  /** Take in an acknowledged event; the same one twice changes nothing. */
  observe(event: LedgerEvent): void {
    const effect = event.itemNo < 0 ? undefined : effectOf(event);
    if (!effect) return;
    const { userId, itemNo, occurredAt } = event;
    const before = this.held(userId);
    const same = before.find((act) => act.itemNo === itemNo && act.type === effect.type);
    if (same && same.occurredAt > occurredAt) return;
    const acts = before.filter((act) => act !== same);
    if (!effect.undoes) insert(acts, { itemNo, type: effect.type, occurredAt });
    this.actsByUser.delete(userId);
    if (acts.length > 0) this.actsByUser.set(userId, acts.slice(0, ACTS_A_USER));
    this.dropOldest();
  }

  /** Everything held, in columns: quick to write and to read back. */
  snapshot(): ActsState {
    const acts = [...this.actsByUser.values()];
    const all = acts.flat();
    return {
      userIds: [...this.actsByUser.keys()],
      counts: Uint8Array.from(acts, ({ length }) => length),
      itemNos: Uint32Array.from(all, ({ itemNo }) => itemNo),
      bought: Uint8Array.from(all, ({ type }) => Number(type === 'PURCHASE')),
      occurredAt: Float64Array.from(all, ({ occurredAt }) => occurredAt),
    };
  }

  restore({ userIds, counts, itemNos, bought, occurredAt }: ActsState): void {
    this.actsByUser.clear();
    let next = 0;
    userIds.forEach((userId, i) => {
      const acts: PublicAct[] = [];
      for (const end = next + counts[i]; next < end; next++)
        acts.push({ itemNo: itemNos[next], type: bought[next] ? 'PURCHASE' : 'LIKE', occurredAt: occurredAt[next] });
      this.actsByUser.set(userId, acts);
    });
  }

  private dropOldest(): void {
    if (this.actsByUser.size <= this.maxUsers) return;
    for (const userId of this.actsByUser.keys()) {
      this.actsByUser.delete(userId);
      return;
    }
  }
}

/** Put an act into its place, newest first; of two at one instant the lower item comes first. */
function insert(acts: PublicAct[], act: PublicAct): void {
  const place = acts.findIndex(
    (other) => other.occurredAt < act.occurredAt || (other.occurredAt === act.occurredAt && other.itemNo > act.itemNo),
  );
  acts.splice(place < 0 ? acts.length : place, 0, act);
}
