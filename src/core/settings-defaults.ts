import { type RankingSettings, type Weight } from './settings.js';

/** What a new shop starts with: rules that suit a sparse catalogue, moderate variety, nothing that has to be measured first. */
export const DEFAULT_SETTINGS: RankingSettings = {
  objectives: [
    { name: 'click', value: 1 },
    { name: 'addToCart', value: 3 },
    { name: 'purchase', value: 10 },
    { name: 'hide', value: -5 },
  ],
  rules: [
    { name: 'item.popularity_log@1', value: 1 },
    { name: 'item.trend_log@1', value: 0.2 },
    { name: 'item.freshness@1', value: 1 },
    { name: 'user.category_affinity@1', value: 0.3 },
    { name: 'user.category_recent@1', value: 0.3 },
    { name: 'user.brand_affinity@1', value: 0.3 },
    { name: 'user.creator_affinity@1', value: 0.3 },
    { name: 'user.price_match@1', value: 0.2 },
    { name: 'user.aversion@1', value: -0.5 },
    { name: 'user.shown@1', value: -1 },
    { name: 'user.touched@1', value: -2 },
    { name: 'cross.cf@1', value: 0.8 },
    { name: 'cross.last_cf@1', value: 0.8 },
    { name: 'cross.together@1', value: 0.5 },
    { name: 'cross.friends@1', value: 1 },
    { name: 'cross.creator_tie@1', value: 0.5 },
    { name: 'cross.basket@1', value: 2 },
    { name: 'cross.basket_known@1', value: 4 },
    { name: 'cross.basket_content@1', value: 6 },
  ],
  sources: [
    { source: 'FRIENDS', limit: 20 },
    { source: 'CREATORS', limit: 40 },
    { source: 'SIMILAR', limit: 120 },
    { source: 'BOUGHT_TOGETHER', limit: 40 },
    { source: 'AFFINITY', limit: 240 },
    { source: 'EMBEDDING', limit: 20 },
    { source: 'TRENDING', limit: 70 },
    { source: 'FRESH', limit: 110 },
    { source: 'WIDENING', limit: 40 },
    { source: 'CALLER', limit: 200 },
  ],
  diversity: {
    algorithm: 'MMR',
    strength: 0.2,
    adaptive: true,
    targetCocoonIndex: 0.4,
    relevanceBudget: 0.1,
    window: 10,
    maxPerCategory: 3,
    maxPerBrand: 4,
    maxPerCreator: 4,
  },
  mix: { newItemShare: 0, newItemDays: 14, smallCreatorShare: 0, smallCreatorBelow: 0.5, commercialShareMax: 0.3 },
  fatigue: { maxImpressionsPerDay: 20, halfLifeHours: 72, countsAt: 'SERVED' },
  exploration: { method: 'NONE', share: 0 },
};

/**
 * Rules for a catalogue that is dense: where every item has many users, what they did next says more than what is popular. Weights that differ from the
 * rules of a new shop.
 */
export const DENSE_RULES: readonly Weight[] = [
  { name: 'item.popularity_log@1', value: 0.25 },
  { name: 'item.trend_log@1', value: 0 },
  { name: 'item.freshness@1', value: 0.3 },
  { name: 'cross.cf@1', value: 1.5 },
  { name: 'cross.last_cf@1', value: 1.5 },
  { name: 'cross.cf_best@1', value: 1.5 },
];
