const ZERO = 48;
const NINE = 57;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Longest text that is looked at: a date, a time, nine decimals and an offset take 35 characters. */
const MAX_LENGTH = 40;

/** Digits from `from` to `to` as a number, NaN where one of them is none. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= ZERO && code <= NINE)) return NaN;
    value = value * 10 + code - ZERO;
  }
  return value;
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar; years are counted from March, so that the leap day is the last. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Milliseconds east of UTC that the text says from `from` to its end: Z, +hh, +hhmm or +hh:mm; NaN for anything else. */
function offsetMs(text: string, from: number): number {
  const sign = text[from];
  const rest = text.length - from - 1;
  if (sign === 'Z' || sign === 'z') return rest === 0 ? 0 : NaN;
  if (sign !== '+' && sign !== '-') return NaN;
  const colon = rest === 5 && text[from + 3] === ':' ? 1 : 0;
  if (rest !== 2 && rest !== 4 && !colon) return NaN;
  const hours = digits(text, from + 1, from + 3);
  const minutes = rest === 2 ? 0 : digits(text, from + 3 + colon, text.length);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}

/** The first place behind a fraction that begins at `from`, or `from` where there is none. */
function fractionEnd(text: string, from: number): number {
  if (text[from] !== '.' && text[from] !== ',') return from;
  let end = from + 1;
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= NINE) end++;
  return end;
}

/** The first three decimals of the fraction in `[from, end)` as milliseconds, NaN for a point without decimals. */
function fractionMs(text: string, from: number, end: number): number {
  if (end === from) return 0;
  const decimals = Math.min(end - from - 1, 3);
  return decimals === 0 ? NaN : digits(text, from + 1, from + 1 + decimals) * 10 ** (3 - decimals);
}

/**
 * Read an instant written as ISO 8601: `YYYY-MM-DDThh:mm[:ss[.f…]]` with its offset (Z, ±hh, ±hhmm, ±hh:mm). What is finer than a millisecond is cut
 * off. A leap second, which is 23:59:60 in UTC wherever it is written, is read as the last millisecond before it, so that it stays in its day.
 *
 * @returns epoch milliseconds, or NaN for a text that names no instant: no offset, a 30th of February, hour 24
 */
export function parseInstant(text: string): number {
  if (text.length < 17 || text.length > MAX_LENGTH) return NaN;
  if (text[4] !== '-' || text[7] !== '-' || (text[10] !== 'T' && text[10] !== 't') || text[13] !== ':') return NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59)) return NaN;

  const withSeconds = text[16] === ':';
  const second = withSeconds ? digits(text, 17, 19) : 0;
  const fractionAt = withSeconds ? 19 : 16;
  const end = withSeconds ? fractionEnd(text, fractionAt) : fractionAt;
  const minuteAt = daysFromEpoch(year, month, day) * DAY_MS + (hour * 60 + minute) * MINUTE_MS - offsetMs(text, end);
  const ms = fractionMs(text, fractionAt, end);
  if (second <= 59) return minuteAt + second * 1000 + ms;
  const beforeMidnight = (minuteAt + MINUTE_MS) % DAY_MS === 0;
  return second === 60 && beforeMidnight && !Number.isNaN(ms) ? minuteAt + MINUTE_MS - 1 : NaN;
}
