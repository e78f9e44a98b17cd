import { METRICS, metricOf, totalOf } from '../../../../src/core/evaluation/experiments/metric-catalogue.js';
import { isPerUser } from '../../../../src/core/evaluation/experiments/metric.js';
import { NO_FACTS, USER_FACTS, type UserFacts } from '../../../../src/core/evaluation/experiments/user-facts.js';

const user = (facts: Partial<UserFacts>): UserFacts => ({
  ...NO_FACTS,
  followedDays: 40,
  sessions: 1,
  feeds: 2,
  ledClicks: facts.clicks ?? 0,
  ...facts,
});

/** Twelve users, seen for 40 days unless said otherwise. Two pages each, 24 in all. */
const TWELVE = [
  user({ shown: 10, clicks: 2, cartAdds: 1, orders: 1, revenue: 50, firstOrderAgeDays: 35, orderDays30: 2, returnedDay7: 1, cost: 5, isAcquired: 1 }),
  user({ shown: 20, clicks: 4, cartAdds: 2, orders: 2, revenue: 150, firstOrderAgeDays: 40, orderDays30: 1, returnedDay7: 1, follows: 1 }),
  user({ shown: 10, clicks: 1, cartAdds: 1, orders: 1, revenue: 40, refundedOrders: 1, refundedRevenue: 40, firstOrderAgeDays: -1 }),
  user({ shown: 10, clicks: 0, hides: 2 }),
  user({ shown: 30, clicks: 3, cartAdds: 1, shares: 2, referred: 1, returnedDay7: 1 }),
  user({ shown: 10, clicks: 1, orders: 1, revenue: 60, firstOrderAgeDays: 10, orderDays30: 2, followedDays: 12, returnedDay7: 1, cost: 10, isAcquired: 1 }),
  user({ shown: 10, followedDays: 5 }),
  user({ shown: 10, clicks: 1, likes: 1, saves: 1, followedDays: 95, revenue90Days: 100, firstOrderAgeDays: 60, orderDays30: 3 }),
  user({ shown: 10, followedDays: 91, revenue90Days: 0, cost: 5 }),
  user({ shown: 0 }),
  user({ shown: 20, clicks: 2, follows: 3, modelFeeds: 2, cocoonSum: 0.6, cocoonFeeds: 2, newItemsShown: 3 }),
  user({ shown: 10, clicks: 1, outcomes: 4, orphans: 1, modelFeeds: 1, cocoonSum: 0.3, cocoonFeeds: 1, newItemsShown: 3 }),
]; // prettier-ignore

