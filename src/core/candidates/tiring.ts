import { type RankingSettings, type ReceiptLevel } from '../settings.js';
import { DAY_MS, decay, HOUR_MS } from '../time.js';
import { type Showings, type Tally } from '../tags/weariness.js';
import { type Signals } from './signals.js';
import { copiesWith } from './trust/item-trust.js';

/** Being served is a fifth of being seen, where a surface counts what is seen. */
export const SERVED_AS_SEEN = 0.2;
/** So many showings of a creator, and of what is paid for, in a day tire nobody. */
export const FREE_OF_CREATOR = 5;
export const FREE_OF_PROMOTION = 10;
/** So many more, of which nothing came, halve the worth of the next one. */
export const TIRING = 20;
/** One that something came of makes up for so many. */
const MADE_UP_FOR = 5;

/** What was served and not reported since is a fifth of a showing, where reports count. */
const reportedOf = (served: number, reported: number): number => reported + SERVED_AS_SEEN * Math.max(0, served - reported);

/** Showings as a surface counts them. @returns 0 or more */
export function showingsBy(level: ReceiptLevel, { served, rendered, seen }: Showings): number {
  if (level === 'SERVED') return served;
  return reportedOf(served, level === 'RENDERED' ? Math.max(rendered, seen) : seen);
}

/** Of what was shown to the user on this day of his, so many times or more as the surface counts it: near-copies count together. */
export function shownOftenToday({ taste, shop, settings, request, now }: Signals, times: number): ReadonlySet<number> {
  const often = new Set<number>();
  if (!taste || taste.weariness.day !== (request.day ?? Math.floor(now / DAY_MS))) return often;
  const { items } = taste.weariness;
  const showingsOf = (itemNo: number): number => {
    const showings = items.get(itemNo);
    return showings ? showingsBy(settings.fatigue.countsAt, showings) : 0;
  };
  for (const shown of items.keys()) {
    const copies = copiesWith(shop.trust, shown) ?? [shown];
    const showings = copies.reduce((sum, itemNo) => sum + showingsOf(itemNo), 0);
    if (showings >= times) for (const itemNo of copies) often.add(itemNo);
  }
  return often;
}

/** Showings of one kind of thing of which nothing came, as of now. */
function unanswered({ served, seen, answered, at }: Tally, { countsAt, halfLifeHours }: RankingSettings['fatigue'], now: number): number {
  // Not put into showings to be counted by: fractions in an object of their shape would have V8 keep every count of every state in a box of its own.
  const shown = countsAt === 'SERVED' ? served : reportedOf(served, seen);
  return Math.max(0, shown - MADE_UP_FOR * answered) * decay(now - at, halfLifeHours * HOUR_MS);
}

/** What is left of the worth of the next one after so many showings of which nothing came. @returns above 0, at most 1 */
const worthAfter = (showings: number, free: number): number => 1 / (1 + Math.max(0, showings - free) / TIRING);

/**
 * What is left of the worth of candidates whose creators the user is tired of, and of what is paid for where he is tired of that: above 0, at most 1. Null where
 * he is tired of nothing. Lists of the caller's own are left alone unless he asks for fatigue, and so is what relates to a basket.
 */
export function worthForTired({
  taste,
  settings: { fatigue },
  shop: { catalogue },
  request,
  now,
}: Signals): ((itemNo: number) => number) | null {
  if (!taste || request.kind === 'related' || !(request.candidates?.policy.fatigue ?? true)) return null;
  const { creators, promotion } = taste.weariness;
  const ofPromotion = worthAfter(unanswered(promotion, fatigue, now), FREE_OF_PROMOTION);
  const worthByCreator = new Map<number, number>();
  for (const [creatorNo, tally] of creators) {
    const worth = worthAfter(unanswered(tally, fatigue, now), FREE_OF_CREATOR);
    if (worth < 1) worthByCreator.set(creatorNo, worth);
  }
  if (worthByCreator.size === 0 && ofPromotion === 1) return null;
  return (itemNo) => (worthByCreator.get(catalogue.creator[itemNo]) ?? 1) * (catalogue.commercial[itemNo] === 1 ? ofPromotion : 1);
}
