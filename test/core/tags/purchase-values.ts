import { type Scenario } from './values.js';

const DAYS = 24;

/** Two orders today: one of the good at 10 for 8, one of two pieces of the good at 40 at list; the first looked at, carted and bought. */
export const BUYING: Scenario = {
  name: 'buying today',
  steps: [
    ['CLICK', 5, 0],
    ['VIEW', 4, 0],
    ['ADD_TO_CART', 3, 0],
    ['CHECKOUT', 3],
    ['PURCHASE', 2, 0, { orderId: 'a', amount: 8, exposureId: 'x', referrerUserId: 'zed' }],
    ['VIEW', 2, 1],
    ['PURCHASE', 1, 1, { orderId: 'b', amount: 80, quantity: 2 }],
    ['ADD_TO_CART', 1, 2],
    ['ADD_TO_CART', 1, 4],
    ['REMOVE_FROM_CART', 1, 4],
    ['CHECKOUT', 0.5],
  ],
  expected: {
    'days-since-purchase': 1 / 24,
    'order-frequency': 2,
    'customer-days': 2 / 24,
    'items-owned': 2,
    purchases: 2,
    'cart-adds': 3,
    'cart-to-purchase': 2 / 3,
    'refund-share': 0,
    'open-cart-items': 1, // item 2; item 0 was bought, 4 taken out
    'oldest-cart-hours': 1,
    'item-views-day': 1,
    'open-checkout': 1,
    'cart-removal-share': 1 / 3,
    'look-to-cart': 1,
    'look-to-purchase': 2 / 3,
    'checkout-share': 2 / 3,
    'units-per-line': 3 / 2,
    'stocking-up-share': 1 / 2,
    'lines-per-order': 1,
    'order-gap': 1 / 24,
    'longest-order-gap': 1 / 24,
    'order-overdue': 1,
    'days-to-next-order': 0,
    'buying-weeks': 1,
    'buying-streak': 1,
    'repeat-item-share': 0,
    // Two bits of 128 stand for 2.0157 brands, so hardly less than none came again.
    'repeat-brand-share': 0,
    'repeat-category-share': 0,
    'repeat-shop-share': 0,
    // Item 0 took 3 acts and 3 hours, item 1 one act and 1 hour.
    'decision-hours': 2,
    'steps-to-purchase': 2,
    'impulse-share': 0,
    'blind-purchase-share': 0,
    'reviewed-share': 0,
    'new-item-buying-share': 1 / 2,
    'scarce-buying-share': 0,
    'unbranded-buying-share': 0,
    'deal-buying-share': 1 / 2,
    'premium-buying-share': 1 / 2,
    'principled-buying-share': 0,
    'bestseller-buying-share': 0,
    'led-buying-share': 1 / 2,
    'referred-buying-share': 1 / 2,
    'buying-trend': 6, // two these weeks to 2 * 30 / 180 of usual
    'lost-orders': 0,
    'days-since-cart': 1 / 24,
    'amount-spent': 88,
    'average-order': 44,
    'lifetime-spent': 88,
    'amount-per-line': 44,
    'amount-spread': 36 / 44,
    'discounted-share': 1 / 2,
    'discount-depth': 0.2 / 2,
    'amount-saved': 2,
    'typical-price-bought': 20, // of 10 and 40
    'typical-price-looked': 10 ** (2 / 3) * 40 ** (1 / 3),
    'typical-price-carted': 40, // of 10 and 160; free items have none
    // Looks at 10, 10 and 40: ln 4 * sqrt(2) / 3 = 0.65351 around ln 10 + 0.46210. Bought ln 10 + 0.69315: 0.23105 / 0.65351 = 0.35355 deviations above.
    'price-rank-bought': 0.63816,
    'refunded-amount-share': 0,
    'spending-trend': 6,
    'spent-per-active-day': 88,
    'buying-daypart:morning': 1, // at 10 and at 11
    'weekend-buying-share': 1,
    // Touches: click, view, cart, purchase of 0; view, purchase of 1; two carts; checkouts name no item.
    'referred-share': 1 / 8,
    referrers: -64 * Math.log(1 - 1 / 64),
    'deep-share': 7 / 8,
    'taken-back-share': 1 / 3,
    // Mean of 1 of 2 below list, 1 - 0.63816, 4 of 8 touches on sale.
    'motive-price': (0.5 + 0.36184 + 0.5) / 3,
    // 0.63816, premium 1 of 2, weighed in three steps 1 of 2.
    'motive-quality': (0.63816 + 0.5 + 0.5) / 3,
    // Items 0 and 4 are new: 4 + 1 of 8; every brand and category is.
    'motive-novelty': (5 / 8 + 1 + 1) / 3,
    // Item 2 was carted: 1 of 8; nothing of the kind was bought.
    'motive-values': (1 / 8 + 0) / 2,
    // 1 of 8 came by a share, nobody is followed, item 4 is a bestseller.
    'motive-social-proof': (1 / 8 + 0 + 1 / 8) / 3,
  },
};

