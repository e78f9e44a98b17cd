import { TOUCHES } from './fold-habits.js';
import { activityOf } from './behaviour-tags.js';
import { type Decayed, decayedValue, HALF_LIFE_MS } from './decayed.js';
import { LATELY_DAYS, type Measure } from './measures.js';
import { effectiveNumber } from './numbers.js';
import { ACTS, familyTag, type Given, type Read, SHARE, type TagDeclaration, tagsOf, type TagReading } from './tag.js';
import { type View } from './view.js';

const EVENTS_ENOUGH = 20;
const HALF_LIFE_DAYS = HALF_LIFE_MS.hours / 86_400_000;
const NIGHT = [22, 23, 0, 1, 2, 3, 4, 5];
const OFFICE = [9, 10, 11, 12, 13, 14, 15, 16];
const EVENING = [18, 19, 20, 21];
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAY_PARTS = ['night', 'morning', 'afternoon', 'evening'] as const;
const { value, share } = tagsOf('CONTEXT');
const acts = { from: ACTS, enough: EVENTS_ENOUGH, halfLifeDays: HALF_LIFE_DAYS };
const touched = [...TOUCHES];
const bought = { from: ['PURCHASE'], enough: 3 } as const;

/** Of every hour of the day its share of the acts; null before there is one. */
function hourShares({ state: { hours } }: View): number[] | null {
  const total = hours.reduce((sum, one) => sum + one, 0);
  return total > 0 ? [...hours].map((one) => one / total) : null;
}

const hourTag = (given: Omit<Given, 'from'>, description: string, read: (shares: number[]) => number): TagDeclaration =>
  value({ ...acts, ...given }, description, (view) => {
    const shares = hourShares(view);
    return shares && [read(shares), activityOf(view)];
  });
const during = (hours: readonly number[]) => (shares: number[]) => hours.reduce((sum, hour) => sum + shares[hour], 0);

const weekdaySums = (view: View): number[] => WEEKDAYS.map((_, day) => view.sum(`weekday:${day}` as Measure));
const weekdayTag = (given: Omit<Given, 'from'>, description: string, read: (shares: number[]) => number): TagDeclaration =>
  value({ ...acts, ...given }, description, (view) => {
    const sums = weekdaySums(view);
    const total = sums.reduce((sum, one) => sum + one, 0);
    return total > 0 ? [read(sums.map((one) => one / total)), total] : null;
  });

/** Readings of what there is of several things, as shares. */
function shares(named: readonly (readonly [string, number])[], updatedAt: number): TagReading[] {
  const total = named.reduce((sum, [, one]) => sum + one, 0);
  return named.flatMap(([name, one]) => (one > 0 ? [{ name, value: one / total, evidence: total, updatedAt }] : []));
}

const family = (key: string, description: string, given: Partial<TagDeclaration>, read: (view: View) => TagReading[]): TagDeclaration =>
  familyTag({ key, description, dimension: 'CONTEXT', unit: SHARE, halfLifeHours: HALF_LIFE_DAYS * 24, from: ACTS, enough: EVENTS_ENOUGH, ...given, read }); // prettier-ignore

const placesOf = (view: View, places: ReadonlyMap<string, Decayed>): [string, number][] =>
  [...places].map(([name, sum]): [string, number] => [name, decayedValue(sum, view.now, HALF_LIFE_MS.hours)]).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)); // prettier-ignore

const spreadOver =
  (places: (view: View) => ReadonlyMap<string, Decayed>) =>
  (view: View): Read => {
    const sums = placesOf(view, places(view)).map(([, sum]) => sum);
    const spread = effectiveNumber(sums);
    return spread === null ? null : [spread, sums.reduce((total, one) => total + one, 0)];
  };

const platforms = ({ state }: View) => state.habits.platforms;
const surfaces = ({ state }: View) => state.habits.surfaces;

