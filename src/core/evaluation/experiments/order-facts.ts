import { DAY_MS } from '../../time.js';
import { REPURCHASE_DAYS } from './commerce-metrics.js';
import { type FactEvent, type FactOptions, type FactPage, localDay, moneyOf } from './fact-entries.js';

/** Days after the first exposure over which the worth of a user is counted. */
export const WORTH_DAYS = 90;

interface OrderLine {
  orderKey: string;
  units: number;
  revenue: number;
  refundedUnits: number;
  refunded: number;
  refunds: number;
}

interface Order {
  at: number;
  units: number;
  revenue: number;
  refunded: number;
  refunds: number;
  unitsLeft: number;
}

/** A purchase without an order id is an order of its own. */
const orderKeyOf = ({ orderId, id }: FactEvent): string => (orderId === undefined ? `id ${id}` : `order ${orderId}`);
const lineKeyOf = (act: FactEvent): string => `${orderKeyOf(act)} ${act.itemNo}`;

/** Orders with what came back of their lines: a refund counts where the line that it names was bought. */
function ordersOf(acts: readonly FactEvent[], currency: string): Order[] {
  const lines = new Map<string, OrderLine>();
  const orders = new Map<string, Order>();
  for (const act of acts) {
    if (act.type !== 'PURCHASE') continue;
    const orderKey = orderKeyOf(act);
    const line = lines.get(lineKeyOf(act)) ?? { orderKey, units: 0, revenue: 0, refundedUnits: 0, refunded: 0, refunds: 0 };
    line.units += act.quantity ?? 1;
    line.revenue += moneyOf(act, currency);
    lines.set(lineKeyOf(act), line);
    const order = orders.get(orderKey) ?? { at: act.occurredAt, units: 0, revenue: 0, refunded: 0, refunds: 0, unitsLeft: 0 };
    order.at = Math.min(order.at, act.occurredAt);
    orders.set(orderKey, order);
  }
  for (const act of acts) {
    const line = act.type === 'REFUND' ? lines.get(lineKeyOf(act)) : undefined;
    if (!line) continue;
    line.refunds++;
    line.refundedUnits += act.quantity ?? 1;
    line.refunded += moneyOf(act, currency);
  }
  for (const line of lines.values()) {
    const order = orders.get(line.orderKey)!;
    order.units += line.units;
    order.revenue += line.revenue;
    order.refunded += line.refunded;
    order.refunds += line.refunds;
    order.unitsLeft += Math.max(0, line.units - line.refundedUnits);
  }
  return [...orders.values()];
}

/** What is counted of orders. */
export function orderFacts(acts: readonly FactEvent[], pages: readonly FactPage[], options: FactOptions) {
  const { currency, timeZone, to, asOf } = options;
  const orders = ordersOf(acts, currency);
  const sum = (read: (order: Order) => number): number => orders.reduce((total, order) => total + read(order), 0);
  const kept = orders.filter(({ unitsLeft }) => unitsLeft > 0);
  const firstAt = Math.min(...kept.map(({ at }) => at));
  const until = Math.min(to, asOf);
  const metAt = Math.min(...pages.map(({ servedAt }) => servedAt));
  const followedDays = daysBetween(metAt, until);
  const again = kept.filter(({ at }) => at - firstAt <= REPURCHASE_DAYS * DAY_MS).map(({ at }) => localDay(at, timeZone));
  const attributed = acts.filter(({ type, attribution }) => type === 'PURCHASE' && attribution === 'ATTRIBUTED');
  const worthOf = ({ at, revenue, refunded }: Order): number => (at - metAt < WORTH_DAYS * DAY_MS ? revenue - refunded : 0);
  return {
    orders: orders.length,
    units: sum(({ units }) => units),
    revenue: sum(({ revenue }) => revenue),
    attributedRevenue: attributed.reduce((total, act) => total + moneyOf(act, currency), 0),
    refundedOrders: orders.filter(({ refunds }) => refunds > 0).length,
    refundedRevenue: sum(({ refunded }) => refunded),
    revenue90Days: followedDays >= WORTH_DAYS ? sum(worthOf) : 0,
    firstOrderAgeDays: kept.length === 0 ? -1 : daysBetween(firstAt, until),
    orderDays30: new Set(again).size,
  };
}

/** Whole days from one instant to another; 0 where there is none, or it is not over. */
export const daysBetween = (from: number, to: number): number => (from < to ? Math.floor((to - from) / DAY_MS) : 0);
