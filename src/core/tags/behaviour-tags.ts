import { DAY_MS, decay } from '../time.js';
import { HALF_LIFE_MS } from './decayed.js';
import { type UserState } from './state.js';
import { countOf, countTag, halfLifeHours, shareTag, type TagDeclaration } from './tag.js';

const EVENTS_ENOUGH = 20;
/** From ten at night to six in the morning. */
export const NIGHT_HOURS: readonly number[] = [22, 23, 0, 1, 2, 3, 4, 5];

const activityAt = ({ hours, hoursAt }: UserState, now: number): number =>
  hours.reduce((sum, value) => sum + value, 0) * decay(now - hoursAt, HALF_LIFE_MS.hours);

type Given = Pick<TagDeclaration, 'key' | 'unit' | 'description'>;

const behaviour = (key: string, unit: string, description: string) =>
  ({ key, dimension: 'BEHAVIOUR', unit, description, purpose: 'PERSONALISATION' }) as const;

/** A tag of all that was seen: as sure as there were events. */
const seenTag = (tag: Given, value: (state: UserState, now: number) => number): TagDeclaration => ({
  ...tag,
  dimension: 'BEHAVIOUR',
  halfLifeHours: null,
  purpose: 'PERSONALISATION',
  enough: EVENTS_ENOUGH,
  read: (state, now) =>
    state.updatedAt === 0 ? [] : [{ value: value(state, now), evidence: state.eventCount, updatedAt: state.updatedAt }],
});

/** A tag of when the user is active; `values` get the share of every hour. */
const hourTag = (tag: Given, values: (shares: number[]) => { name?: string; value: number }[]): TagDeclaration => ({
  ...tag,
  dimension: 'CONTEXT',
  halfLifeHours: halfLifeHours('hours'),
  purpose: 'PERSONALISATION',
  enough: EVENTS_ENOUGH,
  read(state, now) {
    const total = state.hours.reduce((sum, value) => sum + value, 0);
    if (total <= 0) return [];
    const shares = [...state.hours].map((value) => value / total);
    return values(shares).map((value) => ({ ...value, evidence: activityAt(state, now), updatedAt: state.hoursAt }));
  },
});

export const BEHAVIOUR_TAGS: readonly TagDeclaration[] = [
  seenTag(
    { key: 'events', unit: 'events', description: 'How many events of this user count, drawn and seen ones among them.' },
    ({ eventCount }) => eventCount,
  ),
  seenTag(
    { key: 'days-known', unit: 'days', description: 'Days since the first thing the user did.' },
    ({ firstSeenAt }, now) => Math.max(0, now - firstSeenAt) / DAY_MS,
  ),
  seenTag(
    { key: 'days-since-active', unit: 'days', description: 'Days since the last thing the user did.' },
    ({ updatedAt }, now) => Math.max(0, now - updatedAt) / DAY_MS,
  ),
  {
    ...behaviour('activity', 'events', 'How active the user is these weeks: acts of the last month or so, older ones counting less.'),
    halfLifeHours: halfLifeHours('hours'),
    enough: EVENTS_ENOUGH,
    read: (state, now) => [{ value: activityAt(state, now), evidence: state.eventCount, updatedAt: state.updatedAt }],
  },
  countTag('IMPRESSION', behaviour('impressions', 'events', 'How many items were seen, as far as the storefront reports it.')),
  countTag('CLICK', behaviour('clicks', 'events', 'How many items the user clicked.')),
  countTag('VIEW', behaviour('views', 'events', 'How many item pages the user opened.')),
  countTag('PLAY_END', behaviour('plays', 'events', 'How many videos and live shows the user watched until he left or they ended.')),
  countTag('SAVE', behaviour('saves', 'events', 'How many items the user saved for later.')),
  countTag('SEARCH', behaviour('searches', 'events', 'How many searches the user made.')),
  countTag('HIDE', behaviour('hides', 'events', 'How many times the user asked not to be shown something.')),
  shareTag((state) => ({ part: countOf(state, 'CLICK'), whole: countOf(state, 'IMPRESSION') }), {
    key: 'click-rate',
    dimension: 'BEHAVIOUR',
    purpose: 'PERSONALISATION',
    description: 'Clicks per item seen, at most 1; absent where the storefront does not report what was seen.',
  }),
  shareTag(
    (state) => ({ part: countOf(state, 'SKIP'), whole: countOf(state, 'SKIP') + countOf(state, 'PLAY_END') + countOf(state, 'CLICK') }),
    {
      key: 'skip-share',
      dimension: 'BEHAVIOUR',
      purpose: 'PERSONALISATION',
      description: 'Share of items skipped among those that were skipped, clicked or played.',
    },
  ),
  hourTag(
    {
      key: 'active-hour',
      unit: 'share, 0 to 1',
      description: 'Share of the user’s acts in one hour of the day, 0 to 23 in the shop’s time zone.',
    },
    (shares) => shares.flatMap((value, hour) => (value > 0 ? [{ name: String(hour), value }] : [])),
  ),
  hourTag(
    { key: 'busiest-hour', unit: 'hour of the day, 0 to 23', description: 'The hour of the day in which the user does most.' },
    (shares) => [{ value: shares.indexOf(Math.max(...shares)) }],
  ),
  hourTag(
    { key: 'night-share', unit: 'share, 0 to 1', description: 'Share of the user’s acts between ten at night and six in the morning.' },
    (shares) => [{ value: NIGHT_HOURS.reduce((sum, hour) => sum + shares[hour], 0) }],
  ),
];
