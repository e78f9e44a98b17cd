import { type EventType } from '../../events/event.js';
import { exposureId, type Page } from '../../exposures/exposure.js';
import { DAY_MS, utcDay } from '../../time.js';
import { type FactEntries, type FactEvent, type FactItem, type FactOptions, type FactPage, moneyOf } from './fact-entries.js';
import { orderFacts } from './order-facts.js';
import { NO_FACTS, type UserFacts } from './user-facts.js';
import { visitFacts } from './visit-facts.js';

/** Windows of what came before, of items that are new, and of who came. */
export const BEFORE_DAYS = 30;
export const NEW_ITEM_DAYS = 14;

const COUNTED: Partial<Record<EventType, keyof UserFacts>> = {
  CLICK: 'clicks',
  SKIP: 'skips',
  PLAY_END: 'playEnds',
  LIKE: 'likes',
  SAVE: 'saves',
  COMMENT: 'comments',
  SHARE: 'shares',
  HELPFUL: 'helpful',
  FOLLOW: 'follows',
  UNFOLLOW: 'unfollows',
  INVITE: 'invites',
  SEARCH: 'searches',
  ADD_TO_CART: 'cartAdds',
  REMOVE_FROM_CART: 'cartRemoves',
  CHECKOUT: 'checkouts',
  REVIEW: 'reviews',
  HIDE: 'hides',
  REPORT: 'reports',
};

/** Facts that are one more for every act of a type. */
export const COUNTED_TYPES = Object.entries(COUNTED) as [EventType, keyof UserFacts][];

/**
 * What is counted of one user in a period; see `USER_FACTS` for every fact. Suggestions of whom to follow, and places without an item, are no exposures.
 * Time O(n log n) in entries. The order of entries changes nothing beyond rounding.
 */
export function factsOf(entries: FactEntries, options: FactOptions): UserFacts {
  const { from, to } = options;
  const isWithin = (at: number): boolean => at >= from && at < to;
  const pages = entries.pages.filter(({ kind, servedAt }) => kind !== 'follow' && isWithin(servedAt));
  const events = entries.events.filter(({ occurredAt }) => isWithin(occurredAt));
  const acts = events.filter(({ attribution }) => attribution !== 'ORPHAN');
  const boughtBefore =
    options.hasBoughtBefore ??
    entries.events.some(({ type, attribution, occurredAt }) => type === 'PURCHASE' && attribution !== 'ORPHAN' && occurredAt < from);
  const orders = orderFacts(acts, pages, options);
  return {
    ...NO_FACTS,
    ...actFacts(acts, options),
    ...pageFacts(pages, options),
    ...cardFacts(pages, acts, options.clicksBefore ?? entries.events, options),
    ...orders,
    ...visitFacts(pages, acts, options),
    orphans: events.length - acts.length,
    outcomes: events.filter(({ attribution }) => attribution !== 'UNATTRIBUTED').length,
    isNewBuyer: Number(orders.orders > 0 && !boughtBefore),
    isAcquired: Number(options.isAcquired ?? false),
    isReferred: Number(options.isReferred ?? false),
    referred: options.referred ?? 0,
  };
}

function actFacts(acts: readonly FactEvent[], options: FactOptions): Partial<UserFacts> {
  const facts = { ...NO_FACTS };
  const clicked = new Set<number>();
  for (const act of acts) {
    const { type, rating, dwellMs, attribution } = act;
    const fact = COUNTED[type];
    if (fact) facts[fact]++;
    if (type === 'UNLIKE') facts.likes--;
    else if (type === 'UNSAVE') facts.saves--;
    else if (type === 'COST') facts.cost += moneyOf(act, options.currency);
    else if (type === 'DWELL') facts.dwellMs += dwellMs ?? 0;
    else if (type === 'VIEW' && attribution === 'UNATTRIBUTED') facts.views++;
    else if (type === 'REVIEW' && rating !== undefined) {
      facts.ratings++;
      facts.ratingSum += rating;
    } else if (type === 'CLICK') {
      clicked.add(options.itemOf(act.itemNo)?.category ?? 0);
      if (attribution === 'ATTRIBUTED') facts.ledClicks++;
    }
    if (type !== 'COST') facts.acts++;
  }
  clicked.delete(0);
  return { ...facts, categoriesClicked: clicked.size };
}

