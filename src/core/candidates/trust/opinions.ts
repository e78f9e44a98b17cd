import { type EventType, type LedgerEvent } from '../../events/event.js';

const MAX_PAIRS = 2_000_000;
/** Room for so many items in a key of user and item. */
const ITEMS = 2 ** 26;

/** What one act says of an item: how good, 0..1, and how much that weighs. */
const VERDICTS: Partial<Record<EventType, { value: number; weight: number }>> = {
  HELPFUL: { value: 1, weight: 0.5 },
  PURCHASE: { value: 0.75, weight: 0.25 },
  REFUND: { value: 0, weight: 0.5 },
  REPORT: { value: 0, weight: 1 },
  HIDE: { value: 0, weight: 0.25 },
};
const STEPS = 4;
const LOOKS: ReadonlySet<EventType> = new Set<EventType>(['CLICK', 'VIEW', 'PLAY_END']);
const RESPONSES: ReadonlySet<EventType> = new Set<EventType>([
  'LIKE', 'SAVE', 'COMMENT', 'SHARE', 'HELPFUL', 'ADD_TO_CART', 'PURCHASE', 'REVIEW',
]); // prettier-ignore

/** Everything one person said of one item, which counts for one at most. */
export interface Opinion {
  userNo: number;
  itemNo: number;
  /** Sum of weights, and of weights times values. */
  weight: number;
  sum: number;
  looked: boolean;
  responded: boolean;
}

/** Opinions of people on items, each pair once; at most two million, later ones are left out. */
export class Opinions {
  readonly users: string[] = [];
  private readonly numberByUser = new Map<string, number>();
  private readonly byPair = new Map<number, Opinion>();

  constructor(private readonly maxPairs = MAX_PAIRS) {}

  /** Take in an event. What somebody does with his own items is no opinion; nor is an orphan. */
  observe(event: LedgerEvent, creatorId: string | null): void {
    const { type, itemNo, userId, rating } = event;
    if (itemNo < 0 || event.attribution === 'ORPHAN' || userId === creatorId) return;
    const verdict = type === 'REVIEW' && rating !== undefined ? { value: (rating - 1) / STEPS, weight: 1 } : VERDICTS[type];
    const [looked, responded] = [LOOKS.has(type), RESPONSES.has(type)];
    if (!verdict && !looked && !responded) return;
    const opinion = this.opinionOf(userId, itemNo);
    if (!opinion) return;
    if (verdict) {
      opinion.weight += verdict.weight;
      opinion.sum += verdict.weight * verdict.value;
    }
    opinion.looked ||= looked || responded;
    opinion.responded ||= responded;
  }

  all(): Iterable<Opinion> {
    return this.byPair.values();
  }

  private opinionOf(userId: string, itemNo: number): Opinion | undefined {
    let userNo = this.numberByUser.get(userId);
    if (userNo === undefined) {
      if (this.byPair.size >= this.maxPairs) return undefined;
      this.numberByUser.set(userId, (userNo = this.users.push(userId) - 1));
    }
    const key = userNo * ITEMS + itemNo;
    let opinion = this.byPair.get(key);
    if (!opinion && this.byPair.size < this.maxPairs)
      this.byPair.set(key, (opinion = { userNo, itemNo, weight: 0, sum: 0, looked: false, responded: false }));
    return opinion;
  }
}
