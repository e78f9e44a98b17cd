import { exposureByMerit, type GroupExposure } from '../../core/diversification/cocoon/exposure-fairness.js';
import { DAY_MS, utcDay } from '../../core/time.js';
import { type RawInput } from '../app.js';
import { type CocoonTrendPorts, readReportDays } from './cocoon-trend.js';

const MONTH = 30;
const HOME = 'home';

/** What groups were shown on some days beside what was clicked of it. Creators are small by the thirty days up to the last of them. */
export function createExposureFairness({
  cocoonLedger,
  index,
  settings,
  clock,
}: CocoonTrendPorts): (input: RawInput) => Promise<GroupExposure[]> {
  const sum = async (days: readonly string[], read: (day: string) => Promise<Map<number, number>>): Promise<Map<number, number>> => {
    const all = new Map<number, number>();
    for (const day of days) for (const [itemNo, count] of await read(day)) all.set(itemNo, (all.get(itemNo) ?? 0) + count);
    return all;
  };
  return async (input) => {
    const { days, surface } = readReportDays(input, clock());
    const last = days.at(-1);
    if (last === undefined) return [];
    const month = Array.from({ length: MONTH }, (_, back) => utcDay(Date.parse(last) - back * DAY_MS));
    const counts = {
      shown: await sum(days, (day) => cocoonLedger.exposuresByItem(day, surface)),
      clicked: await sum(days, (day) => cocoonLedger.clicksByItem(day, surface)),
      month: await sum(month, (day) => cocoonLedger.exposuresByItem(day, null)),
    };
    const now = Math.min(clock(), Date.parse(last) + DAY_MS);
    return exposureByMerit(counts, { catalogue: index.shop.catalogue, mix: settings.of(surface ?? HOME).settings.mix, now });
  };
}
