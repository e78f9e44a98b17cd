import { DAY_MS, HOUR_MS } from '../time.js';

/** What clocks and calendars of a time zone show at an instant. */
export interface LocalTime {
  /** Days since 1970-01-01. */
  day: number;
  /** 0..23 */
  hour: number;
  /** 0 is Monday, 6 Sunday. */
  weekday: number;
}

/** Every zone is ahead of UTC by whole quarters of an hour, and changes at the beginning of one. */
const QUARTER_MS = 15 * 60_000;
const MAX_REMEMBERED = 20_000;
const THURSDAY = 3;

interface Zone {
  format: Intl.DateTimeFormat;
  aheadMsByQuarter: Map<number, number>;
}
const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
    zones.set(timeZone, (zone = { format, aheadMsByQuarter: new Map() }));
  }
  return zone;
}

/** How far a zone's clocks are ahead of UTC; asked once a quarter of an hour, since Intl takes a microsecond and more. */
function aheadMs(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const { format, aheadMsByQuarter } = zoneOf(timeZone);
  const quarter = Math.floor(at / QUARTER_MS);
  let ahead = aheadMsByQuarter.get(quarter);
  if (ahead === undefined) {
    if (aheadMsByQuarter.size >= MAX_REMEMBERED) aheadMsByQuarter.clear();
    const written = /([+-])(\d\d):(\d\d)/.exec(format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '');
    ahead = written ? Number(`${written[1]}1`) * (Number(written[2]) * HOUR_MS + Number(written[3]) * 60_000) : 0;
    aheadMsByQuarter.set(quarter, ahead);
  }
  return ahead;
}

/** @throws RangeError for a zone that is none */
export function localTime(at: number, timeZone: string): LocalTime {
  const local = at + aheadMs(at, timeZone);
  const day = Math.floor(local / DAY_MS);
  return { day, hour: Math.floor((local - day * DAY_MS) / HOUR_MS), weekday: (((day + THURSDAY) % 7) + 7) % 7 };
}
