import { type Scenario } from './values.js';

const DAYS = 24;

/** Four people followed and one let go; ann's goods are used, and everything social is done once or twice today. */
export const SOCIAL: Scenario = {
  name: 'following and speaking up',
  steps: [
    ['FOLLOW', 180 * DAYS, -1, { targetUserId: 'old' }],
    ['FOLLOW', 360 * DAYS, -1, { targetUserId: 'older' }],
    ['FOLLOW', 3, -1, { targetUserId: 'ann' }],
    ['FOLLOW', 3, -1, { targetUserId: 'dee' }],
    ['UNFOLLOW', 2, -1, { targetUserId: 'dee' }],
    ['PURCHASE', 2, 0, { orderId: 'a' }],
    ['LIKE', 1, 0],
    ['LIKE', 1, 1],
    ['UNLIKE', 1, 1],
    ['COMMENT', 1, 0, { sentiment: 0.8 }],
    ['COMMENT', 1, 1, { sentiment: -0.4 }],
    ['SHARE', 1, 1],
    ['HELPFUL', 1, 1],
    ['INVITE', 1, -1, { targetUserId: 'eve' }],
    ['PURCHASE', 1, 1, { orderId: 'b', referrerUserId: 'fay' }],
  ],
  options: {
    received: {
      followers: 8, mutual: 2, likes: 3, comments: 4, shares: 5, saves: 6, sales: 7, brought: 9, broughtPurchases: 10, invited: 4, invitedActive: 1, countedAt: 1,
    }, // prettier-ignore
  },
  expected: {
    following: 3,
    // Halving in 90 days: 1/4, 1/16, and ann's 1 + (4 + 2 + 2.3) / 4.
    'tie-strength': 0.3125 + 3.075,
    'strongest-tie': 3.075,
    'tie-concentration': 3.075 / 3.3875,
    'close-ties': 1,
    'faded-ties': 1,
    'new-ties': 1,
    'unfollow-share': 1 / 5,
    likes: 2,
    comments: 2,
    shares: 1,
    invites: 1,
    'helpful-votes': 1,
    // Touches: two purchases, two likes, two comments, a share, a helpful vote.
    'like-rate': 2 / 8,
    'comment-rate': 2 / 8,
    'share-rate': 1 / 8,
    'helpful-rate': 1 / 8,
    'unlike-share': 1 / 2,
    'comment-mood': 0.2,
    'comment-mood-spread': 0.6,
    'negative-comment-share': 1 / 2,
    // Today two likes, two comments, a share, a helpful vote, two follows and an invitation; follows of 180 and 360 days ago are 2^-6 and 2^-12.
    'social-activity': 9 + 2 ** -6 + 2 ** -12,
    'social-share': (9 + 2 ** -6 + 2 ** -12) / (13 + 2 ** -6 + 2 ** -12),
    outreach: 2,
    'referred-share': 1 / 8,
    'referred-buying-share': 1 / 2,
    referrers: -64 * Math.log(1 - 1 / 64),
    'followed-creator-share': 3 / 8,
    'followed-creator-buying-share': 1 / 2,
    'days-since-like': 1 / 24,
    'days-since-comment': 1 / 24,
    'days-since-share': 1 / 24,
    'days-since-invite': 1 / 24,
    'days-since-follow': 3 / 24,
    followers: 8,
    reciprocity: 2 / 8,
    'likes-received': 3,
    'comments-received': 4,
    'shares-received': 5,
    'saves-received': 6,
    sales: 7,
    'people-brought': 9,
    'purchases-brought': 10,
    'people-invited': 4,
    'invitations-answered': 1 / 4,
    'blind-share-rate': 1, // items 0 and 1 were never opened
  },
};

