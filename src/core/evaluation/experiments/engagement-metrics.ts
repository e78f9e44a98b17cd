import { lowerIsBetter, mean, type Metric, ratio, share } from './metric.js';
import { type UserFacts } from './user-facts.js';

const DEEP = 'likes, saves, comments, shares, helpful marks, reviews, follows and cart adds';

const deepActs = ({ likes, saves, comments, shares, helpful, reviews, follows, cartAdds }: UserFacts): number =>
  likes + saves + comments + shares + helpful + reviews + follows + cartAdds;

export const ENGAGEMENT_METRICS: Metric[] = [
  ratio(['CLICK_RATE', 'clicks per item shown', 'Clicks on items shown by items seen, or served where the surface reports none.'], 'ledClicks', 'shown'),
  mean(['CLICKS_PER_USER', 'clicks per user', 'Clicks by users exposed.'], 'clicks'),
  share(['CLICKING_USERS', 'share of users', 'Users exposed who clicked.'], 'clicks'),
  ratio(['SEEN_RATE', 'share of items', 'Items reported as seen by items served.'], 'impressions', 'served'),
  ratio(['DWELL_PER_CLICK', 'seconds', 'Time spent with items by clicks.'], ({ dwellMs }) => dwellMs / 1_000, 'clicks'),
  mean(['DWELL_PER_USER', 'seconds', 'Time spent with items by users exposed.'], ({ dwellMs }) => dwellMs / 1_000),
  lowerIsBetter(ratio(['SKIP_RATE', 'share of items', 'Items passed over by items shown.'], 'skips', 'shown')),
  mean(['PLAYED_OUT_PER_USER', 'videos per user', 'Videos played to the end by users exposed.'], 'playEnds'),
  ratio(
    ['DEEP_INTERACTION_RATE', 'acts per item shown', `Deep acts by items shown: ${DEEP}.`],
    deepActs,
    'shown',
  ),
  ratio(['DEEP_PER_SHALLOW', 'acts per click', `Deep acts by clicks: ${DEEP}.`], deepActs, 'clicks'),
  ratio(['LIKE_RATE', 'likes per item shown', 'Likes by items shown.'], 'likes', 'shown'),
  ratio(['SAVE_RATE', 'saves per item shown', 'Saves by items shown.'], 'saves', 'shown'),
  ratio(['COMMENT_RATE', 'comments per item shown', 'Comments by items shown.'], 'comments', 'shown'),
  ratio(['HELPFUL_RATE', 'marks per item shown', 'Marks that content helped by items shown.'], 'helpful', 'shown'),
  share(['SHARE_RATE', 'share of users', 'Users exposed who shared something.'], 'shares'),
  share(['FOLLOW_RATE', 'share of users', 'Users exposed who followed somebody.'], 'follows'),
  lowerIsBetter(share(['UNFOLLOW_RATE', 'share of users', 'Users exposed who took a follow back.'], 'unfollows')),
  mean(['INVITES_PER_USER', 'invitations per user', 'Invitations sent by users exposed.'], 'invites'),
  mean(['VIRAL_COEFFICIENT', 'users per user', 'Users who came through invitations and shares by users exposed.'], 'referred'),
  share(['REFERRED_CONVERSION_RATE', 'share of users', 'Of the users exposed whom a share or an invitation brought, those who ordered.'], 'orders', ({ isReferred, feeds }) => isReferred > 0 && feeds > 0),
  share(['REFERRED_RETENTION_D7', 'share of users', 'Of those whom a share or an invitation brought, active on the seventh day after the first exposure.'], 'returnedDay7', ({ isReferred, followedDays }) => isReferred > 0 && followedDays >= 8),
  mean(['SEARCHES_PER_USER', 'searches per user', 'Searches by users exposed.'], 'searches'),
  lowerIsBetter(ratio(['HIDE_RATE', 'acts per item shown', 'Items, creators, brands and categories hidden by items shown.'], 'hides', 'shown')),
  lowerIsBetter(share(['HIDING_USERS', 'share of users', 'Users exposed who hid something.'], 'hides')),
  lowerIsBetter(ratio(['REPORT_RATE', 'complaints per item shown', 'Complaints by items shown.'], 'reports', 'shown')),
  mean(['SESSIONS_PER_USER', 'sessions per user', 'Sessions by users exposed.'], 'sessions'),
  mean(['ACTIVE_DAYS_PER_USER', 'days per user', 'Days with an act of their own by users exposed.'], 'activeDays'),
  ratio(['FEEDS_PER_SESSION', 'pages per session', 'Pages served by sessions.'], 'feeds', 'sessions'),
  share(['RETENTION_D1', 'share of users', 'Active on the day after the first exposure.'], 'returnedDay1', ({ followedDays }) => followedDays >= 2),
  share(['RETENTION_D7', 'share of users', 'Active on the seventh day after the first exposure.'], 'returnedDay7', ({ followedDays }) => followedDays >= 8),
  share(['RETENTION_D30', 'share of users', 'Active on the thirtieth day after the first exposure.'], 'returnedDay30', ({ followedDays }) => followedDays >= 31),
]; // prettier-ignore