export const CONTEXT_TAGS: readonly TagDeclaration[] = [
  family('active-hour', 'Share of the user’s acts in one hour of the day, 0 to 23 in the shop’s time zone.', {}, (view) =>
    (hourShares(view) ?? []).flatMap((one, hour) =>
      one > 0 ? [{ name: String(hour), value: one, evidence: activityOf(view), updatedAt: view.state.hoursAt }] : [],
    ),
  ),
  hourTag(
    { key: 'busiest-hour', unit: 'hour of the day, 0 to 23', range: [0, 23] },
    'The hour of the day in which the user does most.',
    (hours) => hours.indexOf(Math.max(...hours)),
  ),
  hourTag({ key: 'night-share', unit: SHARE }, 'Share of the user’s acts between ten at night and six in the morning.', during(NIGHT)),
  hourTag({ key: 'office-hours-share', unit: SHARE }, 'Share of the user’s acts between nine and five.', during(OFFICE)),
  hourTag({ key: 'evening-share', unit: SHARE }, 'Share of the user’s acts between six and ten in the evening.', during(EVENING)),
  hourTag(
    { key: 'hour-breadth', unit: 'hours', range: [1, 24] },
    'Over how many hours of the day the user’s acts spread: 1 for a fixed hour.',
    (hours) => effectiveNumber(hours)!,
  ),
  family('active-weekday', 'Share of the user’s acts on one day of the week.', {}, (view) => {
    const sums = weekdaySums(view);
    return shares(
      WEEKDAYS.map((name, day) => [name, sums[day]] as const),
      view.state.updatedAt,
    );
  }),
  weekdayTag(
    { key: 'busiest-weekday', unit: 'day of the week, 1 to 7', range: [1, 7] },
    'The day of the week on which the user does most, Monday being 1.',
    (found) => 1 + found.indexOf(Math.max(...found)),
  ),
  weekdayTag(
    { key: 'weekend-share', unit: SHARE },
    'Share of the user’s acts on Saturdays and Sundays: two sevenths for who makes no difference.',
    (found) => Math.min(1, found[5] + found[6]),
  ),
  weekdayTag({ key: 'weekday-breadth', unit: 'days', range: [1, 7] }, 'Over how many days of the week the user’s acts spread.', (found) =>
    Math.min(7, effectiveNumber(found)!),
  ),
  family(
    'buying-daypart',
    'Share of purchases at night (0 to 6), in the morning (to 12), afternoon (to 18) and evening: when an offer fits.',
    { from: bought.from, enough: 3, halfLifeHours: 180 * 24 },
    (view) =>
      shares(
        DAY_PARTS.map((part) => [part, view.sum(`buy:${part}`)] as const),
        view.lastAt('PURCHASE'),
      ),
  ),
  share({ key: 'weekend-buying-share', ...bought }, 'Share of purchases made on Saturdays and Sundays.', ['buy:weekend'], ['buy']),
  family('platform-share', 'Share of the user’s acts on one platform, as the storefront names them; the eight most used.', {}, (view) =>
    shares(placesOf(view, platforms(view)), view.state.updatedAt),
  ),
  value(
    { key: 'platform-breadth', unit: 'platforms', ...acts, range: [1, 8] },
    'Over how many platforms the user’s acts spread.',
    spreadOver(platforms),
  ),
  family('surface-share', 'Share of the user’s acts on one surface of the storefront; the eight most used.', {}, (view) =>
    shares(placesOf(view, surfaces(view)), view.state.updatedAt),
  ),
  value(
    { key: 'surface-breadth', unit: 'surfaces', ...acts, range: [1, 8] },
    'Over how many surfaces of the storefront the user’s acts spread.',
    spreadOver(surfaces),
  ),
  share(
    { key: 'local-share', from: touched, halfLifeDays: LATELY_DAYS },
    'Share of items that are at a place, as shops and events nearby, in what the user turns to.',
    ['touch:local'],
    ['touch'],
  ),
  share(
    { key: 'regional-share', from: touched, halfLifeDays: LATELY_DAYS },
    'Share of items offered in some regions only in what the user turns to.',
    ['touch:regional'],
    ['touch'],
  ),
  share(
    { key: 'last-minute-share', from: touched, halfLifeDays: LATELY_DAYS },
    'Share of items within three days of their end in what the user turns to.',
    ['touch:ending'],
    ['touch'],
  ),
];
