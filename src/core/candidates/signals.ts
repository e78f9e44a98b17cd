import { type NameKind } from '../item.js';
import { type PageInputs, type PageRequest } from '../page.js';
import { type Gatherer, type PipelineRun } from '../pipeline.js';
import { isMinor, type Mute } from '../privacy/person.js';
import { type RankingSettings } from '../settings.js';
import { emptyState, type UserState } from '../tags/state.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { DAY_MS, decay } from '../time.js';
import { type UserAttributes } from '../user.js';
import { compileFilter } from './caller-filter.js';
import { ItemSums } from './item-sums.js';
import { type LikedName, likedNames } from './liked-names.js';
import { addLinked } from './linked-content.js';
import { type MixOwed, NOTHING_OWED } from './mix-owed.js';
import { type Neighbours } from './neighbours.js';
import { type RecentActs } from './recent-acts.js';
import { recentSeeds, type Seed } from './seeds.js';
import { type Shop } from './shop.js';
import { type WideningPlan } from './widening-plan.js';

/** Somebody the user follows. */
export interface Friend {
  userId: string;
  /** 0..1 */
  strength: number;
}

/** Numbers of names of every kind. */
export type NumberedNames = Readonly<Record<NameKind, ReadonlySet<number>>>;

/** What a request says and what is known of its user, brought into a form that sources, filters and features read by item number. */
export interface Signals {
  readonly request: PageRequest;
  readonly settings: RankingSettings;
  readonly shop: Shop;
  readonly user: UserAttributes | null;
  /** How many candidates may be proposed; the usual number where nothing is said. */
  readonly maxCandidates?: number;
  /** What the surface is behind its shares by. */
  readonly owed: MixOwed;
  readonly now: number;
  /** For what the user did expressly, which always binds. */
  readonly acts: UserState;
  /** For everything else; null where it is unknown or may not be used. */
  readonly taste: UserState | null;
  readonly mayUseTies: boolean;
  /** Protected from what is paid for. */
  readonly isMinor: boolean;
  /** Names of which the user wants to see none, by number. */
  readonly muted: NumberedNames;
  /** Names of which the user wants to see less, by number. */
  readonly less: NumberedNames;
  readonly passesCaller: ((itemNo: number) => boolean) | null;
  /** Placed by earlier pages of this feed. */
  readonly placedBefore: ReadonlySet<number>;
  /** Placed by other blocks of the caller's page. */
  readonly shownOnPage: ReadonlySet<number>;
  /** Looked at, in the cart, or what the caller wants related items for. */
  readonly context: ReadonlySet<number>;
  seeds: Seed[];
  /** What the user likes best. */
  liked: LikedName[];
  friends: Friend[];
  /** Creators the user follows, strongest first. */
  creators: { creatorNo: number; strength: number }[];
  /** Evidence per item. Of the numbers that it keeps, those for neighbours are items, those for friends places in `friends`. */
  readonly evidence: Evidence;
  /** What the loop out of the cocoon wants of this page; null where it wants nothing. */
  readonly widening: Widening | null;
}

/** A plan, and the category at the level of the cocoon index, of a narrowest category. */
export interface Widening {
  plan: WideningPlan;
  groupOf: (category: number) => number;
}

export interface Evidence {
  /** Neighbours of what the user showed interest in lately. */
  similar: ItemSums;
  /** The same of the last three things alone. */
  lastSimilar: ItemSums;
  /** What lies close, by learned vectors, to what the user showed interest in lately. */
  embedded: ItemSums;
  /** Goods named by content, and content about goods, that the user showed interest in lately or owns. */
  linked: ItemSums;
  /** What goes with what the user bought or is about to buy. */
  together: ItemSums;
  friendsBought: ItemSums;
  friendsLiked: ItemSums;
  /** What the neighbour table of the relation asked for says of the basket. */
  basket: ItemSums;
}

const MAX_FRIENDS = 100;
const MAX_BASKET = 50;
const LAST_SEEDS = 3;
const FRIEND_ACT_HALF_LIFE_MS = 30 * DAY_MS;
const FRIEND_ACT_WEIGHTS = { PURCHASE: 1, LIKE: 0.5 };

/** Used by one request at a time: nothing waits between the gathering of signals and the last look at them. */
const EVIDENCE: Evidence = {
  similar: new ItemSums(),
  lastSimilar: new ItemSums(),
  embedded: new ItemSums(),
  linked: new ItemSums(),
  together: new ItemSums(),
  friendsBought: new ItemSums(),
  friendsLiked: new ItemSums(),
  basket: new ItemSums(),
};

/** Gather all that later stages read of the request and its user. */
export function gatherSignals(inputs: PageInputs, run: PipelineRun, widening: Widening | null = null): Signals {
  const signals = signalsOf(inputs, widening);
  run.gather(GATHERERS, signals, () =>
    Object.values(signals.evidence as unknown as Record<string, ItemSums>).reduce((sum, { size }) => sum + size, 0),
  );
  return signals;
}

/** What is known before anything is gathered. */
export function signalsOf(
  { request, config, shop, state, user, purposes, muted = [], now, maxCandidates, owed }: PageInputs,
  widening: Widening | null = null,
): Signals {
  const isPersonal = purposes.has('PERSONALISATION');
  for (const sums of Object.values(EVIDENCE) as ItemSums[]) sums.clear();
  return {
    request,
    settings: config.settings,
    shop,
    user,
    maxCandidates,
    owed: owed ?? NOTHING_OWED,
    now,
    acts: state ?? emptyState(),
    taste: isPersonal ? state : null,
    mayUseTies: isPersonal && purposes.has('SOCIAL_GRAPH'),
    passesCaller: request.filter && compileFilter(shop.catalogue, request.filter, request.geohash, shop.trust),
    placedBefore: new Set(request.placedBefore),
    shownOnPage: new Set(request.shownOnPage),
    isMinor: isMinor(user, now),
    muted: namesOf(muted, shop.catalogue),
    less: namesOf(muted.flatMap(mutedTag), shop.catalogue),
    context: new Set([...request.contextItems, ...(request.basket?.itemNos ?? [])]),
    seeds: [],
    liked: [],
    friends: [],
    creators: [],
    evidence: EVIDENCE,
    widening,
  };
}

