import { lowerIsBetter, mean, type Metric, ratio, share, winsorised } from './metric.js';
import { type UserFacts } from './user-facts.js';

/** Days after a first order in which a second one counts. */
export const REPURCHASE_DAYS = 30;
const LIFETIME_DAYS = 90;

const netRevenue = ({ revenue, refundedRevenue }: UserFacts): number => revenue - refundedRevenue;

export const COMMERCE_METRICS: Metric[] = [
  share(['ADD_TO_CART_RATE', 'share of users', 'Users exposed who put something in the cart.'], 'cartAdds'),
  ratio(['CLICK_TO_CART_RATE', 'cart adds per click', 'Items put in the cart by clicks.'], 'cartAdds', 'clicks'),
  lowerIsBetter(ratio(['CART_REMOVAL_RATE', 'share of cart adds', 'Items taken out of the cart by items put in.'], 'cartRemoves', 'cartAdds')),
  lowerIsBetter(
    share(['CART_ABANDONMENT_RATE', 'share of users', 'Of the users who put something in the cart, those without an order.'], ({ orders }) => (orders > 0 ? 0 : 1), ({ cartAdds }) => cartAdds > 0),
  ),
  share(['CHECKOUT_RATE', 'share of users', 'Users exposed who began a checkout.'], 'checkouts'),
  share(['CONVERSION_RATE', 'share of users', 'Users exposed who ordered.'], 'orders'),
  ratio(['CLICK_TO_ORDER_RATE', 'orders per click', 'Orders by clicks.'], 'orders', 'clicks'),
  mean(['ORDERS_PER_USER', 'orders per user', 'Orders by users exposed.'], 'orders'),
  ratio(['UNITS_PER_ORDER', 'pieces per order', 'Pieces bought by orders.'], 'units', 'orders'),
  winsorised(mean(['REVENUE_PER_USER', 'money per user', 'Money of orders by users exposed; the greatest thousandth is cut.'], 'revenue')),
  winsorised(mean(['NET_REVENUE_PER_USER', 'money per user', 'Money of orders less refunds by users exposed; the greatest thousandth is cut.'], netRevenue)),
  ratio(['ORDER_VALUE', 'money per order', 'Money of orders by orders.'], 'revenue', 'orders'),
  ratio(['REVENUE_PER_THOUSAND_SHOWN', 'money per 1,000 items', 'Money of orders by a thousand items shown.'], ({ revenue }) => revenue * 1_000, 'shown'),
  ratio(['ATTRIBUTED_REVENUE_SHARE', 'share of money', 'Money of orders that an exposure led to by all money of orders.'], 'attributedRevenue', 'revenue'),
  share(
    ['REPURCHASE_RATE', 'share of buyers', `Of the buyers whose first order is at least ${REPURCHASE_DAYS} days old, those who ordered on another day within ${REPURCHASE_DAYS} days.`],
    ({ orderDays30 }) => orderDays30 - 1,
    ({ firstOrderAgeDays }) => firstOrderAgeDays >= REPURCHASE_DAYS,
  ),
  lowerIsBetter(ratio(['REFUND_RATE', 'share of orders', 'Orders with a refund by orders.'], 'refundedOrders', 'orders')),
  lowerIsBetter(ratio(['REFUNDED_REVENUE_SHARE', 'share of money', 'Money given back by money of orders.'], 'refundedRevenue', 'revenue')),
  ratio(['REVIEW_RATE', 'reviews per order', 'Reviews by orders.'], 'reviews', 'orders'),
  ratio(['MEAN_RATING', 'stars', 'Mean rating of reviews, 1 to 5.'], 'ratingSum', 'ratings'),
  share(['NEW_BUYER_RATE', 'share of users', 'Users exposed who ordered for the first time.'], 'isNewBuyer'),
  winsorised(
    mean(['LTV_90D', 'money per user', `Money of orders less refunds in the ${LIFETIME_DAYS} days after the first exposure, of users seen that long; the greatest thousandth is cut.`], 'revenue90Days', ({ followedDays }) => followedDays >= LIFETIME_DAYS),
  ),
  ratio(['ROI', 'money per money', 'Money of orders less refunds and cost, by cost.'], (facts) => netRevenue(facts) - facts.cost, 'cost'),
  lowerIsBetter(ratio(['ACQUISITION_COST', 'money per user', 'Money spent by users who came.'], 'cost', 'isAcquired')),
  lowerIsBetter(mean(['COST_PER_USER', 'money per user', 'Money spent by users exposed.'], 'cost')),
]; // prettier-ignore
