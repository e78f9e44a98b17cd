import { type Offer, type Source } from '../pipeline.js';
import { hash32 } from '../random.js';
import { type CreatorSizes, isSmallCreator } from './creator-sizes.js';
import { namedInFilter } from './feed-sources.js';
import { isNewItem, positionsFor } from './mix-owed.js';
import { type Shop } from './shop.js';
import { type Signals } from './signals.js';
import { topListsOf } from './top-lists.js';

const TIMEOUT_MS = 20;
const MINUTE_MS = 60_000;
const MAX_OFFERED = 64;
/** More than the page needs, since filters and caps take some away. */
const SPARE = 10;
const SPARE_TIMES = 3;
const CREATORS_ASKED = 200;
/** Where the caller's filter lets little through, so many of all items are looked at. */
const LOOKED_AT = 20_000;

type MixSource = Source<Signals>;
type Chosen = (itemNo: number) => boolean;

const wantedFor = (need: number): number => Math.min(MAX_OFFERED, SPARE_TIMES * need + SPARE);

/** What the user likes first; else in the order given. */
function likedFirst({ liked, shop: { catalogue } }: Signals, itemNos: readonly number[]): number[] {
  const categories = new Set(liked.flatMap(({ kind, no }) => (kind === 'category' ? [no] : [])));
  if (categories.size === 0) return [...itemNos];
  const isLiked = (itemNo: number): boolean => categories.has(catalogue.leafCategory[itemNo]);
  return [...itemNos.filter(isLiked), ...itemNos.filter((itemNo) => !isLiked(itemNo))];
}

/** What a caller's filter lets through of the items wanted, where the usual lists hold too little of that: the highest numbers first. */
function underFilter(signals: Signals, isWanted: Chosen, limit: number): number[] {
  const { passesCaller, shop } = signals;
  if (!passesCaller) return [];
  const found: number[] = [];
  const look = (itemNo: number): void => {
    if (shop.catalogue.isOffered(itemNo) && isWanted(itemNo) && passesCaller(itemNo)) found.push(itemNo);
  };
  const named = namedInFilter(signals);
  const lists = named ? named.nos.map((no) => shop.catalogue.itemsOf[named.kind].of(no)) : [];
  let looks = 0;
  for (const items of lists) for (let i = items.length - 1; i >= 0 && looks++ < LOOKED_AT && found.length < limit; i--) look(items[i]);
  if (!named) for (let no = shop.catalogue.size - 1; no >= 0 && looks++ < LOOKED_AT && found.length < limit; no--) look(no);
  return found;
}

/** New items, where the settings give them a share. */
export const newItems: MixSource = {
  name: 'new-items',
  source: 'FRESH',
  essential: false,
  timeoutMs: TIMEOUT_MS,
  limit: ({ mix }) => (mix.newItemShare > 0 ? MAX_OFFERED : 0),
  propose(signals, offer) {
    const { shop, settings: { mix }, request, owed, now } = signals; // prettier-ignore
    const wanted = wantedFor(positionsFor(mix.newItemShare, request.first, owed.newItems));
    const isWanted = (itemNo: number): boolean => isNewItem(shop.catalogue.createdAt[itemNo], now, mix.newItemDays);
    const newest = shop.catalogue.newest();
    const firstOld = newest.findIndex((itemNo) => !isWanted(itemNo));
    const taken = offerUpTo(likedFirst(signals, newest.slice(0, firstOld < 0 ? newest.length : firstOld)), wanted, offer);
    if (taken < wanted) offerUpTo(underFilter(signals, isWanted, 2 * wanted), wanted - taken, offer);
  },
};

/** Items of small creators, where the settings give them a share. */
export const smallCreators: MixSource = {
  name: 'small-creators',
  source: 'CREATORS',
  essential: false,
  timeoutMs: TIMEOUT_MS,
  limit: ({ mix }) => (mix.smallCreatorShare > 0 ? MAX_OFFERED : 0),
  propose(signals, offer) {
    const { shop, settings: { mix }, request, owed } = signals; // prettier-ignore
    const { sizes, catalogue } = shop;
    if (!sizes) return;
    const wanted = wantedFor(positionsFor(mix.smallCreatorShare, request.first, owed.smallCreators));
    const taken = offerUpTo(likedFirst(signals, itemsOfSmall(shop, sizes, mix.smallCreatorBelow, signals.now)), wanted, offer);
    const isWanted = (itemNo: number): boolean => isSmallCreator(sizes, catalogue.creator[itemNo], mix.smallCreatorBelow);
    if (taken < wanted) offerUpTo(underFilter(signals, isWanted, 2 * wanted), wanted - taken, offer);
  },
};

/** Asked before all others, since a page that needs them may not find them elsewhere. */
export const MIX_SOURCES: readonly MixSource[] = [newItems, smallCreators];

/** Offer items until so many are taken or no more are wanted; how many were. */
function offerUpTo(items: readonly number[], limit: number, offer: Offer): number {
  let taken = 0;
  for (let i = 0; i < items.length && taken < limit; i++) {
    const answer = offer(items[i]);
    if (answer === 'FULL') break;
    if (answer === 'TAKEN') taken++;
  }
  return taken;
}

interface KeptItems {
  below: number;
  minute: number;
  items: number[];
}
const keptItems = new WeakMap<CreatorSizes, KeptItems>();

/** The newest and the most popular item of up to 200 small creators, beginning with another of them every minute; the same for all pages of a minute. */
function itemsOfSmall(shop: Shop, sizes: CreatorSizes, below: number, now: number): number[] {
  const minute = Math.floor(now / MINUTE_MS);
  const kept = keptItems.get(sizes);
  if (kept?.below === below && kept.minute === minute) return kept.items;
  const { ascending } = sizes;
  let small = 0;
  while (small < ascending.length && isSmallCreator(sizes, ascending[small], below)) small++;
  const lists = topListsOf(shop);
  const found = new Set<number>();
  const start = small === 0 ? 0 : hash32(String(minute)) % small;
  for (let i = 0; i < Math.min(small, CREATORS_ASKED); i++) {
    const creatorNo = ascending[(start + i) % small];
    for (const list of [lists.of('creator', creatorNo, now), lists.newest('creator', creatorNo, now)])
      if (list.length > 0) found.add(list[0]);
  }
  const items = [...found];
  keptItems.set(sizes, { below, minute, items });
  return items;
}
