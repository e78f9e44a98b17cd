import { LRUCache } from 'lru-cache';
import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { concentrationOf, type ItemCounts } from '../../core/diversification/cocoon/concentration.js';
import { parseInstant } from '../../core/events/instant.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type CocoonLedger } from '../../ports/cocoon-ledger.js';
import { type CocoonPointAnswer } from '../answers.js';
import { type RawInput } from '../app.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { type ShopIndex } from '../shop-index.js';
import { type CocoonInForce } from './cocoon-in-force.js';

const MOST_DAYS = 92;
const MONTH = 30;
const HOME = 'home';
/** Items counted in days that are over, over all days that are remembered: about 30 MB. */
const REMEMBERED_COUNTS = 1_000_000;

export interface CocoonTrendPorts {
  cocoonLedger: CocoonLedger;
  cocoon: CocoonInForce;
  index: ShopIndex;
  settings: Pick<SettingsInForce, 'of'>;
  clock: () => number;
}

/** How narrow feeds are and how exposure is shared out, day by day; today as far as it went. */
export function createCocoonTrend(ports: CocoonTrendPorts): (input: RawInput) => Promise<CocoonPointAnswer[]> {
  const { cocoonLedger, cocoon, index, settings, clock } = ports;
  const counted = new LRUCache<string, ItemCounts>({ maxSize: REMEMBERED_COUNTS, sizeCalculation: ({ size }) => size + 1 });
  const countsOf = async (day: string, surface: string | null): Promise<ItemCounts> => {
    const key = `${day} ${surface ?? ''}`;
    const known = counted.get(key);
    if (known) return known;
    const counts = await cocoonLedger.exposuresByItem(day, surface);
    if (day < utcDay(clock())) counted.set(key, counts);
    return counts;
  };

  return async (input) => {
    const { days, surface } = readReportDays(input, clock());
    if (days.length === 0) return [];
    await cocoon.keep();
    const rows = await cocoonLedger.population({ from: days[0], to: days[days.length - 1], surface });
    const byDay = new Map(rows.map((row) => [row.day, row]));
    const { newItemDays, smallCreatorBelow } = settings.of(surface ?? HOME).settings.mix;
    const points: CocoonPointAnswer[] = [];
    for (const day of days) {
      const counts = await countsOf(day, surface);
      const row = byDay.get(day);
      if (counts.size === 0 && !row) continue;
      const month = new Map<number, number>();
      for (let back = 0; back < MONTH; back++)
        for (const [itemNo, count] of await countsOf(utcDay(Date.parse(day) - back * DAY_MS), surface))
          month.set(itemNo, (month.get(itemNo) ?? 0) + count);
      const dayEnd = Math.min(clock(), Date.parse(day) + DAY_MS);
      const shares = concentrationOf(counts, { catalogue: index.shop.catalogue, month, smallCreatorBelow, newItemDays, dayEnd });
      points.push({ day, users: row?.users ?? 0, meanIndex: row?.meanIndex ?? 0, p90Index: row?.p90Index ?? 0, ...shares });
    }
    return points;
  };
}

/** UTC days that the time from `from` up to `to` touches, none of them still to come. */
export function readReportDays(input: RawInput, now: number): { days: string[]; surface: string | null } {
  const faults: Fault[] = [];
  const fault = (path: string, message: string): void => void faults.push({ path, code: 'INVALID_VALUE', message: `${path} ${message}` });
  const [from, to] = [input.from, input.to].map((value) => (typeof value === 'string' ? parseInstant(value) : NaN));
  if (!(to > from)) fault('to', `is ${shown(input.to)}; it must be later than from`);
  if (to - from > MOST_DAYS * DAY_MS) fault('from', `is ${shown(input.from)}; it must be at most ${MOST_DAYS} days before to`);
  if (input.segment !== null && input.segment !== undefined)
    fault('segment', `is ${shown(input.segment)}; it must be left out: this version does not obey it`);
  if (input.dimension !== null && input.dimension !== undefined && input.dimension !== 'NONE' && input.dimension !== 'DAY')
    fault('dimension', `is ${shown(input.dimension)}; it must be NONE or DAY`);
  refuseFaults(faults);
  if (Number.isNaN(from)) throw new AppError('INVALID_INPUT', `from is ${shown(input.from)}; it must be an ISO 8601 time with its offset`);
  const days: string[] = [];
  for (let at = Date.parse(utcDay(from)); at < to && at <= now; at += DAY_MS) days.push(utcDay(at));
  return { days, surface: typeof input.surface === 'string' ? input.surface : null };
}
