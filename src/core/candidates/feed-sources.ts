import { type NameKind } from '../item.js';
import { type Offer, type Source } from '../pipeline.js';
import { type RankingSettings } from '../settings.js';
import { DAY_MS } from '../time.js';
import { type ItemSums } from './item-sums.js';
import { itemsByTaste } from './liked-names.js';
import { newcomers } from './newcomers.js';
import { type Signals } from './signals.js';
import { type CandidateSource } from './sources.js';
import { topListsOf } from './top-lists.js';

type ItemSource = Source<Signals>;

const TIMEOUT_MS = 20;
const CREATORS_ASKED = 30;
const MIN_A_NAME = 5;
/** Where the caller's filter may skip most of a list, so many are looked at. */
const MANY = 2_000;
/** Share of what is new that is chosen by taste, for a user who has one. */
const FRESH_BY_TASTE = 0.75;
/** Share of what is similar that is linked by content, where there is as much. */
const LINKED_SHARE = 0.2;
/** Share of TRENDING that is trending in a region, where there is as much. */
const REGIONAL_SHARE = 0.25;

export const limitOf = ({ sources }: RankingSettings, source: CandidateSource): number =>
  sources.find((quota) => quota.source === source)?.limit ?? 0;

function optional(name: string, source: CandidateSource, share: number, propose: ItemSource['propose']): ItemSource {
  return {
    name,
    source,
    essential: false,
    timeoutMs: TIMEOUT_MS,
    limit: (settings) => Math.ceil(limitOf(settings, source) * share),
    propose,
  };
}

/** Offer items until no more are wanted. */
export function offerAll(items: ArrayLike<number>, offer: Offer): void {
  offerSome(items, Infinity, offer);
}

/** Offer items until so many are taken, or no more are wanted. */
export function offerSome(items: ArrayLike<number>, limit: number, offer: Offer): void {
  let taken = 0;
  for (let i = 0; i < items.length && taken < limit; i++) {
    const answer = offer(items[i]);
    if (answer === 'FULL') return;
    if (answer === 'TAKEN') taken++;
  }
}

/** Offer those that most speaks for; where many may be skipped, as many more. */
export function offerBest(
  sums: ItemSums,
  { placedBefore, shownOnPage, passesCaller }: Signals,
  offer: Offer,
  limit: number,
  alreadyTaken = 0,
): void {
  const looked = limit + alreadyTaken + placedBefore.size + shownOnPage.size;
  offerSome(sums.top(passesCaller ? sums.size : looked), limit, offer);
}

const boughtByFriends = optional('friends', 'FRIENDS', 1, (signals, offer, limit) => {
  offerBest(signals.evidence.friendsBought, signals, offer, limit);
  offerBest(signals.evidence.friendsLiked, signals, offer, limit);
});

/** New and popular items of every followed creator in turn. */
const followedCreators = optional('followed-creators', 'CREATORS', 1, ({ creators, shop, now }, offer, limit) => {
  const asked = creators.slice(0, CREATORS_ASKED);
  const each = Math.max(MIN_A_NAME, Math.ceil(limit / Math.max(1, asked.length) / 2));
  for (const { creatorNo } of asked) {
    const ascending = shop.catalogue.itemsOf.creator.of(creatorNo);
    offerSome(ascending.slice(-each).reverse(), each, offer);
    offerSome(topListsOf(shop).of('creator', creatorNo, now), each, offer);
  }
});

const boughtTogether = optional('bought-together', 'BOUGHT_TOGETHER', 1, (signals, offer, limit) =>
  offerBest(signals.evidence.together, signals, offer, limit),
);

/** Goods named by content, and content about goods, that the user showed interest in. */
const linkedContent = optional('linked-content', 'SIMILAR', LINKED_SHARE, (signals, offer, limit) =>
  offerBest(signals.evidence.linked, signals, offer, limit),
);

/** Gives way to what is linked: only where there is such, so that a shop without content loses nothing. */
const similar = optional('similar', 'SIMILAR', 1, (signals, offer, limit) => {
  const linked = Math.min(signals.evidence.linked.size, Math.ceil(limit * LINKED_SHARE));
  offerBest(signals.evidence.similar, signals, offer, limit - linked, linked);
});

const embedded = optional('embedding', 'EMBEDDING', 1, (signals, offer, limit) =>
  offerBest(signals.evidence.embedded, signals, offer, limit),
);

