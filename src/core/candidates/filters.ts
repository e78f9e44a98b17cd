import { type NameKind } from '../item.js';
import { type Filter } from '../pipeline.js';
import { type RankingSettings } from '../settings.js';
import { DAY_MS } from '../time.js';
import { AGE_LIMITED, ENDING, KNOWN, REGIONAL, REMOVED, SOLD_OUT } from './catalogue.js';
import { cycleDays, ownCycleDays } from './repurchase.js';
import { type Signals } from './signals.js';
import { SERVED_AS_SEEN, shownOftenToday } from './tiring.js';

type ItemTest = Filter<Signals>;
const always = (): boolean => true;

const removed: ItemTest = {
  name: 'removed',
  failsOpen: false,
  reason: 'the shop has removed it',
  applies: always,
  keep: ({ shop: { catalogue } }, no) => (catalogue.flags[no] & (KNOWN | REMOVED)) === KNOWN,
};

/** What is taken down; a list of the caller's own may still hold what is only not to be recommended. */
const blocked: ItemTest = {
  name: 'blocked',
  failsOpen: false,
  reason: 'the shop has taken it down',
  applies: ({ shop: { blocks } }) => !blocks.isEmpty,
  keep: ({ shop: { blocks, catalogue }, request }, no) =>
    !blocks.coversItem(catalogue, no, request.kind === 'rank' ? 'REMOVE' : 'NO_RECOMMEND'),
};

const soldOut: ItemTest = {
  name: 'sold-out',
  failsOpen: false,
  reason: 'it is sold out',
  applies: always,
  keep: ({ shop: { catalogue } }, no) => (catalogue.flags[no] & SOLD_OUT) === 0,
};

const expired: ItemTest = {
  name: 'expired',
  failsOpen: false,
  reason: 'it is no longer available',
  applies: always,
  keep: ({ shop: { catalogue }, now }, no) => (catalogue.flags[no] & ENDING) === 0 || catalogue.availableUntil[no] >= now,
};

/** An item for some regions only is kept from those whose region is not known. */
const region: ItemTest = {
  name: 'region',
  failsOpen: false,
  reason: 'it is not for the region of the user, or that is not known',
  applies: always,
  keep({ shop: { catalogue }, request, user }, no) {
    if ((catalogue.flags[no] & REGIONAL) === 0) return true;
    const here = request.region ?? user?.region ?? null;
    return here !== null && catalogue.regionsOf(no).includes(here);
  },
};

/** Only the year of birth is known, so a user counts as old enough when he is on every day of this year. */
const age: ItemTest = {
  name: 'age',
  failsOpen: false,
  reason: 'the user is not known to be old enough for it',
  applies: always,
  keep({ shop: { catalogue }, user, now }, no) {
    if ((catalogue.flags[no] & AGE_LIMITED) === 0) return true;
    const birthYear = user?.birthYear ?? null;
    return birthYear !== null && new Date(now).getUTCFullYear() - birthYear - 1 >= catalogue.minAge[no];
  },
};

const hidesName = ({ acts, now }: Signals, kind: NameKind, nameNo: number): boolean =>
  (acts.hiddenNames[kind].get(nameNo) ?? -Infinity) > now;

/** What the user hid: items for good, names until the time given. */
const hidden: ItemTest = {
  name: 'hidden',
  failsOpen: false,
  reason: 'the user has hidden it, or its category, brand or creator',
  applies({ request, acts }) {
    const { category, brand, creator } = acts.hiddenNames;
    return request.kind !== 'rank' && acts.hiddenItems.size + category.size + brand.size + creator.size > 0;
  },
  keep(signals, no) {
    const { catalogue } = signals.shop;
    if (signals.acts.hiddenItems.has(no)) return false;
    if (hidesName(signals, 'brand', catalogue.brand[no]) || hidesName(signals, 'creator', catalogue.creator[no])) return false;
    return !catalogue.categoriesOf(no).some((category) => hidesName(signals, 'category', category));
  },
};

/** What the user asked to see none of. */
const muted: ItemTest = {
  name: 'muted',
  failsOpen: false,
  reason: 'the user has muted its category, brand or creator',
  applies: ({ request, muted: { category, brand, creator } }) => request.kind !== 'rank' && category.size + brand.size + creator.size > 0,
  keep({ shop: { catalogue }, muted: { category, brand, creator } }, no) {
    if (brand.has(catalogue.brand[no]) || creator.has(catalogue.creator[no])) return false;
    return category.size === 0 || !catalogue.categoriesOf(no).some((each) => category.has(each));
  },
};

