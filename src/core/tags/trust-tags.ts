import { deviation, gapsOf, relativeSpread, shareOf } from './numbers.js';
import { distinct } from './sketches.js';
import { HALF_YEAR_DAYS } from './measures.js';
import { ITEM_ACTS, LAST_ACTS, type Read, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { type View } from './view.js';
import { TOUCHES } from './fold-habits.js';

const { value, share, mean, count, since } = tagsOf('TRUST');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const QUICK_DAYS = 3;
const TIMES_ENOUGH = 5;
const last = { from: ITEM_ACTS, window: LAST_ACTS, enough: 20 };
const reviews = { from: ['REVIEW'], enough: 3 } as const;

/** Times of the last acts, the newest first, where there are enough to judge. */
const timesOf = ({ state: { recent } }: View): number[] | null =>
  recent.length < TIMES_ENOUGH ? null : recent.map(({ occurredAt }) => occurredAt);

const ofTimes =
  (read: (times: number[]) => number | null) =>
  (view: View): Read => {
    const times = timesOf(view);
    const result = times && read(times);
    return result === null || times === null ? null : [result, times.length];
  };

/** The most of some falling times that lie within one span. */
function mostWithin(times: readonly number[], spanMs: number): number {
  let most = 0;
  for (let newest = 0, oldest = 0; newest < times.length; newest++) {
    while (oldest < times.length && times[newest] - times[oldest] < spanMs) oldest++;
    most = Math.max(most, oldest - newest);
  }
  return most;
}

const owned = ({ state }: View) => [...state.ownership.values()];

export const TRUST_TAGS: readonly TagDeclaration[] = [
  count('REPORT', { key: 'reports', unit: 'events', enough: 3 }, 'How many items or reviews the user reported as wrong.'),
  value(
    { key: 'report-rate', unit: SHARE, from: ['REPORT', ...TOUCHES] },
    'Reports per item dealt with, at most 1: far too many are an abuse of their own.',
    (view) => {
      const all = view.count(...TOUCHES);
      return all === 0 ? null : [shareOf(view.count('REPORT'), all)!, all];
    },
  ),
  mean(
    { key: 'review-stars', unit: 'stars, 1 to 5', range: [1, 5], ...reviews },
    'How many stars the user gives on average: how his praise is to be read.',
    'review:stars',
    'review:rated',
  ),
  value(
    { key: 'review-stars-spread', unit: 'stars', range: [0, 2], ...reviews, halfLifeDays: HALF_YEAR_DAYS },
    'How much the stars that the user gives vary: 0 for who always gives the same, and so says little.',
    (view) => {
      const n = view.sum('review:rated');
      const spread = deviation(n, view.sum('review:stars'), view.sum('review:starsSquared'));
      return spread === null ? null : [Math.min(2, spread), n];
    },
  ),
  share({ key: 'extreme-review-share', ...reviews }, 'Share of reviews with one or five stars.', ['review:extreme'], ['review:rated']),
  share(
    { key: 'low-review-share', ...reviews },
    'Share of reviews with two stars or fewer: whom service should write to.',
    ['review:low'],
    ['review:rated'],
  ),
  value(
    { key: 'verified-review-share', unit: SHARE, from: ['REVIEW', 'PURCHASE'], enough: 3 },
    'Share of reviewed items that the user is known to have bought here.',
    (view) => {
      const reviewed = owned(view).filter(({ reviewedAt }) => reviewedAt > 0);
      return reviewed.length === 0 ? null : [reviewed.filter(({ boughtAt }) => boughtAt > 0).length / reviewed.length, reviewed.length];
    },
  ),
  value(
    { key: 'quick-refund-share', unit: SHARE, from: ['PURCHASE', 'REFUND'], enough: 3 },
    'Share of items given back that went back within three days of buying: tried and returned.',
    (view) => {
      const back = owned(view).filter(({ boughtAt, refundedAt }) => boughtAt > 0 && refundedAt >= boughtAt);
      return back.length === 0
        ? null
        : [back.filter(({ boughtAt, refundedAt }) => refundedAt - boughtAt <= QUICK_DAYS * DAY_MS).length / back.length, back.length];
    },
  ),
  value(
    { key: 'unbacked-refunds', unit: 'items', from: ['REFUND'], enough: 1 },
    'How many items were refunded of which no purchase is known.',
    (view) => {
      const back = owned(view).filter(({ refundedAt }) => refundedAt > 0);
      return back.length === 0 ? null : [back.filter(({ boughtAt }) => boughtAt === 0).length, back.length];
    },
  ),
  value(
    { key: 'devices', unit: 'devices', from: ITEM_ACTS, purpose: 'ESSENTIAL', enough: 3, range: [0, 150] },
    'About how many devices the account was used from, by hashes that the storefront makes; many hint at a shared or sold account.',
    (view) => {
      const met = distinct(view.state.habits.sketches, 'devices');
      return met > 0 ? [met, met] : null;
    },
  ),
  value(
    { key: 'act-rhythm', unit: 'in means', ...last },
    'How uneven the times between the last acts are: people come in bursts above 1, a machine ticks near 0.',
    ofTimes((times) => relativeSpread(gapsOf(times))),
  ),
  value(
    { key: 'busiest-minute', unit: 'acts', ...last, range: [0, 50] },
    'The most acts within one minute among the last: beyond some dozens no person.',
    ofTimes((times) => mostWithin(times, MINUTE_MS)),
  ),
  value(
    { key: 'same-instant-share', unit: SHARE, ...last },
    'Share of the last acts at the very millisecond of another: sent by a script, or gathered by the storefront.',
    ofTimes((times) => gapsOf(times).filter((gap) => gap === 0).length / (times.length - 1)),
  ),
  value(
    { key: 'one-item-share', unit: SHARE, ...last },
    'Share of the last acts that go to the one item dealt with most: high for who pushes one.',
    (view) => {
      const { length } = view.state.recent;
      return length < TIMES_ENOUGH ? null : [Math.max(...view.actsByItem.map(({ acts }) => acts.length)) / length, length];
    },
  ),
  value(
    { key: 'blind-purchase-share', unit: SHARE, from: ITEM_ACTS, window: LAST_ACTS, enough: 3 },
    'Share of items bought of late that were never looked at here before.',
    (view) => {
      const bought = view.actsByItem.filter(({ acts }) => acts.some(({ type }) => type === 'PURCHASE'));
      return bought.length === 0 ? null : [bought.filter(({ acts }) => acts[0].type === 'PURCHASE').length / bought.length, bought.length];
    },
  ),
  value(
    { key: 'blind-share-rate', unit: SHARE, from: ITEM_ACTS, window: LAST_ACTS, enough: 3 },
    'Share of items liked or shared of late without having been opened: praise that cost no look.',
    (view) => {
      const praised = view.actsByItem.filter(({ acts }) => acts.some(({ type }) => type === 'LIKE' || type === 'SHARE'));
      const opened = praised.filter(({ acts }) => acts.some(({ type }) => type === 'CLICK' || type === 'VIEW' || type === 'PLAY_END'));
      return praised.length === 0 ? null : [1 - opened.length / praised.length, praised.length];
    },
  ),
  since('days-since-report', ['REPORT'], 'Days since the user last reported something: whether he still waits for an answer.'),
];
