import { DEEP, TOUCHES } from './fold-habits.js';
import { HALF_LIFE_MS } from './decayed.js';
import { LATELY_DAYS, type Measure } from './measures.js';
import { effectiveNumber, shareOf } from './numbers.js';
import { ACTS, ITEM_ACTS, LAST_ACTS, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { decay } from '../time.js';
import { type View } from './view.js';

const { value, share, count, since } = tagsOf('BEHAVIOUR');
const EVENTS_ENOUGH = 20;
const HOUR_MS = 3_600_000;
const touched = [...TOUCHES];
const deep = [...DEEP];
const acts = { from: ACTS, enough: EVENTS_ENOUGH };
const lately = { ...acts, halfLifeDays: LATELY_DAYS };
const typed = (types: readonly (typeof ACTS)[number][]): Measure[] => types.map((type): Measure => `type:${type}`);

/** A number of all that was seen: as sure as there were events. */
const seenTag = (key: string, unit: string, description: string, read: (view: View) => number): TagDeclaration =>
  value({ key, unit, from: ACTS, enough: EVENTS_ENOUGH }, description, (view) =>
    view.state.updatedAt === 0 ? null : [read(view), view.state.eventCount],
  );

export const activityOf = ({ state: { hours, hoursAt }, now }: View): number =>
  hours.reduce((sum, one) => sum + one, 0) * decay(now - hoursAt, HALF_LIFE_MS.hours);

const lastActs = (view: View, hours: number): number =>
  view.state.recent.filter(({ occurredAt }) => view.now - occurredAt < hours * HOUR_MS).length;

const mostViews = (view: View, hours: number): number =>
  view.actsByItem.reduce((most, { acts }) => {
    const views = acts.filter(({ type, occurredAt }) => type === 'VIEW' && view.now - occurredAt < hours * HOUR_MS).length;
    return Math.max(most, views);
  }, 0);

/** What of a list of things refused stands now. */
const hiddenNow = ({ state, now }: View): number =>
  Object.values(state.hiddenNames).reduce((sum, names) => sum + [...names.values()].filter((until) => until > now).length, 0);

export const BEHAVIOUR_TAGS: readonly TagDeclaration[] = [
  seenTag('events', 'events', 'How many events of this user count, drawn and seen ones among them.', ({ state }) => state.eventCount),
  seenTag('days-known', 'days', 'Days since the first thing the user did.', (view) => view.daysSince(view.state.firstSeenAt)),
  seenTag('days-since-active', 'days', 'Days since the last thing the user did.', (view) => view.daysSince(view.state.updatedAt)),
  value(
    { key: 'activity', unit: 'events', ...lately },
    'How active the user is these weeks: acts of the last month or so, older ones counting less.',
    (view) => (view.state.updatedAt === 0 ? null : [activityOf(view), view.state.eventCount]),
  ),
  count('IMPRESSION', { key: 'impressions', unit: 'events' }, 'How many items were seen, as far as the storefront reports it.'),
  count('CLICK', { key: 'clicks', unit: 'events' }, 'How many items the user clicked.'),
  count('VIEW', { key: 'views', unit: 'events' }, 'How many item pages the user opened.'),
  count('PLAY_END', { key: 'plays', unit: 'events' }, 'How many videos and live shows the user watched until he left or they ended.'),
  count('SAVE', { key: 'saves', unit: 'events' }, 'How many items the user saved for later.'),
  count('SEARCH', { key: 'searches', unit: 'events' }, 'How many searches the user made.'),
  count('HIDE', { key: 'hides', unit: 'events' }, 'How many times the user asked not to be shown something.'),
  value(
    { key: 'click-rate', unit: SHARE, from: ['IMPRESSION', 'CLICK'], enough: EVENTS_ENOUGH },
    'Clicks per item seen, at most 1; absent where the storefront does not report what was seen.',
    (view) => {
      const seen = view.count('IMPRESSION');
      return seen === 0 ? null : [Math.min(1, view.count('CLICK') / seen), seen];
    },
  ),
  share(
    { key: 'recent-click-rate', from: ['IMPRESSION', 'CLICK'], enough: EVENTS_ENOUGH },
    'Clicks per item seen of these weeks, at most 1: against the rate of all time it tells waning interest.',
    ['type:CLICK'],
    ['type:IMPRESSION'],
  ),
  value(
    { key: 'skip-share', unit: SHARE, from: ['SKIP', 'PLAY_END', 'CLICK'], enough: EVENTS_ENOUGH },
    'Share of items skipped among those that were skipped, clicked or played.',
    (view) => {
      const all = view.count('SKIP', 'PLAY_END', 'CLICK');
      return all === 0 ? null : [view.count('SKIP') / all, all];
    },
  ),
  share(
    { key: 'seen-of-drawn-share', from: ['RENDERED', 'IMPRESSION'] },
    'Share of items drawn on a page that came into view: how far the user scrolls.',
    ['type:IMPRESSION'],
    ['type:RENDERED'],
  ),
  share(
    { key: 'deep-share', from: touched },
    'Share of likes, saves, comments, shares, carts, purchases and reviews in all that the user does with items: depth rather than glances.',
    typed(deep),
    ['touch'],
  ),
  share({ key: 'save-rate', from: touched }, 'Saves in all that the user does with items.', ['type:SAVE'], ['touch']),
  share(
    { key: 'play-rate', from: touched },
    'Videos and live shows watched in all that the user does with items.',
    ['type:PLAY_END'],
    ['touch'],
  ),
  value({ key: 'search-share', unit: SHARE, ...lately }, 'Share of searches among all acts: who knows what he wants.', (view) => {
    const all = view.sum(...typed(ACTS));
    return all > 0 ? [view.sum('type:SEARCH') / all, all] : null;
  }),
  value(
    { key: 'act-variety', unit: 'types of act', ...lately, range: [1, ACTS.length] },
    'Over how many types of act the user’s activity spreads.',
    (view) => {
      const sums = ACTS.map((type) => view.sum(`type:${type}`));
      const variety = effectiveNumber(sums);
      return variety === null ? null : [variety, sums.reduce((total, one) => total + one, 0)];
    },
  ),
  share(
    { key: 'led-share', from: touched },
    'Share of what the user turns to from items shown by this service, rather than of his own finding.',
    ['touch:led'],
    ['touch'],
  ),
  share(
    { key: 'hide-rate', from: ['HIDE', 'IMPRESSION'], enough: EVENTS_ENOUGH },
    'Times something was hidden per item seen: how far the feed misses him.',
    ['type:HIDE'],
    ['type:IMPRESSION'],
  ),
  value(
    { key: 'hidden-items', unit: 'items', from: ['HIDE', 'UNHIDE'], purpose: 'ESSENTIAL', enough: 1 },
    'How many single items the user hides at present.',
    ({ state }) => (state.hideActs.size === 0 ? null : [state.hiddenItems.size, state.hideActs.size]),
  ),
  value(
    { key: 'hidden-names', unit: 'names', from: ['HIDE', 'UNHIDE'], purpose: 'ESSENTIAL', enough: 1 },
    'How many creators, brands and categories the user hides at present.',
    (view) => {
      const { hiddenNames, unhiddenNames } = view.state;
      const all = [...Object.values(hiddenNames), ...Object.values(unhiddenNames)].reduce((sum, { size }) => sum + size, 0);
      return all === 0 ? null : [hiddenNow(view), all];
    },
  ),
  value(
    { key: 'sweeping-hide-share', unit: SHARE, from: ['HIDE'], enough: 3 },
    'Share of hides that reach a whole creator, brand or category.',
    (view) => {
      const hides = view.count('HIDE');
      return hides === 0 ? null : [shareOf(view.sum('hide:CREATOR', 'hide:BRAND', 'hide:CATEGORY'), hides)!, hides];
    },
  ),
  value(
    { key: 'creator-hide-share', unit: SHARE, from: ['HIDE'], enough: 3 },
    'Share of the sweeping hides that are of a creator: trouble with people rather than with goods.',
    (view) => {
      const hides = view.sum('hide:CREATOR', 'hide:BRAND', 'hide:CATEGORY');
      return hides === 0 ? null : [view.sum('hide:CREATOR') / hides, hides];
    },
  ),
  value(
    { key: 'acts-last-hour', unit: 'acts', from: ITEM_ACTS, window: 'last hour, of the last 50 acts', range: [0, 50], enough: 1 },
    'How many acts with items the user did in the last hour: whether he is here now.',
    (view) => (view.state.recent.length === 0 ? null : lastActs(view, 1)),
  ),
  value(
    { key: 'acts-last-day', unit: 'acts', from: ITEM_ACTS, window: 'last 24 hours, of the last 50 acts', range: [0, 50], enough: 1 },
    'How many acts with items the user did in the last 24 hours, up to fifty.',
    (view) => (view.state.recent.length === 0 ? null : lastActs(view, 24)),
  ),
  value(
    { key: 'item-views-day', unit: 'page views', from: ['VIEW'], window: 'last 24 hours, of the last 50 acts', range: [0, 50], enough: 1 },
    'How many times the user opened the page, and so saw the price, of the one item that he opened most in the last 24 hours.',
    (view) => (view.count('VIEW') === 0 ? null : mostViews(view, 24)),
  ),
  value(
    { key: 'item-variety', unit: SHARE, from: ITEM_ACTS, window: LAST_ACTS },
    'Different items per act among the last acts: 1 for who never comes back to one.',
    (view) => (view.state.recent.length === 0 ? null : [view.actsByItem.length / view.state.recent.length, view.state.recent.length]),
  ),
  value(
    { key: 'taken-back-share', unit: SHARE, from: ['LIKE', 'UNLIKE', 'SAVE', 'UNSAVE', 'ADD_TO_CART', 'REMOVE_FROM_CART'] },
    'Likes, saves and carts taken back per one given, at most 1: how settled the user’s choices are.',
    (view) => {
      const given = view.count('LIKE', 'SAVE', 'ADD_TO_CART');
      return given === 0 ? null : [Math.min(1, view.count('UNLIKE', 'UNSAVE', 'REMOVE_FROM_CART') / given), given];
    },
  ),
  since('days-since-look', ['CLICK', 'VIEW'], 'Days since the last click or page view.'),
  since('days-since-search', ['SEARCH'], 'Days since the last search.'),
  since('days-since-play', ['PLAY_END'], 'Days since a video or live show was last watched.'),
  since('days-since-save', ['SAVE'], 'Days since something was last saved.'),
  since('days-since-hide', ['HIDE'], 'Days since something was last hidden: how fresh an annoyance is.'),
];