describe('the catalogue of metrics', () => {
  it('has at least fifty, each with a key of its own, a unit and a description', () => {
    expect(METRICS.length).toBeGreaterThanOrEqual(50);
    expect(new Set(METRICS.map(({ key }) => key)).size).toBe(METRICS.length);
    expect(
      METRICS.filter(({ key, unit, description }) => !/^[A-Z][A-Z0-9_]*$/.test(key) || unit === '' || !description.endsWith('.')),
    ).toEqual([]);
  });

  it('has those that every shop asks for', () => {
    const asked = [
      'CLICK_RATE', 'ADD_TO_CART_RATE', 'CONVERSION_RATE', 'REVENUE_PER_USER', 'ORDER_VALUE', 'REPURCHASE_RATE', 'FOLLOW_RATE', 'SHARE_RATE',
      'DEEP_INTERACTION_RATE', 'VIRAL_COEFFICIENT', 'RETENTION_D7', 'LTV_90D', 'ROI', 'ACQUISITION_COST', 'COCOON_INDEX', 'EXPOSURE_GINI',
      'NEW_ITEM_SHARE', 'HIDE_RATE', 'REFUND_RATE', 'ORPHAN_RATE', 'MODEL_SHARE', 'LATENCY_P99',
    ]; // prettier-ignore
    expect(asked.filter((key) => metricOf(key) === undefined)).toEqual([]);
    expect(metricOf('NO_SUCH_METRIC')).toBeUndefined();
  });

  it('knows which way is better, and what no experiment can test per user', () => {
    expect(
      ['HIDE_RATE', 'REFUND_RATE', 'COCOON_INDEX', 'LATENCY_P99', 'ACQUISITION_COST'].some((key) => metricOf(key)!.higherIsBetter),
    ).toBe(false);
    expect(['EXPOSURE_GINI', 'LATENCY_P99'].map((key) => isPerUser(metricOf(key)!))).toEqual([false, false]);
    expect(totalOf(metricOf('EXPOSURE_GINI')!, TWELVE)).toEqual({ value: null, users: 0 });
  });

  it('reads finite numbers of a user of whom nothing was seen, and names every fact', () => {
    for (const metric of METRICS.filter(isPerUser)) {
      const part = metric.read(NO_FACTS);
      expect([metric.key, part === null || (Number.isFinite(part.numerator) && Number.isFinite(part.denominator))]).toEqual([
        metric.key,
        true,
      ]);
    }
    expect(Object.keys(NO_FACTS)).toEqual(Object.keys(USER_FACTS));
  });

  it.each([
    // Clicks 2 + 4 + 1 + 0 + 3 + 1 + 0 + 1 + 0 + 0 + 2 + 1 = 15 of 10 + 20 + 10 + 10 + 30 + 10 + 10 + 10 + 10 + 0 + 20 + 10 = 150 shown.
    ['CLICK_RATE', 15 / 150, 12],
    // Users 1, 2, 3 and 5 put something in the cart; 1, 2, 3 and 6 ordered.
    ['ADD_TO_CART_RATE', 4 / 12, 12],
    ['CONVERSION_RATE', 4 / 12, 12],
    // Of the four with a cart only user 5 did not order.
    ['CART_ABANDONMENT_RATE', 1 / 4, 4],
    // 50 + 150 + 40 + 60 = 300.
    ['REVENUE_PER_USER', 300 / 12, 12],
    ['NET_REVENUE_PER_USER', 260 / 12, 12],
    ['ORDER_VALUE', 300 / 5, 12],
    // First orders at least 30 days old: users 1, 2 and 8; 1 and 8 ordered on another day. User 6 bought again, but 10 days tell too little.
    ['REPURCHASE_RATE', 2 / 3, 3],
    ['REFUND_RATE', 1 / 5, 12],
    ['REFUNDED_REVENUE_SHARE', 40 / 300, 12],
    ['FOLLOW_RATE', 2 / 12, 12],
    ['SHARE_RATE', 1 / 12, 12],
    ['VIRAL_COEFFICIENT', 1 / 12, 12],
    ['HIDE_RATE', 2 / 150, 12],
    // Likes and saves of user 8 (2), shares of 5 (2), follows 1 + 3, cart adds 1 + 2 + 1 + 1: 13 acts.
    ['DEEP_INTERACTION_RATE', 13 / 150, 12],
    // All but user 7 were seen for 8 days; users 1, 2, 5 and 6 came back.
    ['RETENTION_D7', 4 / 11, 11],
    // Users 8 and 9 were seen for 90 days.
    ['LTV_90D', 100 / 2, 2],
    // (300 - 40 - 20) / 20.
    ['ROI', 240 / 20, 12],
    ['ACQUISITION_COST', 20 / 2, 12],
    ['COCOON_INDEX', 0.9 / 3, 12],
    ['NEW_ITEM_SHARE', 6 / 150, 12],
    ['ORPHAN_RATE', 1 / 4, 12],
    ['MODEL_SHARE', 3 / 24, 12],
    ['FEEDS_PER_SESSION', 2, 12],
  ])('gives %s of twelve users as %d', (key, value, users) => {
    const total = totalOf(metricOf(key)!, TWELVE);
    expect(total.value).toBeCloseTo(value, 12);
    expect(total.users).toBe(users);
  });

  it('has no value where nothing stands below', () => {
    expect(totalOf(metricOf('ORDER_VALUE')!, [NO_FACTS])).toEqual({ value: null, users: 1 });
  });
});
