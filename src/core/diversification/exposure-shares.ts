import { type Catalogue } from '../candidates/catalogue.js';
import { type CreatorSizes, isSmallCreator } from '../candidates/creator-sizes.js';
import { isNewItem, type MixOwed } from '../candidates/mix-owed.js';
import { type RankingSettings } from '../settings.js';

/** Positions served on a surface, and how many of them counted towards each share. */
export interface ServedShares {
  positions: number;
  newItems: number;
  smallCreators: number;
}
export const nothingServed = (): ServedShares => ({ positions: 0, newItems: 0, smallCreators: 0 });

/** What a process knows of a surface's day. */
export interface SurfaceDay {
  /** As the exposure log had it when it was read last: of all processes. */
  log: ServedShares;
  /** What this process served since. */
  own: ServedShares;
  /** The part of all traffic that is this process's, 0..1: it pays back so much of what the log shows. */
  part: number;
}
export const emptyDay = (): SurfaceDay => ({ log: nothingServed(), own: nothingServed(), part: 1 });

/** Add what some exposures count for, in place. */
export function addServed(
  to: ServedShares,
  counts: Iterable<readonly [itemNo: number, count: number]>,
  { catalogue, sizes, mix, now }: { catalogue: Catalogue; sizes?: CreatorSizes; mix: RankingSettings['mix']; now: number },
): void {
  for (const [itemNo, count] of counts) {
    to.positions += count;
    if (isNewItem(catalogue.createdAt[itemNo], now, mix.newItemDays)) to.newItems += count;
    if (sizes && isSmallCreator(sizes, catalogue.creator[itemNo], mix.smallCreatorBelow)) to.smallCreators += count;
  }
}

/**
 * What the next page of this process has to make up for: the positions promised since the day began less those given, of the whole day as far as it is this
 * process's to pay back and of what it served since. With every process paying back its part the parts add up to the debt, so nothing swings; a page pays back no
 * more than `positionsFor` allows.
 */
export function owedBy({ log, own, part }: SurfaceDay, { newItemShare, smallCreatorShare }: RankingSettings['mix']): MixOwed {
  const debt = (share: number, of: 'newItems' | 'smallCreators'): number =>
    share === 0 ? 0 : Math.max(0, part * (share * log.positions - log[of]) + share * own.positions - own[of]);
  return { newItems: debt(newItemShare, 'newItems'), smallCreators: debt(smallCreatorShare, 'smallCreators') };
}

/** The day after the log was read again: what it holds now, and what part of the traffic since the last read was this process's. */
export function afterRead({ log, own }: SurfaceDay, read: ServedShares): SurfaceDay {
  const all = read.positions - log.positions;
  return { log: read, own: nothingServed(), part: all > 0 ? Math.min(1, own.positions / all) : 1 };
}
