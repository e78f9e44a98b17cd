import { type Density } from '../../core/evaluation/dense-core.js';
import { DAY_MS } from '../../core/time.js';

/** Where a well-known public data set is usually divided; found by the name of its folder. */
export interface KnownData {
  /** Epoch ms: the test period begins, and the tuning period before it. */
  splitAt: number;
  tuneAt: number;
  halfLifeMs: number;
  /** What the stream of next events leaves out as too thin. */
  streamDensity: Density | null;
}

const HALF_LIFE_MS = 30 * DAY_MS;

export const KNOWN_DATA: ReadonlyMap<string, KnownData> = new Map([
  [
    'ciao',
    {
      splitAt: Date.UTC(2010, 0, 1),
      tuneAt: Date.UTC(2009, 0, 1),
      halfLifeMs: HALF_LIFE_MS,
      streamDensity: { usersPerItem: 5, itemsPerUser: 3, rounds: 3 },
    },
  ],
  ['ml100k', { splitAt: Date.UTC(1998, 2, 8), tuneAt: Date.UTC(1998, 1, 15), halfLifeMs: 10 * DAY_MS, streamDensity: null }],
  // Days of Beijing, eight hours ahead of UTC.
  [
    'taobao_sample',
    { splitAt: Date.UTC(2017, 11, 1, 16), tuneAt: Date.UTC(2017, 10, 30, 16), halfLifeMs: HALF_LIFE_MS, streamDensity: null },
  ],
  ['completejourney', { splitAt: Date.UTC(2017, 11, 1), tuneAt: Date.UTC(2017, 10, 1), halfLifeMs: HALF_LIFE_MS, streamDensity: null }],
]);

export const DEFAULT_HALF_LIFE_MS = HALF_LIFE_MS;
