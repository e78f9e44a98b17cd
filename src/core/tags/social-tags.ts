import { decayedValue, HALF_LIFE_MS } from './decayed.js';
import { LATELY_DAYS, type Measure } from './measures.js';
import { deviation, shareOf } from './numbers.js';
import { type Received } from './received.js';
import { distinct } from './sketches.js';
import { TOUCHES } from './fold-habits.js';
import { ACTS, type Read, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { type View } from './view.js';

const TIES_ENOUGH = 3;
const TIE_DAYS = HALF_LIFE_MS.tie / 86_400_000;
const WORTH = 'new ties’ worth';
const CLOSE = 2;
const FADED = 0.25;
const NEW_DAYS = 30;
const { value, share, mean, count, since } = tagsOf('SOCIAL');
const graph = tagsOf('SOCIAL', 'SOCIAL_GRAPH');
const ties = { from: ['FOLLOW', 'UNFOLLOW'], enough: TIES_ENOUGH } as const;
const touched = [...TOUCHES];
const SOCIAL_ACTS = ['LIKE', 'COMMENT', 'SHARE', 'HELPFUL', 'FOLLOW', 'INVITE'] as const;
const SOCIAL_MEASURES = SOCIAL_ACTS.map((type): Measure => `type:${type}`);

const strengths = ({ state, now }: View): number[] => [...state.ties.values()].map((tie) => decayedValue(tie, now, HALF_LIFE_MS.tie));

const ofTies =
  (read: (strengths: number[], view: View) => number) =>
  (view: View): Read => {
    const found = strengths(view);
    return found.length === 0 ? null : [read(found, view), found.length];
  };
const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** A rate per touch of an item. */
const rate = (key: string, type: 'LIKE' | 'COMMENT' | 'SHARE' | 'HELPFUL', description: string): TagDeclaration =>
  share({ key, from: touched }, description, [`type:${type}`], ['touch']);

/** What others did, counted now and then over everyone. */
const received = (
  key: string,
  given: { unit: string; from: TagDeclaration['from']; purpose?: TagDeclaration['purpose'] },
  description: string,
  read: (found: Received) => Read,
): TagDeclaration => {
  const tag = graph.value({ key, enough: TIES_ENOUGH, window: 'all that is retained, as last counted', ...given }, description, (view) =>
    view.received ? read(view.received) : null,
  );
  return { ...tag, read: (view) => tag.read(view).map((reading) => ({ ...reading, updatedAt: view.received!.countedAt })) };
};
const counted = (n: number): Read => [n, n];

export const SOCIAL_TAGS: readonly TagDeclaration[] = [
  graph.value(
    { key: 'following', unit: 'users', ...ties },
    'How many users and creators are followed.',
    ofTies(({ length }) => length),
  ),
  graph.value(
    { key: 'tie-strength', unit: WORTH, ...ties, halfLifeDays: TIE_DAYS },
    'Strength of all ties together: each counts 1 when new, more with every dealing, less with time.',
    ofTies(sum),
  ),
  graph.value(
    { key: 'strongest-tie', unit: WORTH, ...ties, halfLifeDays: TIE_DAYS },
    'Strength of the tie that means most to the user.',
    ofTies((found) => Math.max(...found)),
  ),
  graph.value(
    { key: 'tie-concentration', unit: SHARE, ...ties, halfLifeDays: TIE_DAYS },
    'Share of the strength of all ties that the strongest has: 1 for who follows one only.',
    ofTies((found) => Math.max(...found) / sum(found)),
  ),
  graph.value(
    { key: 'close-ties', unit: 'users', ...ties, halfLifeDays: TIE_DAYS },
    'How many ties are worth two new ones or more: who really matters to the user.',
    ofTies((found) => found.filter((one) => one >= CLOSE).length),
  ),
  graph.value(
    { key: 'faded-ties', unit: 'users', ...ties, halfLifeDays: TIE_DAYS },
    'How many ties are worth less than a quarter of a new one: followed and forgotten.',
    ofTies((found) => found.filter((one) => one < FADED).length),
  ),
  graph.value(
    { key: 'new-ties', unit: 'users', ...ties, window: 'last 30 days' },
    'How many of those whom the user follows he followed in the last 30 days.',
    ofTies(
      (_, view) =>
        [...view.state.ties.keys()].filter((userId) => view.daysSince(view.state.followActs.get(userId) ?? 0) <= NEW_DAYS).length,
    ),
  ),
  graph.value(
    { key: 'unfollow-share', unit: SHARE, ...ties },
    'Unfollows among follows and unfollows: how fickle the user’s ties are.',
    (view) => {
      const both = view.count('FOLLOW', 'UNFOLLOW');
      return both === 0 ? null : [view.count('UNFOLLOW') / both, both];
    },
  ),
  count('LIKE', { key: 'likes', unit: 'events' }, 'How many likes the user gave.'),
  count('COMMENT', { key: 'comments', unit: 'events' }, 'How many comments the user wrote.'),
  count('SHARE', { key: 'shares', unit: 'events' }, 'How many times the user shared something with others.'),
  count('INVITE', { key: 'invites', unit: 'events' }, 'How many times the user invited someone.'),
  count('HELPFUL', { key: 'helpful-votes', unit: 'events' }, 'How many times the user found a review or content helpful.'),
  rate('like-rate', 'LIKE', 'Likes in all that the user does with items: how readily he approves.'),
  rate('comment-rate', 'COMMENT', 'Comments in all that the user does with items: how readily he speaks up.'),
  rate('share-rate', 'SHARE', 'Shares in all that the user does with items: how readily he spreads things.'),
  rate('helpful-rate', 'HELPFUL', 'Helpful votes in all that the user does with items: how much he leans on reviews.'),
  value({ key: 'unlike-share', unit: SHARE, from: ['LIKE', 'UNLIKE'] }, 'Likes taken back per like, at most 1.', (view) => {
    const likes = view.count('LIKE');
    return likes === 0 ? null : [shareOf(view.count('UNLIKE'), likes)!, likes];
  }),
  mean(
    { key: 'comment-mood', unit: 'sentiment, -1 to 1', range: [-1, 1], from: ['COMMENT'] },
    'Mean sentiment of the user’s comments, as the storefront judged them.',
    'comment:sentiment',
    'comment:felt',
  ),
  value(
    { key: 'comment-mood-spread', unit: 'sentiment, 0 to 1', range: [0, 1], from: ['COMMENT'], halfLifeDays: LATELY_DAYS },
    'How much the sentiment of comments varies: high for who both praises and scolds.',
    (view) => {
      const n = view.sum('comment:felt');
      const spread = deviation(n, view.sum('comment:sentiment'), view.sum('comment:sentimentSquared'));
      return spread === null ? null : [Math.min(1, spread), n];
    },
  ),
  share(
    { key: 'negative-comment-share', from: ['COMMENT'] },
    'Share of comments with a sentiment below -0.2.',
    ['comment:negative'],
    ['comment:felt'],
  ),
  value(
    { key: 'social-activity', unit: 'events', from: SOCIAL_ACTS, halfLifeDays: LATELY_DAYS },
    'Likes, comments, shares, helpful votes, follows and invitations of these weeks.',
    (view) => view.sum(...SOCIAL_MEASURES),
  ),
  value(
    { key: 'social-share', unit: SHARE, from: ACTS, halfLifeDays: LATELY_DAYS },
    'Share of social acts among all acts: who comes for people rather than goods.',
    (view) => {
      const all = view.sum(...ACTS.map((type): Measure => `type:${type}`));
      return all > 0 ? [view.sum(...SOCIAL_MEASURES) / all, all] : null;
    },
  ),
  value(
    { key: 'outreach', unit: 'events', from: ['SHARE', 'INVITE'], halfLifeDays: LATELY_DAYS },
    'Shares and invitations of these weeks: who brings others along.',
    (view) => view.sum('type:SHARE', 'type:INVITE'),
  ),
  graph.share(
    { key: 'referred-share', from: touched, halfLifeDays: LATELY_DAYS },
    'Share of what the user turns to that someone’s share brought him to.',
    ['touch:referred'],
    ['touch'],
  ),
  graph.share(
    { key: 'referred-buying-share', from: ['PURCHASE'], enough: 3 },
    'Share of purchases that someone’s share brought the user to.',
    ['buy:referred'],
    ['buy'],
  ),
  graph.value(
    { key: 'referrers', unit: 'users', from: touched, enough: TIES_ENOUGH },
    'About how many different people’s shares the user came by.',
    (view) => {
      const met = distinct(view.state.habits.sketches, 'referrers');
      return met > 0 ? [met, met] : null;
    },
  ),
  graph.share(
    { key: 'followed-creator-share', from: touched },
    'Share of what the user turns to that is made by someone whom he follows.',
    ['touch:followed'],
    ['touch'],
  ),
  graph.share(
    { key: 'followed-creator-buying-share', from: ['PURCHASE'], enough: 3 },
    'Share of purchases of items by someone whom the user follows.',
    ['buy:followed'],
    ['buy'],
  ),
  since('days-since-like', ['LIKE'], 'Days since the last like.'),
  since('days-since-comment', ['COMMENT'], 'Days since the last comment.'),
  since('days-since-share', ['SHARE'], 'Days since the user last shared something.'),
  since('days-since-invite', ['INVITE'], 'Days since the user last invited someone.'),
  graph.since('days-since-follow', ['FOLLOW'], 'Days since the user last followed someone.'),
  received('followers', { unit: 'users', from: ['FOLLOW', 'UNFOLLOW'] }, 'How many users follow this one.', ({ followers }) =>
    counted(followers),
  ),
  received(
    'reciprocity',
    { unit: SHARE, from: ['FOLLOW', 'UNFOLLOW'] },
    'Share of those who follow the user whom he follows too: friends rather than fans.',
    ({ mutual, followers }) => (followers === 0 ? null : [Math.min(1, mutual / followers), followers]),
  ),
  received('likes-received', { unit: 'events', from: ['LIKE'] }, 'How many likes what the user made got from others.', ({ likes }) =>
    counted(likes),
  ),
  received(
    'comments-received',
    { unit: 'events', from: ['COMMENT'] },
    'How many comments what the user made got from others.',
    ({ comments }) => counted(comments),
  ),
  received('shares-received', { unit: 'events', from: ['SHARE'] }, 'How many times others shared what the user made.', ({ shares }) =>
    counted(shares),
  ),
  received('saves-received', { unit: 'events', from: ['SAVE'] }, 'How many times others saved what the user made.', ({ saves }) =>
    counted(saves),
  ),
  received('sales', { unit: 'order lines', from: ['PURCHASE'] }, 'How many times others bought what the user offers.', ({ sales }) =>
    counted(sales),
  ),
  received('people-brought', { unit: 'users', from: touched }, 'How many different people came by the user’s shares.', ({ brought }) =>
    counted(brought),
  ),
  received(
    'purchases-brought',
    { unit: 'order lines', from: ['PURCHASE'] },
    'How many purchases the user’s shares brought.',
    ({ broughtPurchases }) => counted(broughtPurchases),
  ),
  received('people-invited', { unit: 'users', from: ['INVITE'] }, 'How many different people the user invited.', ({ invited }) =>
    counted(invited),
  ),
  received(
    'invitations-answered',
    { unit: SHARE, from: ['INVITE'] },
    'Share of those invited who did anything afterwards.',
    ({ invited, invitedActive }) => (invited === 0 ? null : [Math.min(1, invitedActive / invited), invited]),
  ),
];