/** What a muted tag is about, as `category-affinity:tea` is about tea; a tag that is about nothing in the catalogue mutes nothing. */
function mutedTag({ kind, name, until }: Mute): Mute[] {
  const match = kind === 'tag' ? /^(category|brand|creator)-affinity:(.+)$/s.exec(name) : null;
  return match ? [{ kind: match[1] as NameKind, name: match[2], until }] : [];
}

/** What is muted, by the numbers of the names; one that the catalogue does not know mutes nothing. */
function namesOf(muted: readonly Mute[], { names }: Shop['catalogue']): NumberedNames {
  const numbers = (kind: NameKind): Set<number> =>
    new Set(muted.filter((mute) => mute.kind === kind).map(({ name }) => names[kind].no(name)).filter((no) => no > 0)); // prettier-ignore
  return { category: numbers('category'), brand: numbers('brand'), creator: numbers('creator') };
}

/** Call with every neighbour of an item and the strength of the bond. */
export function forNeighbours(
  { offsets, items, weights }: Neighbours,
  itemNo: number,
  visit: (itemNo: number, weight: number) => void,
): void {
  if (itemNo + 1 >= offsets.length) return;
  for (let i = offsets[itemNo]; i < offsets[itemNo + 1]; i++) visit(items[i], weights[i]);
}

/** Let every neighbour of an item have the strength of the bond, times what the item counts. */
function addNeighbours(sums: ItemSums, { offsets, items, weights }: Neighbours, itemNo: number, worth: number): void {
  if (itemNo + 1 >= offsets.length) return;
  for (let i = offsets[itemNo], end = offsets[itemNo + 1]; i < end; i++) sums.add(items[i], worth * weights[i], itemNo);
}

/** Neighbours of what the user showed interest in. */
export const recentActs: Gatherer<Signals> = {
  name: 'recent-acts',
  gather(signals) {
    const { taste, request, shop, evidence } = signals;
    if (!taste) return;
    signals.liked = likedNames(taste, signals.now);
    signals.seeds = recentSeeds(taste, request.contextItems);
    for (const [i, { itemNo, weight, isBought }] of signals.seeds.entries()) {
      addNeighbours(evidence.similar, shop.similar, itemNo, weight);
      if (i < LAST_SEEDS) addNeighbours(evidence.lastSimilar, shop.similar, itemNo, 1 / 2 ** i);
      addNeighbours(evidence.embedded, shop.embedded, itemNo, weight);
      if (isBought) addNeighbours(evidence.together, shop.boughtTogether, itemNo, weight);
    }
    addLinked(evidence.linked, shop.catalogue, taste, signals.seeds, signals.now);
  },
  forget(signals) {
    signals.seeds = [];
    signals.liked = [];
    const { similar, lastSimilar, embedded, linked, together } = signals.evidence;
    for (const sums of [similar, lastSimilar, embedded, linked, together]) sums.clear();
  },
};

/** The strongest ties, strongest first, then by id; a new one counts half, and none more than 1. */
function strongestTies(taste: UserState, acts: RecentActs, now: number): Friend[] {
  const ties = Array.from(taste.ties, ([userId, tie]) => ({ userId, strength: 1 - 2 ** -decayedValue(tie, now, HALF_LIFE_MS.tie) }));
  return ties
    .filter(({ userId, strength }) => strength > 0 && acts.isShared(userId))
    .sort((a, b) => b.strength - a.strength || (a.userId < b.userId ? -1 : 1))
    .slice(0, MAX_FRIENDS);
}

/** What the people whom the user follows bought and liked, and which of them create. */
export const followed: Gatherer<Signals> = {
  name: 'followed',
  gather(signals) {
    const { taste, mayUseTies, shop, now, evidence } = signals;
    if (!taste || !mayUseTies) return;
    signals.friends = strongestTies(taste, shop.acts, now);
    signals.friends.forEach(({ userId, strength }, friend) => {
      const creatorNo = shop.catalogue.names.creator.no(userId);
      if (creatorNo > 0) signals.creators.push({ creatorNo, strength });
      for (const { itemNo, type, occurredAt } of shop.acts.of(userId)) {
        const weight = strength * FRIEND_ACT_WEIGHTS[type] * decay(now - occurredAt, FRIEND_ACT_HALF_LIFE_MS);
        (type === 'PURCHASE' ? evidence.friendsBought : evidence.friendsLiked).add(itemNo, weight, friend);
      }
    });
  },
  forget(signals) {
    signals.friends = [];
    signals.creators = [];
    signals.evidence.friendsBought.clear();
    signals.evidence.friendsLiked.clear();
  },
};

/** Neighbours of the basket, by the relation asked for. */
export const basket: Gatherer<Signals> = {
  name: 'basket',
  gather({ request, shop, evidence }) {
    if (!request.basket) return;
    const table = request.basket.relation === 'SIMILAR' ? shop.similar : shop.boughtTogether;
    for (const itemNo of request.basket.itemNos.slice(0, MAX_BASKET)) {
      addNeighbours(evidence.basket, table, itemNo, 1);
    }
  },
  forget: ({ evidence }) => evidence.basket.clear(),
};

/** Everything that is gathered before candidates are, in order. */
export const GATHERERS: readonly Gatherer<Signals>[] = [recentActs, followed, basket];
