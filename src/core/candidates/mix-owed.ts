import { DAY_MS } from '../time.js';

/** Positions by which a surface is behind the shares that it promised, since its day began; 0 or more. */
export interface MixOwed {
  newItems: number;
  smallCreators: number;
}
export const NOTHING_OWED: MixOwed = { newItems: 0, smallCreators: 0 };

const DUST = 1e-9;

/**
 * Positions of a page that a share takes, its debt of earlier pages included. A page pays back at most one position and half of its own share, so that a debt is
 * spread over pages and none is filled with it.
 *
 * @param share     0..1; 0 asks for nothing whatever is owed
 * @param positions of the page
 * @param owed      positions, 0 or more
 * @returns         whole, 0 to `positions`
 */
export function positionsFor(share: number, positions: number, owed: number): number {
  if (share === 0) return 0;
  const own = share * positions;
  return Math.min(positions, Math.floor(own + Math.min(Math.max(0, owed), 1 + own / 2) + DUST));
}

/** Created less than so many days ago. Times are epoch ms. */
export const isNewItem = (createdAt: number, now: number, newItemDays: number): boolean => now - createdAt < newItemDays * DAY_MS;