function pageFacts(pages: readonly FactPage[], { itemOf, cocoonOf }: FactOptions) {
  const scoredBy = (scorer: Page['scorer']): number => pages.filter((page) => page.scorer === scorer).length;
  const cocoons = pages.flatMap(({ servedAt }) => cocoonOf?.(utcDay(servedAt)) ?? []);
  return {
    feeds: pages.length,
    modelFeeds: scoredBy('MODEL'),
    rulesFeeds: scoredBy('RULES'),
    popularityFeeds: scoredBy('POPULARITY'),
    degradedFeeds: pages.filter(({ degraded }) => degraded.length > 0).length,
    shortFeeds: pages.filter(({ degraded }) => degraded.includes('TOO_FEW_CANDIDATES')).length,
    categoryEntropySum: pages.reduce((sum, page) => sum + entropyOf(page, itemOf), 0),
    cocoonSum: cocoons.reduce((sum, index) => sum + index, 0),
    cocoonFeeds: cocoons.length,
  };
}

/** Entropy of the categories of a page's items by the highest that so many items can have. */
function entropyOf({ placed }: FactPage, itemOf: FactOptions['itemOf']): number {
  const counts = new Map<number, number>();
  const cards = placed.filter(({ itemNo }) => itemNo >= 0);
  for (const { itemNo } of cards) {
    const category = itemOf(itemNo)?.category ?? 0;
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  if (cards.length < 2) return 0;
  const entropy = [...counts.values()].reduce((sum, count) => sum - (count / cards.length) * Math.log(count / cards.length), 0);
  return entropy / Math.log(cards.length);
}

function cardFacts(pages: readonly FactPage[], acts: readonly FactEvent[], clicks: readonly FactEvent[], options: FactOptions) {
  const { reporting, itemOf } = options;
  const seen = new Set(
    acts.filter(({ type, attribution }) => type === 'IMPRESSION' && attribution === 'ATTRIBUTED').map((act) => act.exposureId),
  );
  const clickedAt = clickTimes(clicks, itemOf);
  const facts = { ...NO_FACTS };
  const categories = new Set<number>();
  for (const { feedId, servedAt, surface, placed } of pages)
    for (const card of placed) {
      if (card.itemNo < 0) continue;
      facts.served++;
      const isSeen = seen.has(exposureId(feedId, card.position));
      facts.impressions += Number(isSeen);
      if (!isSeen && reporting.has(surface)) continue;
      const item = itemOf(card.itemNo);
      const category = item?.category ?? 0;
      const isNewCategory = !(clickedAt.get(category) ?? []).some((at) => at < servedAt && at >= servedAt - BEFORE_DAYS * DAY_MS);
      countShown(facts, card, item, { servedAt, isNewCategory: category > 0 && isNewCategory });
      if (category > 0) categories.add(category);
    }
  const { served, impressions, shown, newItemsShown, smallCreatorShown, commercialShown } = facts;
  const { explorationShown, repeatsShown, socialShown, tailShown, newCategoryShown } = facts;
  return {
    served, impressions, shown, newItemsShown, smallCreatorShown, commercialShown, explorationShown, repeatsShown, socialShown, tailShown, newCategoryShown,
    categoriesShown: categories.size,
  }; // prettier-ignore
}

function countShown(
  facts: UserFacts,
  { exploration, promoted, repeat, sources }: FactPage['placed'][number],
  item: FactItem | undefined,
  { servedAt, isNewCategory }: { servedAt: number; isNewCategory: boolean },
): void {
  facts.shown++;
  facts.newItemsShown += Number(item !== undefined && servedAt - item.createdAt <= NEW_ITEM_DAYS * DAY_MS);
  facts.smallCreatorShown += Number(item?.isSmallCreators ?? false);
  facts.commercialShown += Number(promoted || (item?.commercial ?? false));
  facts.explorationShown += Number(exploration);
  facts.repeatsShown += Number(repeat);
  facts.socialShown += Number(sources.includes('FRIENDS') || sources.includes('CREATORS'));
  facts.tailShown += Number(item?.isTail ?? true);
  facts.newCategoryShown += Number(isNewCategory);
}

function clickTimes(events: readonly FactEvent[], itemOf: FactOptions['itemOf']): Map<number, number[]> {
  const times = new Map<number, number[]>();
  for (const { type, attribution, itemNo, occurredAt } of events) {
    if (type !== 'CLICK' || attribution === 'ORPHAN') continue;
    const category = itemOf(itemNo)?.category ?? 0;
    times.set(category, [...(times.get(category) ?? []), occurredAt]);
  }
  return times;
}
