import { type Scenario } from './values.js';

/** Five items seen twice each, and each turned to once: goods 0 to 2, the video 3, the note 4. Today is a Saturday, noon. */
export const TURNED_TO: Scenario = {
  name: 'turning once to each of five items',
  steps: [
    ...[0, 1, 2, 3, 4].flatMap((no) => [
      ['IMPRESSION', 3, no] as const,
      ['IMPRESSION', 3, no] as const,
      ['RENDERED', 3, no] as const,
      ['RENDERED', 3, no] as const,
      ['RENDERED', 3, no] as const,
      ['RENDERED', 3, no] as const,
    ]),
    ['CLICK', 2, 0, { exposureId: 'x' }],
    ['CLICK', 2, 1],
    ['VIEW', 2, 2],
    ['PLAY_END', 2, 3, { dwellMs: 90_000 }],
    ['CLICK', 2, 4],
  ],
  expected: {
    // Clicks weigh 1, the view 0.5, 90 s of a video log2(10) / 2 = 1.66096.
    'category-affinity:category1': 2,
    'brand-affinity:brand1': 1 + 1.66096,
    'creator-affinity:creator2': 2,
    'price-affinity:free': 1,
    // Categories: 1 has 2; 10, 11, 3, 14 have 1; 12 has 0.5, 13 has 1.66096, 2 has both. (sum)² / sum of squares = (2 + 4 + 0.5 + 1.66096 + 2.16096)² / (4 + 4 + 0.25 + 2.75879 + 4.66975)
    'category-breadth': 10.32192 ** 2 / 15.67854,
    // Brands 1, 2, 3: 2.66096, 1, 1.
    'brand-breadth': 4.66096 ** 2 / (2.66096 ** 2 + 2),
    'favourite-brand-share': 2.66096 / 4.66096,
    // Creators 1, 2, 3: 2.66096, 2, 0.5.
    'creator-breadth': 5.16096 ** 2 / (2.66096 ** 2 + 4.25),
    'favourite-creator-share': 2.66096 / 5.16096,
    'favourite-category-share': 2.16096 / 10.32192,
    'refused-categories': 0,
    'current-interest-share': 1,
    'dormant-interests': 0,
    'kind-share:PRODUCT': 3 / 5,
    'style-share:EMOTIONAL': 1 / 2,
    // Bits of a sketch: -m ln(1 - k / m).
    'items-met': -512 * Math.log(1 - 5 / 512),
    'categories-met': -128 * Math.log(1 - 5 / 128),
    'brands-met': -256 * Math.log(1 - 3 / 256),
    'creators-met': -128 * Math.log(1 - 3 / 128),
    'category-novelty': 1,
    'brand-novelty': 1,
    'creator-novelty': 1,
    // At most 14 days old: items 0, 3, 4; each was seen as often as the others, so 3 of 5 touched to 6 of 10 seen.
    'new-item-share': 3 / 5,
    'new-item-pull': 1,
    // Two hours ago ages were 7, 31, 127, 1 and 1 days less a twelfth.
    'typical-item-age': (8 - 1 / 12) ** 0.2 * (32 - 1 / 12) ** 0.2 * (128 - 1 / 12) ** 0.2 * (2 - 1 / 12) ** 0.4 - 1,
    'sponsored-pull': 1,
    'sponsored-share': 1 / 5,
    'generated-share': 1 / 5,
    'shoppable-share': 1 / 2,
    'deal-share': 1 / 5,
    'deal-pull': 1,
    'premium-share': 1 / 5,
    'principled-share': 1 / 5,
    'bestseller-pull': 1,
    'bestseller-share': 1 / 5,
    'unbranded-share': 1 / 5,
    'scarce-share': 1 / 5,
    'content-seen-share': 4 / 10,
    'watch-minutes': 1.5,
    'watch-completion': 0.9,
    'watched-to-end-share': 1,
    'dropped-early-share': 0,
    'revisit-share': 0,
    'undecided-items': 0,
    'click-share-of-looks': 3 / 4,
    'local-share': 1 / 5,
    'regional-share': 1 / 5,
    'last-minute-share': 1 / 5,
    'led-share': 1 / 5,
    impressions: 10,
    clicks: 3,
    views: 1,
    plays: 1,
    'click-rate': 3 / 10,
    'recent-click-rate': 3 / 10,
    'seen-of-drawn-share': 10 / 20,
    'play-rate': 1 / 5,
    'deep-share': 0,
    // Prices above 0: seen 10, 40, 160 twice each, looked at once each.
    'typical-price-seen': 40,
    'typical-price-looked': 40,
    // The logarithms 2.303, 3.689, 5.075 scatter by ln 4 * sqrt(2 / 3).
    'price-stretch': 4 ** Math.sqrt(2 / 3),
    // Bands of 10, 40, 160 and free have 1, 1, 0.5 and 1.
    'price-breadth': 3.5 ** 2 / 3.25,
    'free-liking-share': 1 / 3.5,
    'item-variety': 1,
    events: 35,
  },
};

