import { type LedgerEvent } from '../../events/event.js';
import { exposureId } from '../../exposures/exposure.js';
import { DAY_MS } from '../../time.js';
import { type FactEvent, type FactItem, type FactOptions, type FactPage } from './fact-entries.js';
import { BEFORE_DAYS, factsOf } from './facts-of.js';
import { type UserFacts } from './user-facts.js';

export type UserPage = FactPage & { userId: string };
export type UserEvent = FactEvent & Pick<LedgerEvent, 'userId' | 'referrerUserId' | 'shareId'>;

/** Everything that was served and done, by the person to whom it belongs; in any order. */
export interface UserLog {
  pages: readonly UserPage[];
  events: readonly UserEvent[];
}

/** An item as the shop knows it. */
export type ShopItem = Pick<FactItem, 'category' | 'createdAt' | 'commercial'> & { creatorNo: number; isRemoved: boolean };

export interface LogOptions extends Pick<FactOptions, 'from' | 'to' | 'asOf' | 'timeZone' | 'currency'> {
  itemByNo: ReadonlyMap<number, ShopItem>;
  /** When users joined, as the shop says; epoch ms. */
  joinedAtByUser?: ReadonlyMap<string, number>;
  /** Cocoon indices of a user by day. */
  cocoonOf?: (userId: string, day: string) => number | undefined;
}

/** The share of the catalogue that is not its tail, and how seldom shown a creator is who counts as small. */
const HEAD = 5;
const SMALL = 0.5;

/**
 * Facts of every user with a page or an act in a period: what a report counts, from the whole log in memory.
 */
export function factsOfLog(log: UserLog, options: LogOptions): Map<string, UserFacts> {
  const { from, to } = options;
  const isWithin = (at: number): boolean => at >= from && at < to;
  const pages = log.pages.filter(({ kind, servedAt }) => kind !== 'follow' && isWithin(servedAt));
  const events = log.events.filter(({ occurredAt }) => isWithin(occurredAt));
  const reporting = reportingSurfaces(pages, events);
  const itemOf = lookUp(log, options);
  const arrivedAt = arrivals(log, options);
  const brought = broughtBy(log, events, arrivedAt, options);
  const users = [...new Set([...pages, ...events].map(({ userId }) => userId))].sort();
  const pagesByUser = byUser(log.pages);
  const eventsByUser = byUser(log.events);
  return new Map(
    users.map((userId) => {
      const entries = { pages: pagesByUser.get(userId) ?? [], events: eventsByUser.get(userId) ?? [] };
      const own = {
        cocoonOf: (day: string) => options.cocoonOf?.(userId, day),
        isAcquired: isWithin(arrivedAt(userId)),
        isReferred: [...brought.values()].some((users) => users.has(userId)),
        referred: brought.get(userId)?.size ?? 0,
      };
      return [userId, factsOf(entries, { ...options, ...own, itemOf, reporting })];
    }),
  );
}

function byUser<T extends { userId: string }>(entries: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const own = groups.get(entry.userId);
    if (own) own.push(entry);
    else groups.set(entry.userId, [entry]);
  }
  return groups;
}

/** Surfaces of which some exposure of these pages was reported as seen. */
export function reportingSurfaces(pages: readonly UserPage[], events: readonly UserEvent[]): Set<string> {
  const seen = new Set(
    events.filter(({ type, attribution }) => type === 'IMPRESSION' && attribution === 'ATTRIBUTED').map((event) => event.exposureId),
  );
  return new Set(
    pages
      .filter(({ feedId, placed }) => placed.some(({ position }) => seen.has(exposureId(feedId, position))))
      .map(({ surface }) => surface),
  );
}

