import { CONTENT_STYLES, ITEM_KINDS } from '../item.js';
import { TOUCHES } from './fold-habits.js';
import { isOpen } from './item-acts.js';
import { LATELY_DAYS, type Measure } from './measures.js';
import { deviation } from './numbers.js';
import { distinct, newShare, type SketchName } from './sketches.js';
import { familyTag, ITEM_ACTS, LAST_ACTS, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { type View } from './view.js';

const { value, share, mean } = tagsOf('INTEREST');
const from = [...TOUCHES];
const touched = { from };
const looks = ['CLICK', 'VIEW'] as const;

const shareFamily = (key: string, description: string, names: readonly string[], measureOf: (name: string) => Measure): TagDeclaration =>
  familyTag({
    key,
    description,
    dimension: 'INTEREST',
    unit: SHARE,
    halfLifeHours: LATELY_DAYS * 24,
    from,
    enough: 10,
    read(view) {
      const all = view.sum(...names.map(measureOf));
      return names.flatMap((name) => {
        const part = view.sum(measureOf(name));
        return part > 0 ? [{ name, value: Math.min(1, part / all), evidence: all, updatedAt: view.lastAt(...from) }] : [];
      });
    },
  });

/** How much more often something is turned to than it is seen: 1 for as often. */
const lift = (key: string, description: string, touch: Measure, seen: Measure): TagDeclaration =>
  value(
    { key, unit: 'times as often as seen', from: ['IMPRESSION', ...from], halfLifeDays: LATELY_DAYS, range: [0, 100] },
    description,
    (view) => {
      const [some, all, someSeen, allSeen] = [view.sum(touch), view.sum('touch'), view.sum(seen), view.sum('seen')];
      if (all <= 0 || someSeen <= 0) return null;
      return [Math.min(100, some / all / (someSeen / allSeen)), Math.min(all, someSeen)];
    },
  );

const metTag = (key: string, unit: string, description: string, now: SketchName, before: SketchName = now): TagDeclaration =>
  value({ key, unit, from }, description, (view) => {
    const met = distinct(view.state.habits.sketches, now, before);
    return met > 0 ? met : null;
  });

const noveltyTag = (key: string, description: string, now: SketchName, before: SketchName): TagDeclaration =>
  value({ key, unit: SHARE, from, window: 'last 28 days in which the user was here', enough: 5 }, description, (view) => {
    const found = newShare(view.state.habits.sketches, now, before);
    return found && [found.share, found.members];
  });

const items = (view: View, wanted: (acts: number) => boolean): [number, number] | null => {
  const all = view.actsByItem;
  return all.length === 0 ? null : [all.filter(({ acts }) => wanted(acts.length)).length / all.length, all.length];
};

export const TASTE_TAGS: readonly TagDeclaration[] = [
  shareFamily(
    'kind-share',
    'Share of what the user turns to that is goods, notes, videos or live shows.',
    ITEM_KINDS,
    (kind) => `touch:${kind}` as Measure,
  ),
  shareFamily(
    'style-share',
    'Share of practical, emotional and social content in what the user turns to, of that which says its style.',
    CONTENT_STYLES,
    (style) => `touch:${style}` as Measure,
  ),
  metTag('items-met', 'items', 'About how many different items the user ever turned to.', 'items'),
  metTag(
    'categories-met',
    'categories',
    'About how many narrow categories the user ever turned to something of.',
    'categoriesNow',
    'categoriesBefore',
  ),
  metTag('brands-met', 'brands', 'About how many brands the user ever turned to something of.', 'brandsNow', 'brandsBefore'),
  metTag(
    'creators-met',
    'creators',
    'About how many creators or shops the user ever turned to something of.',
    'creatorsNow',
    'creatorsBefore',
  ),
  noveltyTag(
    'category-novelty',
    'Share of the categories of these four weeks that the user had never been in before.',
    'categoriesNow',
    'categoriesBefore',
  ),
  noveltyTag('brand-novelty', 'Share of the brands of these four weeks that were new to the user.', 'brandsNow', 'brandsBefore'),
  noveltyTag(
    'creator-novelty',
    'Share of the creators of these four weeks whom the user had not met before.',
    'creatorsNow',
    'creatorsBefore',
  ),
  share(
    { key: 'new-item-share', ...touched },
    'Share of what the user turns to that is at most two weeks old.',
    ['touch:new'],
    ['touch:aged'],
  ),
  lift(
    'new-item-pull',
    'How much more the user turns to new items than he is shown: above 1 for those who look for what is new.',
    'touch:new',
    'seen:new',
  ),
  value(
    { key: 'typical-item-age', unit: 'days', from, halfLifeDays: LATELY_DAYS },
    'How old items are to which the user turns, as a geometric mean of their age.',
    (view) => {
      const n = view.sum('touch:aged');
      return n > 0 ? [Math.expm1(view.sum('touch:ageLog') / n), n] : null;
    },
  ),
  lift(
    'sponsored-pull',
    'How much more or less the user turns to brand-paid content than he is shown; near 0 for who avoids it.',
    'touch:commercial',
    'seen:commercial',
  ),
  share({ key: 'sponsored-share', ...touched }, 'Share of brand-paid items in what the user turns to.', ['touch:commercial'], ['touch']),
  share({ key: 'generated-share', ...touched }, 'Share of machine-made content in what the user turns to.', ['touch:ai'], ['touch']),
  share(
    { key: 'shoppable-share', ...touched },
    'Share of content that names goods, in all content the user turns to: how ready he is to shop from content.',
    ['touch:goods'],
    ['touch:NOTE', 'touch:VIDEO', 'touch:LIVE'],
  ),
  share({ key: 'deal-share', ...touched }, 'Share of items labelled as a bargain in what the user turns to.', ['touch:deal'], ['touch']),
  lift('deal-pull', 'How much more the user turns to bargains than he is shown them.', 'touch:deal', 'seen:deal'),
  share(
    { key: 'premium-share', ...touched },
    'Share of items labelled as premium in what the user turns to.',
    ['touch:premium'],
    ['touch'],
  ),
  share(
    { key: 'principled-share', ...touched },
    'Share of items labelled organic, fair, recycled and the like in what the user turns to.',
    ['touch:values'],
    ['touch'],
  ),
  lift('bestseller-pull', 'How much more the user turns to what is labelled popular than he is shown it.', 'touch:proof', 'seen:proof'),
  share(
    { key: 'bestseller-share', ...touched },
    'Share of items labelled popular or recommended in what the user turns to.',
    ['touch:proof'],
    ['touch'],
  ),
  share(
    { key: 'unbranded-share', ...touched },
    'Share of items without a brand in what the user turns to.',
    ['touch:unbranded'],
    ['touch'],
  ),
  share(
    { key: 'scarce-share', ...touched },
    'Share of items of which five or fewer were left in what the user turns to.',
    ['touch:scarce'],
    ['touch'],
  ),
  share(
    { key: 'content-seen-share', from: ['IMPRESSION'] },
    'Share of notes, videos and live shows in what came into the user’s view.',
    ['seen:content'],
    ['seen'],
  ),
  value(
    { key: 'watch-minutes', unit: 'minutes', from: ['PLAY_END'], halfLifeDays: LATELY_DAYS },
    'How long the user watched videos and live shows these weeks.',
    (view) => view.sum('play:seconds') / 60,
  ),
  mean(
    { key: 'watch-completion', unit: SHARE, from: ['PLAY_END'] },
    'How much of a video the user watches on average, of those whose length is known.',
    'play:completion',
    'play:timed',
  ),
  share(
    { key: 'watched-to-end-share', from: ['PLAY_END'] },
    'Share of videos watched for nine tenths or more.',
    ['play:full'],
    ['play:timed'],
  ),
  share(
    { key: 'dropped-early-share', from: ['PLAY_END'] },
    'Share of videos left within their first tenth.',
    ['play:early'],
    ['play:timed'],
  ),
  mean(
    { key: 'reading-seconds', unit: 'seconds', from: ['DWELL'] },
    'How long the user stays on a page on average.',
    'dwell:seconds',
    'dwell',
  ),
  value(
    { key: 'reading-spread', unit: 'in means', from: ['DWELL'], halfLifeDays: LATELY_DAYS },
    'How unequal the stays on pages are: deviation over mean; high for who skims much and studies a little.',
    (view) => {
      const [n, sum] = [view.sum('dwell'), view.sum('dwell:seconds')];
      const spread = deviation(n, sum, view.sum('dwell:secondsSquared'));
      return spread === null || sum === 0 ? null : [spread / (sum / n), n];
    },
  ),
  share(
    { key: 'glance-share', from: ['DWELL'] },
    'Share of stays under three seconds: what did not keep its promise.',
    ['dwell:glance'],
    ['dwell'],
  ),
  share({ key: 'long-stay-share', from: ['DWELL'] }, 'Share of stays over a minute: what was read or studied.', ['dwell:long'], ['dwell']),
  value(
    { key: 'longest-stay-today', unit: 'seconds', from: ['DWELL'], window: 'today', enough: 1 },
    'The longest stay on one page today: who studies something now may want to be helped.',
    (view) => (view.sum('stay:day') === view.today ? [view.sum('stay:seconds'), 1] : null),
  ),
  metTag('queries-met', 'queries', 'About how many different things the user searched for.', 'queries'),
  mean(
    { key: 'query-words', unit: 'words', from: ['SEARCH'] },
    'How many words a search has on average; more words, clearer need.',
    'query:words',
    'type:SEARCH',
  ),
  share({ key: 'precise-search-share', from: ['SEARCH'] }, 'Share of searches of three words or more.', ['query:precise'], ['type:SEARCH']),
  value(
    { key: 'search-again-share', unit: SHARE, from: ['SEARCH'] },
    'Share of searches that repeat an earlier one: a need not yet met.',
    (view) => {
      const searches = view.count('SEARCH');
      const met = distinct(view.state.habits.sketches, 'queries');
      return met === 0 ? null : [Math.max(0, 1 - met / searches), searches];
    },
  ),
  value(
    { key: 'revisit-share', unit: SHARE, from: ITEM_ACTS, window: LAST_ACTS },
    'Share of items of the last acts that the user came back to.',
    (view) => items(view, (acts) => acts > 1),
  ),
  value(
    { key: 'undecided-items', unit: 'items', from: ITEM_ACTS, window: LAST_ACTS },
    'How many items the user looked at twice or more without buying: what a nudge may help.',
    (view) => view.actsByItem.filter(({ acts }) => acts.length > 1 && !acts.some(({ type }) => type === 'PURCHASE')).length,
  ),
  value(
    { key: 'wish-list', unit: 'items', from: ['SAVE', 'UNSAVE', 'PURCHASE'], window: LAST_ACTS },
    'How many items are saved and neither bought nor let go.',
    (view) => (view.count('SAVE') === 0 ? null : view.actsByItem.filter((item) => isOpen(item, 'SAVE', 'UNSAVE', 'PURCHASE')).length),
  ),
  share(
    { key: 'click-share-of-looks', from: looks },
    'Share of clicks in clicks and page views together: low for who comes by links from outside.',
    ['type:CLICK'],
    ['type:CLICK', 'type:VIEW'],
  ),
];