/** Each of three visits to one good: seen, searched for, skipped, read. */
export const READING: Scenario = {
  name: 'searching, reading and refusing',
  steps: [
    ['SEARCH', 1, -1, { query: 'tea' }],
    ['SEARCH', 1, -1, { query: ' TEA ' }],
    ['SEARCH', 1, -1, { query: 'green tea pot of iron' }],
    ['DWELL', 1, 0, { dwellMs: 2_000 }],
    ['DWELL', 1, 0, { dwellMs: 70_000 }],
    ['DWELL', 1, 1, { dwellMs: 30_000 }],
    ['DWELL', 1, 1, { dwellMs: 18_000 }],
    ['SKIP', 1, 2],
    ['SKIP', 1, 2],
    ['HIDE', 1, 3, { hideScope: 'BRAND' }],
    ['HIDE', 1, 1, { hideScope: 'CREATOR' }],
    ['HIDE', 1, 2, { hideScope: 'ITEM' }],
    ['CLICK', 1, 4],
    ['CLICK', 1, 4],
    ['SAVE', 1, 4],
    ['PLAY_END', 1, 3, { dwellMs: 5_000 }],
    ['IMPRESSION', 2, 0],
    ['IMPRESSION', 2, 0],
    ['IMPRESSION', 2, 0],
    ['IMPRESSION', 2, 0],
  ],
  expected: {
    'queries-met': -128 * Math.log(1 - 2 / 128),
    // One, one and five words.
    'query-words': 7 / 3,
    'precise-search-share': 1 / 3,
    'search-again-share': 1 + (128 * Math.log(1 - 2 / 128)) / 3,
    'reading-seconds': 30,
    'longest-stay-today': 70,
    // (28² + 40² + 0 + 12²) / 4 = 632.
    'reading-spread': Math.sqrt(632) / 30,
    'glance-share': 1 / 4,
    'long-stay-share': 1 / 4,
    // Two skips of item 2 weigh -1, hiding it -1: categories 2 and 12, creator 3. Dwell of 3, and 5 s of play, lift category 2 by log2(1.5) / 2 = 0.29.
    'refused-categories': 2,
    // Hiding the brand of the video weighs -4 on brand 1, which reading item 0 lifted by log2(1.2) / 2 + log2(8) / 2 and the play by 0.29248.
    'refused-brands': 1,
    // Creator 2 lost 4 and gained 5.74: 1 + 0.74 by reading, 1 + 1 + 2 by the note.
    'refused-creators': 1,
    // Brand 1: -4 + 0.13152 + 1.5 + 0.29248.
    'strongest-aversion': 4 - 0.13152 - 1.5 - 0.29248,
    'skip-share': 2 / 5,
    'search-share': 3 / 16,
    searches: 3,
    hides: 3,
    saves: 1,
    'hide-rate': 3 / 4,
    'hidden-items': 1,
    'hidden-names': 2,
    'sweeping-hide-share': 2 / 3,
    'creator-hide-share': 1 / 2,
    'wish-list': 1,
    'save-rate': 1 / 4,
    'undecided-items': 4,
    // Items 0, 1 and 4 came twice or more, of 0, 1, 2, 3, 4; skips are no acts to remember, so item 2 has its hide alone; item 3 its hide and its play.
    'revisit-share': 4 / 5,
    'item-variety': 5 / 11,
    'dropped-early-share': 1,
    // Types of act: SEARCH 3, DWELL 4, SKIP 2, HIDE 3, CLICK 2, SAVE 1, PLAY_END 1; 16² / (9 + 16 + 4 + 9 + 4 + 1 + 1).
    'act-variety': 256 / 44,
    'days-since-search': 1 / 24,
    'days-since-play': 1 / 24,
    'days-since-save': 1 / 24,
    'days-since-hide': 1 / 24,
    'days-since-look': 1 / 24,
  },
};

/** A taste of two months ago beside one of today. */
export const LONG_AGO: Scenario = {
  name: 'an old taste and a new one',
  steps: [
    ['LIKE', 60 * 24, 0],
    ['CLICK', 60 * 24, 0],
    ['LIKE', 0, 2],
  ],
  expected: {
    // Categories 1 and 10 had 3, a quarter of it is left; 2 and 12 have 2.
    'category-affinity:category10': 3 / 4,
    'current-interest-share': 4 / (4 + 1.5),
    'dormant-interests': 2,
    // Four weeks of their own: item 2's category, creator are new in them; a bit of 128 is taken.
    'category-novelty': 1,
    'creator-novelty': 1,
    'like-rate': 1.25 / (1 + 0.5),
    // Half the days of the last 56: today; the other is 60 days back.
    'active-days-trend': 1,
  },
};