/** Nothing that is paid for is pushed at a minor. */
const protectedMinor: ItemTest = {
  name: 'protected-minor',
  failsOpen: false,
  reason: 'it is paid for, and the user counts as a minor',
  applies: ({ request, isMinor }) => isMinor && request.kind !== 'rank',
  keep: ({ shop: { catalogue } }, no) => catalogue.commercial[no] === 0,
};

/** Days after which somebody may be shown again what he bought. What was given back once tells of no cycle of his own. */
function holdDays({ acts, shop }: Signals, no: number): number {
  const stated = shop.catalogue.item(no).repurchaseDays;
  if (stated !== null) return stated;
  const boughtOn = (acts.ownership.get(no)?.refunded ?? 0) > 0 ? [] : (acts.boughtOn.get(no) ?? []);
  return ownCycleDays(cycleDays(shop.cycles, shop.catalogue.categoriesOf(no)), boughtOn) ?? Infinity;
}

/** Hold back what the user owns until buying it again is usual; without a known cycle that is never. A refund lifts the hold. */
const alreadyBought: ItemTest = {
  name: 'already-bought',
  failsOpen: false,
  reason: 'the user has bought it, and buying it again is not usual yet',
  applies: ({ request, acts }) => acts.purchases.size > 0 && (request.candidates?.policy.suppressBought ?? true),
  keep(signals, no) {
    const owned = signals.acts.purchases.get(no);
    if (!owned || owned.quantity <= 0) return true;
    return signals.now - owned.lastBoughtAt >= holdDays(signals, no) * DAY_MS;
  },
};

const callerFilter: ItemTest = {
  name: 'caller-filter',
  failsOpen: false,
  reason: 'the filter of the request does not let it through',
  applies: ({ passesCaller }) => passesCaller !== null,
  keep: ({ passesCaller }, no) => passesCaller === null || passesCaller(no),
};

const alreadyPlaced: ItemTest = {
  name: 'already-placed',
  failsOpen: false,
  reason: 'an earlier page of the feed, or another block of the page, shows it',
  applies: ({ placedBefore, shownOnPage }) => placedBefore.size + shownOnPage.size > 0,
  keep: ({ placedBefore, shownOnPage }, no) => !placedBefore.has(no) && !shownOnPage.has(no),
};

const contextItems: ItemTest = {
  name: 'context-items',
  failsOpen: false,
  reason: 'the user is looking at it, or has it in the cart',
  applies: ({ request, context }) => request.kind !== 'rank' && context.size > 0,
  keep: ({ context }, no) => !context.has(no),
};

/** What completes a basket is of another kind than what is in it. */
const sameCategory: ItemTest = {
  name: 'same-category',
  failsOpen: false,
  reason: 'it is of the same category as something in the basket that is to be completed',
  applies: ({ request }) => request.basket?.relation === 'COMPLEMENTS',
  keep: ({ request, shop: { catalogue } }, no) =>
    !request.basket?.itemNos.some((basketNo) => catalogue.leafCategory[basketNo] === catalogue.leafCategory[no]),
};

const DUST = 1e-9;

/** What a memory of served items is worth in the showings that a surface counts. */
export const impressions = (served: number, { countsAt }: RankingSettings['fatigue']): number =>
  countsAt === 'SERVED' ? served : served * SERVED_AS_SEEN;

const heldBackBySignals = new WeakMap<Signals, ReadonlySet<number>>();

/** What was shown as often today as the settings allow, found out once a page: little of what a page is chosen from ever is. */
function heldBack(signals: Signals): ReadonlySet<number> {
  let held = heldBackBySignals.get(signals);
  if (!held) heldBackBySignals.set(signals, (held = shownOftenToday(signals, signals.settings.fatigue.maxImpressionsPerDay - DUST)));
  return held;
}

/** Hold back, until the user's next day, what was shown as often as allowed. Near-copies count as one item. */
export const fatigue: ItemTest = {
  name: 'fatigue',
  failsOpen: true,
  reason: 'it was shown to the user as often today as the settings allow',
  applies: (signals) => (signals.request.candidates?.policy.fatigue ?? true) && heldBack(signals).size > 0,
  keep: (signals, no) => !heldBack(signals).has(no),
};

/** What may be shown at all, in the order of the pipeline: a candidate is removed by the first that does not keep it. */
export const ELIGIBILITY: readonly ItemTest[] = [
  removed, blocked, soldOut, expired, region, age, protectedMinor, hidden, muted, alreadyBought, callerFilter, alreadyPlaced, contextItems, sameCategory,
]; // prettier-ignore

/** The same with what is held back only while there is enough else. */
export const FILTERS: readonly ItemTest[] = [...ELIGIBILITY, fatigue];