/** Visits at noon on three Saturdays and a short one at midnight, on two platforms. */
export const VISITS: Scenario = {
  name: 'coming back',
  steps: [
    ['CLICK', 14 * DAYS, 0, { platform: 'app', surface: 'home' }],
    ['CLICK', 7 * DAYS, 0, { platform: 'app', surface: 'home' }],
    ['CLICK', 7 * DAYS - 0.1, 1, { platform: 'app', surface: 'search' }],
    ['SAVE', 7 * DAYS - 0.2, 1, { platform: 'app', surface: 'search' }],
    ['CLICK', 12, 1, { platform: 'web', surface: 'home' }],
    ['PURCHASE', 0.1, 1, { orderId: 'a', platform: 'web', surface: 'home' }],
    ['LIKE', 0, 1, { platform: 'web', surface: 'home' }],
  ],
  expected: {
    // From 14 days ago to now there are three visits after the first.
    'sessions-per-week': 3 / 2,
    // One act; 12 minutes of three; one at midnight; 6 minutes of two.
    'session-minutes': 18 / 4,
    'longest-session': 12,
    'session-depth': 7 / 4,
    'session-depth-spread': Math.sqrt(2.75) / 2 / 1.75, // deviations -0.75, 1.25, -0.75, 0.25
    pace: (2 + 1) / 18,
    'bounce-share': 1 / 2,
    'deep-session-share': 1 / 2,
    'buying-session-share': 1 / 4,
    // Pauses: 7 days; 7 days less 12.2 h... from 11:48 to midnight a week later; 11.9 h.
    'pause-hours': (168 + (168 - 0.2 - 12) + 11.9) / 3,
    'overdue-visit': 0,
    'active-days-week': 1,
    'active-days-month': 3,
    'active-days-quarter': 3,
    'active-days-trend': 1,
    streak: 1,
    'longest-streak': 1,
    'day-gap': 7,
    'day-gap-spread': 0,
    'longest-absence': 7,
    'acts-last-hour': 2,
    'acts-last-day': 3,
    activity: 2 ** (-14 / 30) + 3 * 2 ** (-7 / 30) + 3,
    'busiest-weekday': 6,
    'active-weekday:saturday': 1,
    'weekend-share': 1,
    'weekday-breadth': 1,
    'busiest-hour': 12,
    'platform-share:web': 3 / (3 + 2 ** (-14 / 30) + 3 * 2 ** (-7 / 30)),
    'surface-share:search': (2 * 2 ** (-7 / 30)) / (3 + 2 ** (-14 / 30) + 3 * 2 ** (-7 / 30)),
    'wish-list': 0, // it was bought
    'one-item-share': 5 / 7,
    'days-since-active': 0,
  },
};

/** What is left of an act after an hour; and of acts now, twice an hour and once fifteen hours ago. */
const AN_HOUR = 2 ** (-1 / 720);
const AN_ODD_DAY = 1 + 2 * AN_HOUR + AN_HOUR ** 15;

/** At noon, twice at eleven, and at nine in the evening before. */
export const ONE_DAY: Scenario = {
  name: 'an hour of the day',
  steps: [
    ['CLICK', 0, 0],
    ['CLICK', 1, 1],
    ['CLICK', 1, 1],
    ['CLICK', 15, 2],
  ],
  expected: {
    'active-hour:11': (2 * AN_HOUR) / AN_ODD_DAY,
    'busiest-hour': 11,
    'night-share': 0,
    'office-hours-share': (1 + 2 * AN_HOUR) / AN_ODD_DAY,
    'evening-share': AN_HOUR ** 15 / AN_ODD_DAY,
    'hour-breadth': AN_ODD_DAY ** 2 / (1 + 4 * AN_HOUR ** 2 + AN_HOUR ** 30),
    'platform-share:none': NaN,
    streak: 2,
    'pause-spread': Math.sqrt(42.25) / 7.5, // pauses of 1 and 14 hours
  },
};

/** Machine-like: the same good at the same beat, then two at one instant. */
export const MACHINE: Scenario = {
  name: 'ticking like a machine',
  steps: [
    ...[0, 1, 2, 3, 4, 5, 6].map((i) => ['VIEW', 1 - i / 120, 0, { deviceHash: i < 4 ? 'a' : 'b' }] as const),
    ['VIEW', 1 - 6 / 120, 1, { platform: 'app', surface: 'home' }],
    ['REPORT', 0.5, 1],
    ['REVIEW', 0.5, 1, { rating: 1 }],
    ['REVIEW', 0.5, 1, { rating: 5 }],
  ],
  expected: {
    devices: -32 * Math.log(1 - 2 / 32),
    // Gaps of 0 s three times, 30 s six times and 1,620 s once: 180 s in the mean.
    'act-rhythm': Math.sqrt((3 * 180 ** 2 + 6 * 150 ** 2 + 1440 ** 2) / 10) / 180,
    'busiest-minute': 3,
    'same-instant-share': 3 / 10,
    'one-item-share': 7 / 11,
    reports: 1,
    'report-rate': 1 / 10,
    'review-stars-spread': 2,
    'days-since-report': 0.5 / 24,
    'platform-breadth': 1,
    'surface-breadth': 1,
    'sponsored-share': 0,
  },
};
