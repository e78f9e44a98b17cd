import { type Session } from './habits.js';
import { gapsOf, meanOf, relativeSpread, shareOf } from './numbers.js';
import { ACTS, LAST_SESSIONS, type Read, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { type View } from './view.js';

const { value } = tagsOf('BEHAVIOUR');
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 604_800_000;
const visits = { from: ACTS, enough: 3, window: LAST_SESSIONS };
const days = { from: ACTS, enough: 5, window: 'last 96 days' };

const ofSessions =
  (read: (sessions: readonly Session[]) => number | null, atLeast = 1) =>
  ({ state: { habits } }: View): Read => {
    const result = habits.sessions.length < atLeast ? null : read(habits.sessions);
    return result === null ? null : [result, habits.sessions.length];
  };
const minutesOf = ({ start, end }: Session): number => (end - start) / MINUTE_MS;
const shareOfSessions = (sessions: readonly Session[], which: (session: Session) => boolean): number =>
  sessions.filter(which).length / sessions.length;
/** Hours between sessions, the newest pause first. */
const pauses = (sessions: readonly Session[]): number[] => sessions.slice(1).map(({ end }, i) => (sessions[i].start - end) / HOUR_MS);

const ofDays =
  (read: (ages: readonly number[]) => number | null) =>
  (view: View): Read => {
    const result = view.activeAges.length === 0 ? null : read(view.activeAges);
    return result === null ? null : [result, view.activeAges.length];
  };
const within = (from: number, until: number) => (ages: readonly number[]) => ages.filter((age) => age >= from && age < until).length;

const dayGaps = (ages: readonly number[]): number[] => gapsOf(ages).map((gap) => -gap);

/** Lengths of the runs of days that follow each other, the newest first. */
function streaks(ages: readonly number[]): number[] {
  const lengths: number[] = [];
  ages.forEach((age, i) => {
    if (i > 0 && age === ages[i - 1] + 1) lengths[lengths.length - 1]++;
    else lengths.push(1);
  });
  return lengths;
}

/** When the user comes, and how long he stays. */
export const RHYTHM_TAGS: readonly TagDeclaration[] = [
  value(
    { key: 'sessions-per-week', unit: 'sessions', ...visits },
    'How often the user comes, by the last twelve visits.',
    ofSessions((sessions) => {
      const span = sessions[0].end - sessions[sessions.length - 1].start;
      return span > 0 ? (sessions.length - 1) / (span / WEEK_MS) : null;
    }, 2),
  ),
  value(
    { key: 'session-minutes', unit: 'minutes', ...visits },
    'How long a visit lasts on average, from its first to its last act.',
    ofSessions((sessions) => meanOf(sessions.map(minutesOf))),
  ),
  value(
    { key: 'longest-session', unit: 'minutes', ...visits },
    'How long the longest of the last visits was.',
    ofSessions((sessions) => Math.max(...sessions.map(minutesOf))),
  ),
  value(
    { key: 'session-depth', unit: 'acts', ...visits, range: [1, Infinity] },
    'How many acts a visit has on average.',
    ofSessions((sessions) => meanOf(sessions.map((session) => session.acts))),
  ),
  value(
    { key: 'session-depth-spread', unit: 'in means', ...visits },
    'How unequal visits are in acts: deviation over mean.',
    ofSessions((sessions) => relativeSpread(sessions.map((session) => session.acts))),
  ),
  value(
    { key: 'pace', unit: 'acts a minute', ...visits },
    'Acts a minute within visits of more than one act.',
    ofSessions((sessions) => {
      const long = sessions.filter(({ acts: n, start, end }) => n > 1 && end > start);
      const minutes = long.reduce((sum, session) => sum + minutesOf(session), 0);
      return minutes > 0 ? long.reduce((sum, session) => sum + session.acts - 1, 0) / minutes : null;
    }),
  ),
  value(
    { key: 'bounce-share', unit: SHARE, ...visits },
    'Share of visits of a single act.',
    ofSessions((sessions) => shareOfSessions(sessions, (session) => session.acts === 1)),
  ),
  value(
    { key: 'deep-session-share', unit: SHARE, ...visits },
    'Share of visits with a like, save, comment, share, cart, purchase or review.',
    ofSessions((sessions) => shareOfSessions(sessions, (session) => session.deep > 0)),
  ),
  value(
    { key: 'buying-session-share', unit: SHARE, ...visits },
    'Share of visits with a purchase: how well visits convert.',
    ofSessions((sessions) => shareOfSessions(sessions, (session) => session.bought > 0)),
  ),
  value(
    { key: 'pause-hours', unit: 'hours', ...visits },
    'Hours between visits on average.',
    ofSessions((sessions) => meanOf(pauses(sessions)), 2),
  ),
  value(
    { key: 'pause-spread', unit: 'in means', ...visits },
    'How uneven the hours between visits are: 0 like a clock, about 1 by chance, above in bursts.',
    ofSessions((sessions) => relativeSpread(pauses(sessions)), 3),
  ),
  value(
    { key: 'overdue-visit', unit: 'mean pauses', ...visits, range: [0, 50] },
    'Time since the last visit in mean pauses between visits, at most 50: well above 1 the user stays away.',
    (view) => {
      const { sessions } = view.state.habits;
      const pause = sessions.length < 2 ? 0 : meanOf(pauses(sessions));
      return pause > 0 ? [Math.min(50, Math.max(0, view.now - sessions[0].end) / HOUR_MS / pause), sessions.length] : null;
    },
  ),
  value(
    { key: 'active-days-week', unit: 'days', ...days, window: 'last 7 days', range: [0, 7] },
    'On how many of the last seven days the user was here.',
    ofDays(within(0, 7)),
  ),
  value(
    { key: 'active-days-month', unit: 'days', ...days, window: 'last 28 days', range: [0, 28] },
    'On how many of the last 28 days the user was here.',
    ofDays(within(0, 28)),
  ),
  value(
    { key: 'active-days-quarter', unit: 'days', ...days, window: 'last 91 days', range: [0, 91] },
    'On how many of the last 91 days the user was here.',
    ofDays(within(0, 91)),
  ),
  value(
    { key: 'active-days-trend', unit: SHARE, ...days, window: 'last 56 days' },
    'Share of the last 28 days in the active days of the last 56: half when steady, less when fading.',
    ofDays((ages) => shareOf(within(0, 28)(ages), within(0, 56)(ages))),
  ),
  value(
    { key: 'streak', unit: 'days', ...days, range: [0, 96] },
    'For how many days in a row up to today or yesterday the user has been here.',
    ofDays((ages) => (ages[0] <= 1 ? streaks(ages)[0] : 0)),
  ),
  value(
    { key: 'longest-streak', unit: 'days', ...days, range: [0, 96] },
    'The most days in a row on which the user was here.',
    ofDays((ages) => Math.max(...streaks(ages))),
  ),
  value(
    { key: 'day-gap', unit: 'days', ...days },
    'Days between active days in the mean: 1 for every day.',
    ofDays((ages) => (ages.length < 2 ? null : (ages[ages.length - 1] - ages[0]) / (ages.length - 1))),
  ),
  value(
    { key: 'day-gap-spread', unit: 'in means', ...days },
    'How uneven the days between active days are: 0 for a fixed rhythm.',
    ofDays((ages) => relativeSpread(dayGaps(ages))),
  ),
  value(
    { key: 'longest-absence', unit: 'days', ...days, range: [0, 96] },
    'The most days between two active days that followed each other.',
    ofDays((ages) => (ages.length < 2 ? null : Math.max(...dayGaps(ages)))),
  ),
];