/** Orders of one good 60, 40 and 10 days ago, reviewed and given back. */
export const BUYING_AGAIN: Scenario = {
  name: 'buying again and giving back',
  steps: [
    ['PURCHASE', 60 * DAYS, 0, { orderId: 'a', amount: 10 }],
    ['PURCHASE', 40 * DAYS, 0, { orderId: 'b', amount: 10 }],
    ['PURCHASE', 40 * DAYS, 1, { orderId: 'b', amount: 30 }],
    ['PURCHASE', 10 * DAYS, 0, { orderId: 'c', amount: 20 }],
    ['REVIEW', 6 * DAYS, 0, { rating: 5 }],
    ['REVIEW', 5 * DAYS, 2, { rating: 2 }],
    ['REFUND', 38 * DAYS, 1, { orderId: 'b', amount: 30 }],
    ['REFUND', 1 * DAYS, 4],
  ],
  expected: {
    'order-gap': 25,
    'order-gap-spread': 5 / 25, // 30 and 20 days
    'longest-order-gap': 30,
    'order-overdue': 10 / 25,
    'days-to-next-order': 15,
    'repeat-item-share': 1 - 2 / 4,
    'repeat-brand-share': 1 + (128 * Math.log(1 - 2 / 128)) / 4,
    'repeat-category-share': 1 + (64 * Math.log(1 - 2 / 64)) / 4,
    'repeat-shop-share': 1 + (64 * Math.log(1 - 2 / 64)) / 4,
    refunds: 2,
    reviews: 2,
    'refund-share': 2 / 4,
    'refund-days': 2,
    'review-days': 4,
    'reviewed-share': 2 / 4,
    'lost-orders': 0,
    'days-since-refund': 1,
    'days-since-review': 5,
    'items-owned': 2,
    'lifetime-spent': 40,
    // Weeks ago, from Mondays: 60 days is 8 weeks, 40 is 5, 10 is 1.
    'buying-weeks': 3,
    'buying-streak': 1,
    'review-stars': (5 * 2 ** (-6 / 180) + 2 * 2 ** (-5 / 180)) / (2 ** (-6 / 180) + 2 ** (-5 / 180)),
    'extreme-review-share': 2 ** (-6 / 180) / (2 ** (-6 / 180) + 2 ** (-5 / 180)),
    'low-review-share': 2 ** (-5 / 180) / (2 ** (-6 / 180) + 2 ** (-5 / 180)),
    'verified-review-share': 1 / 2,
    'quick-refund-share': 1,
    'unbacked-refunds': 1,
    'impulse-share': 1,
    'blind-purchase-share': 1,
    'refunded-amount-share': (30 * 2 ** (-38 / 180)) / (10 * 2 ** (-60 / 180) + 40 * 2 ** (-40 / 180) + 20 * 2 ** (-10 / 180)),
    'discount-depth': 0.25 * (2 ** (-40 / 180) / (2 ** (-60 / 180) + 2 * 2 ** (-40 / 180) + 2 ** (-10 / 180))),
    'days-known': 60,
    'days-since-active': 1,
    'longest-absence': 28, // active 60, 40, 38, 10, 6, 5 and 1 days ago
  },
};

const boundaries = { recencyDays: [3, 10, 30, 90], orders: [0.5, 1, 2, 5], spent: [5, 20, 50, 100] };

/** The first scenario again, among other customers. */
export const AMONG_OTHERS: Scenario = {
  name: 'standing among other customers',
  steps: BUYING.steps,
  options: {
    population: {
      learnedAt: 0,
      users: 10,
      fifths: boundaries,
      segmentation: null,
      // Only the days away count: ln(1 + 0.5 / 24) * 2 - 1 = -0.95876, of which the logistic function is 0.27713.
      churn: {
        traits: ['orders', 'activity', 'idle', 'known', 'active-days', 'breadth', 'overdue', 'trend'],
        scale: { means: [0, 0, 0, 0, 0, 0, 0, 0], deviations: [1, 1, 1, 1, 1, 1, 1, 1] },
        weights: [0, 0, 2, 0, 0, 0, 0, 0],
        bias: -1,
        horizonDays: 30,
        fittedOn: 0,
        measuredOn: 0,
        churned: 0,
        auc: 0,
        calibrationError: 0,
      },
    },
  },
  expected: {
    'rfm-recency': 5, // an hour ago
    'rfm-frequency': 3, // 2 orders are not above 2
    'rfm-monetary': 4, // 88
    'churn-risk': 1 / (1 + Math.exp(1 - 2 * Math.log1p(0.5 / 24))),
  },
};
