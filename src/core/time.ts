export const SECOND_MS = 1000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The UTC day of an instant as YYYY-MM-DD. */
export const utcDay = (at: number): string => new Date(Math.min(at, LAST_INSTANT)).toISOString().slice(0, 10);
/** Years of five digits are written in another form, which sorts elsewhere and which no database reads as a day. */
const LAST_INSTANT = Date.UTC(9999, 11, 31);

/**
 * What is left of a weight after some time: it halves every half-life, and does not grow for negative ages.
 *
 * @returns 0..1
 */
export const decay = (ageMs: number, halfLifeMs: number): number => (ageMs <= 0 ? 1 : 2 ** (-ageMs / halfLifeMs));

const hourFormats = new Map<string, Intl.DateTimeFormat>();

/** Hour of the day, 0..23, that clocks of a time zone show at an instant. @throws RangeError for a zone that is none */
export function localHour(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return Math.floor(at / HOUR_MS) % 24;
  let format = hourFormats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' });
    hourFormats.set(timeZone, format);
  }
  return Number(format.format(at));
}
