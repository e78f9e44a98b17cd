import { creatorSizes } from '../core/candidates/creator-sizes.js';
import { type MixOwed, NOTHING_OWED } from '../core/candidates/mix-owed.js';
import { addServed, afterRead, emptyDay, nothingServed, owedBy, type SurfaceDay } from '../core/diversification/exposure-shares.js';
import { type Page } from '../core/exposures/exposure.js';
import { type RankingSettings } from '../core/settings.js';
import { DAY_MS, utcDay } from '../core/time.js';
import { type CocoonLedger } from '../ports/cocoon-ledger.js';
import { type ShopIndex } from './shop-index.js';

/** How often the log is read for what other processes served, and longer where reading takes more than a twentieth of that. */
const READ_MS = 15_000;
const MOST_OF_TIME = 20;
const SIZES_MS = 10 * 60_000;
const MONTH = 30;
/** A page waits so long at most for creators to be counted the first time. */
const PATIENCE_MS = 500;

type Mix = RankingSettings['mix'];

/** Keeps the shares of new items and small creators over the day of each surface. Where no share is asked for it does nothing. */
export interface MixShares {
  /** What the next page of a surface has to make up for. */
  owed(surface: string, mix: Mix): MixOwed;
  /** A page was served. */
  observe(page: Pick<Page, 'surface' | 'servedAt' | 'placed'>): void;
  /** Resolves when creators are counted, or after half a second; null where that is so already, or not needed. */
  waitFor(mix: Mix): Promise<void> | null;
}

export interface MixSharesPorts {
  index: Pick<ShopIndex, 'shop'>;
  cocoonLedger: Pick<CocoonLedger, 'exposuresByItem'>;
  clock: () => number;
  onError: (error: unknown, doing: string) => void;
}

interface Followed extends SurfaceDay {
  day: string;
  mix: Mix;
  nextRead: number;
  isReading: boolean;
}

const asks = ({ newItemShare, smallCreatorShare }: Mix): boolean => newItemShare > 0 || smallCreatorShare > 0;

export function createMixShares({ index, cocoonLedger, clock, onError }: MixSharesPorts): MixShares {
  const surfaces = new Map<string, Followed>();
  const sizes = createSizes({ index, cocoonLedger, clock, onError });

  const read = async (surface: string, followed: Followed): Promise<void> => {
    const started = clock();
    followed.isReading = true;
    // What is served while the log is read may be in it or not, and is then counted once or twice until the next time.
    const counts = await cocoonLedger.exposuresByItem(followed.day, surface);
    const log = nothingServed();
    addServed(log, counts, { ...index.shop, mix: followed.mix, now: clock() });
    Object.assign(followed, afterRead(followed, log));
    followed.nextRead = clock() + Math.max(READ_MS, MOST_OF_TIME * (clock() - started));
  };
  const follow = (surface: string, mix: Mix): Followed => {
    const day = utcDay(clock());
    let followed = surfaces.get(surface);
    if (followed?.day !== day) surfaces.set(surface, (followed = { ...emptyDay(), day, mix, nextRead: 0, isReading: false }));
    followed.mix = mix;
    if (clock() >= followed.nextRead && !followed.isReading) {
      const current = followed;
      void read(surface, current)
        .catch((error: unknown) => {
          current.nextRead = clock() + READ_MS;
          onError(error, 'read what a surface served today');
        })
        .finally(() => (current.isReading = false));
    }
    return followed;
  };
  return {
    owed(surface, mix) {
      if (!asks(mix)) return NOTHING_OWED;
      if (mix.smallCreatorShare > 0) sizes.keepCurrent();
      return owedBy(follow(surface, mix), mix);
    },
    observe({ surface, servedAt, placed }) {
      const followed = surfaces.get(surface);
      if (followed?.day !== utcDay(servedAt) || !asks(followed.mix)) return;
      addServed(followed.own, placed.map(({ itemNo }) => [itemNo, 1] as const), { ...index.shop, mix: followed.mix, now: servedAt }); // prettier-ignore
    },
    waitFor: (mix) => (mix.smallCreatorShare > 0 && !index.shop.sizes ? sizes.firstTime() : null),
  };
}

/** How much creators were shown in thirty days; days that are over are read once. */
function createSizes({ index, cocoonLedger, clock, onError }: MixSharesPorts) {
  const countsByDay = new Map<string, ReadonlyMap<number, number>>();
  let countedAt = -Infinity;
  let counting: Promise<void> | null = null;
  const count = async (): Promise<void> => {
    const now = clock();
    const month = new Map<number, number>();
    const days = Array.from({ length: MONTH }, (_, back) => utcDay(now - back * DAY_MS));
    for (const day of days) {
      const counts = countsByDay.get(day) ?? (await cocoonLedger.exposuresByItem(day, null));
      if (day !== days[0]) countsByDay.set(day, counts);
      for (const [itemNo, exposures] of counts) month.set(itemNo, (month.get(itemNo) ?? 0) + exposures);
    }
    for (const day of countsByDay.keys()) if (!days.includes(day)) countsByDay.delete(day);
    index.shop.sizes = creatorSizes(index.shop.catalogue, month);
  };
  const start = (): Promise<void> => {
    countedAt = clock();
    counting ??= count()
      .catch((error: unknown) => onError(error, 'count what creators were shown'))
      .finally(() => (counting = null));
    return counting;
  };
  return {
    keepCurrent(): void {
      if (clock() - countedAt >= SIZES_MS) void start();
    },
    firstTime(): Promise<void> {
      const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
      return Promise.race([counting ?? start(), patience]);
    },
  };
}
