import { lowerIsBetter, type Metric, ratio, whole } from './metric.js';

export const SERVING_METRICS: Metric[] = [
  ratio(['MODEL_SHARE', 'share of pages', 'Pages scored by a model.'], 'modelFeeds', 'feeds'),
  ratio(['RULES_SHARE', 'share of pages', 'Pages scored by rules.'], 'rulesFeeds', 'feeds'),
  lowerIsBetter(ratio(['POPULARITY_SHARE', 'share of pages', 'Pages scored by popularity.'], 'popularityFeeds', 'feeds')),
  lowerIsBetter(ratio(['DEGRADED_SHARE', 'share of pages', 'Pages for which something was given up.'], 'degradedFeeds', 'feeds')),
  lowerIsBetter(ratio(['SHORT_PAGE_SHARE', 'share of pages', 'First pages shorter than asked.'], 'shortFeeds', 'feeds')),
  lowerIsBetter(whole(['LATENCY_P50', 'milliseconds', 'Time within which half of the pages were answered, of the latest pages of the process that is asked.'])),
  lowerIsBetter(whole(['LATENCY_P99', 'milliseconds', 'Time within which 99 of 100 pages were answered, of the latest pages of the process that is asked.'])),
  lowerIsBetter(whole(['ERROR_RATE', 'share of pages', 'Pages asked for that failed by a fault of the service, of the latest of the process that is asked.'])),
  lowerIsBetter(ratio(['ORPHAN_RATE', 'share of acts', 'Acts that claim an exposure of another user or item.'], 'orphans', 'outcomes')),
  whole(['ACTIVE_USERS', 'users', 'Users with a page or an act.']),
  whole(['FEEDS_SERVED', 'pages', 'Pages served.']),
  whole(['ORDERS', 'orders', 'Orders.']),
  whole(['REVENUE', 'money', 'Money of orders.']),
]; // prettier-ignore