/** Items with how they and their creators were shown in the days up to the end, day by UTC day. */
function lookUp({ pages }: UserLog, { to, itemByNo }: LogOptions): FactOptions['itemOf'] {
  const dayOf = (at: number): number => Math.floor(at / DAY_MS);
  const firstDay = dayOf(to) - BEFORE_DAYS;
  const shown = new Map<number, number>();
  for (const { servedAt, placed } of pages)
    if (dayOf(servedAt) >= firstDay && dayOf(servedAt) <= dayOf(to))
      for (const { itemNo } of placed) if (itemNo >= 0) shown.set(itemNo, (shown.get(itemNo) ?? 0) + 1);
  const live = [...itemByNo.values()].filter(({ isRemoved }) => !isRemoved).length;
  const ranked = [...shown].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, Math.ceil(live / HEAD));
  const head = new Set(ranked.map(([itemNo]) => itemNo));
  const small = smallCreators(shown, itemByNo);
  return (itemNo) => {
    const item = itemByNo.get(itemNo);
    return item && { ...item, isSmallCreators: small.has(item.creatorNo), isTail: !head.has(itemNo) };
  };
}

function smallCreators(shown: ReadonlyMap<number, number>, itemByNo: LogOptions['itemByNo']): Set<number> {
  const sizes = new Map<number, { shown: number; isOffering: boolean }>();
  for (const [itemNo, { creatorNo, isRemoved }] of itemByNo) {
    if (creatorNo <= 0) continue;
    const size = sizes.get(creatorNo) ?? { shown: 0, isOffering: false };
    sizes.set(creatorNo, { shown: size.shown + (shown.get(itemNo) ?? 0), isOffering: size.isOffering || !isRemoved });
  }
  const counted = [...sizes].filter(([, { shown: size, isOffering }]) => isOffering || size > 0);
  const all = counted.map(([, { shown: size }]) => size);
  const median = medianOf(all) || medianOf(all.filter((size) => size > 0));
  return new Set(counted.filter(([, { shown: size }]) => size < SMALL * median).map(([creatorNo]) => creatorNo));
}

function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** When each user came; long ago for who was here in the weeks before the period. */
function arrivals({ pages, events }: UserLog, { from, joinedAtByUser }: LogOptions): (userId: string) => number {
  const first = new Map<string, number>();
  const note = (userId: string, at: number): void => {
    if (at < from - BEFORE_DAYS * DAY_MS) return;
    const seenAt = at < from ? -Infinity : at;
    first.set(userId, Math.min(first.get(userId) ?? Infinity, seenAt));
  };
  for (const { userId, kind, servedAt } of pages) if (kind !== 'follow') note(userId, servedAt);
  for (const { userId, type, attribution, occurredAt } of events) if (type !== 'COST' && attribution !== 'ORPHAN') note(userId, occurredAt);
  return (userId) => joinedAtByUser?.get(userId) ?? first.get(userId) ?? Infinity;
}

/** Users who came in the period, by whose invitation or share brought them. */
function broughtBy(
  log: UserLog,
  events: readonly UserEvent[],
  arrivedAt: (userId: string) => number,
  { from, to }: LogOptions,
): Map<string, Set<string>> {
  const sharerOf = new Map<string, UserEvent>();
  for (const event of log.events) {
    const { type, attribution, shareId, occurredAt, userId } = event;
    if (
      type !== 'SHARE' ||
      attribution === 'ORPHAN' ||
      shareId === undefined ||
      occurredAt < from - BEFORE_DAYS * DAY_MS ||
      occurredAt >= to
    )
      continue;
    const known = sharerOf.get(shareId);
    if (!known || occurredAt < known.occurredAt || (occurredAt === known.occurredAt && userId < known.userId)) sharerOf.set(shareId, event);
  }
  const brought = new Map<string, Set<string>>();
  for (const { userId, attribution, referrerUserId, shareId } of events) {
    const referrer = referrerUserId ?? (shareId === undefined ? undefined : sharerOf.get(shareId)?.userId);
    if (attribution === 'ORPHAN' || referrer === undefined || referrer === userId || !(arrivedAt(userId) >= from && arrivedAt(userId) < to))
      continue;
    brought.set(referrer, (brought.get(referrer) ?? new Set()).add(userId));
  }
  return brought;
}
