import { lowerIsBetter, mean, type Metric, ratio, whole } from './metric.js';

export const VARIETY_METRICS: Metric[] = [
  lowerIsBetter(ratio(['COCOON_INDEX', '0 to 1', 'Mean cocoon index of the users of the pages served: 0 broad, 1 narrow.'], 'cocoonSum', 'cocoonFeeds')),
  ratio(['CATEGORY_ENTROPY', '0 to 1', 'Mean entropy of the categories of a page.'], 'categoryEntropySum', 'feeds'),
  mean(['CATEGORIES_SHOWN', 'categories per user', 'Distinct categories shown to a user.'], 'categoriesShown'),
  mean(['CATEGORIES_CLICKED', 'categories per user', 'Distinct categories that a user clicked: variety that was accepted.'], 'categoriesClicked'),
  ratio(['NEW_CATEGORY_RATE', 'share of items', 'Items shown of categories that the user had not clicked in 30 days.'], 'newCategoryShown', 'shown'),
  lowerIsBetter(ratio(['REPEAT_SHARE', 'share of items', 'Items shown that the user had been shown in the 30 days before.'], 'repeatsShown', 'shown')),
  ratio(['NEW_ITEM_SHARE', 'share of items', 'Items shown that were new.'], 'newItemsShown', 'shown'),
  ratio(['SMALL_CREATOR_SHARE', 'share of items', 'Items shown of small creators.'], 'smallCreatorShown', 'shown'),
  lowerIsBetter(ratio(['COMMERCIAL_SHARE', 'share of items', 'Items shown that somebody paid for.'], 'commercialShown', 'shown')),
  ratio(['EXPLORATION_SHARE', 'share of items', 'Items shown that exploration placed.'], 'explorationShown', 'shown'),
  ratio(['SOCIAL_ITEM_SHARE', 'share of items', 'Items shown that people the user follows led to.'], 'socialShown', 'shown'),
  ratio(['LONG_TAIL_SHARE', 'share of items', 'Items shown from outside the most shown fifth of the catalogue.'], 'tailShown', 'shown'),
  lowerIsBetter(whole(['EXPOSURE_GINI', '0 to 1', 'Gini coefficient of exposures over items: 0 all alike, 1 one item takes all.'])),
  lowerIsBetter(whole(['CREATOR_GINI', '0 to 1', 'Gini coefficient of exposures over creators.'])),
  whole(['CATALOGUE_COVERAGE', 'share of items', 'Items of the catalogue that were shown at all.']),
]; // prettier-ignore