/** Lists are cut after what the page may not show has been passed over. */
const roomFor = ({ placedBefore, shownOnPage, passesCaller }: Signals, limit: number): number =>
  passesCaller ? MANY : limit + placedBefore.size + shownOnPage.size;

/** What is popular under the names that the user likes best, by how much he likes them. */
const affinity = optional('affinity', 'AFFINITY', 1, (signals, offer, limit) => {
  const { shop, now } = signals;
  const lists = topListsOf(shop);
  const popularity = (itemNo: number): number => shop.popularity.orderOf(itemNo);
  offerAll(
    itemsByTaste(shop.catalogue, signals.liked, ({ kind, no }) => lists.of(kind, no, now), popularity, roomFor(signals, limit)),
    offer,
  );
});

const popularity: ItemSource = {
  ...optional('popularity', 'TRENDING', 0.5, ({ shop }, offer) => offerAll(shop.popularity.top(), offer)),
  essential: true,
};

/** What is trending where the request is made, else where the user lives. */
const regionalTop = ({ request, taste, user, shop }: Signals): readonly number[] => {
  const region = request.region ?? (taste && user?.region);
  return region ? shop.regional.top(region) : [];
};

const regionalTrending = optional('regional-trending', 'TRENDING', REGIONAL_SHARE, (signals, offer) =>
  offerAll(regionalTop(signals), offer),
);

/** Gives way to what is trending in the region, and makes up for what is missing there. */
const trending = optional('trending', 'TRENDING', 0.5, (signals, offer, limit) => {
  const regional = Math.min(regionalTop(signals).length, Math.ceil(limitOf(signals.settings, 'TRENDING') * REGIONAL_SHARE));
  offerSome(signals.shop.popularity.topTrending(), limit - regional, offer);
});

/** What is new under the names that the user likes best, then what is new at all. */
const fresh = optional('fresh', 'FRESH', 1, (signals, offer, limit) => {
  const { shop, now } = signals;
  const lists = topListsOf(shop);
  const newness = (itemNo: number): number => 1 / (1 + Math.max(0, now - shop.catalogue.createdAt[itemNo]) / DAY_MS);
  const liked = itemsByTaste(
    shop.catalogue,
    signals.liked,
    ({ kind, no }) => lists.newest(kind, no, now),
    newness,
    roomFor(signals, limit),
  );
  offerSome(liked, FRESH_BY_TASTE * limit, offer);
  offerAll(shop.catalogue.newest(), offer);
});

/** The most popular items under the names in the caller's filter, so that a rare category is reached however rare it is. */
const namedByCaller: ItemSource = {
  ...optional('named-by-caller', 'CALLER', 1, (signals, offer, limit) => {
    const named = namedInFilter(signals);
    if (!named) return;
    const each = Math.max(MIN_A_NAME, Math.ceil(limit / Math.max(1, named.nos.length)));
    for (const no of named.nos) offerSome(topListsOf(signals.shop).of(named.kind, no, signals.now), each, offer);
  }),
  essential: true,
};

/** The names of the caller's filter that lead to the fewest items; null where it names none. */
export function namedInFilter({ request: { filter }, shop: { catalogue } }: Signals): { kind: NameKind; nos: number[] } | null {
  if (!filter) return null;
  const families: [NameKind, string[] | null][] = [['creator', filter.creatorIds], ['brand', filter.brands], ['category', filter.categories]]; // prettier-ignore
  const named = families.flatMap(([kind, names]) => {
    if (!names) return [];
    const nos = names.map((name) => catalogue.names[kind].no(name)).filter((no) => no > 0);
    return [{ kind, nos, items: nos.reduce((sum, no) => sum + catalogue.itemsOf[kind].of(no).length, 0) }];
  });
  return named.sort((a, b) => a.items - b.items)[0] ?? null;
}

/** Where the candidates of a feed come from, the most important first. */
export const FEED_SOURCES: readonly ItemSource[] = [
  namedByCaller, newcomers, boughtByFriends, followedCreators, boughtTogether, linkedContent, similar, embedded, affinity, popularity, regionalTrending, trending, fresh,
]; // prettier-ignore

/** The caller's own candidates. */
export const callerCandidates: ItemSource = {
  name: 'caller-candidates',
  source: 'CALLER',
  essential: true,
  timeoutMs: TIMEOUT_MS,
  limit: () => Infinity,
  propose: ({ request }, offer) => offerAll(request.candidates?.itemNos ?? [], offer),
};
