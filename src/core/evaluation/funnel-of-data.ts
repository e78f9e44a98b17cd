import { DAY_MS, utcDay } from '../time.js';
import { factsOfLog, type UserEvent } from './experiments/facts-of-log.js';
import { FUNNEL_STEPS, stepsTaken } from './experiments/funnel.js';
import { metricOf } from './experiments/metric-catalogue.js';
import { type UserFacts } from './experiments/user-facts.js';
import { type History } from './history.js';

/** Buyers of a period, and what became of them. */
export interface FunnelPeriod {
  from: string;
  to: string;
  users: number;
  /** Users by the steps of the funnel that they took. */
  steps: { step: string; users: number }[];
  buyers: number;
  /** Buyers whose thirty days are over, and those of them who bought on another day within these. */
  followed: number;
  again: number;
}

const TYPES: ReadonlyMap<string, UserEvent['type']> = new Map([['purchase', 'PURCHASE'], ['click', 'CLICK'], ['view', 'VIEW'], ['cart', 'ADD_TO_CART'], ['follow', 'FOLLOW']]); // prettier-ignore
const PERIODS = 4;

/** Count the events of a data set as reports count those of a service, quarter by quarter of its time. Events of other types are left out. */
export function funnelOfData(history: History): FunnelPeriod[] {
  const events = eventsOf(history);
  const times = events.map(({ occurredAt }) => occurredAt);
  const first = times.reduce((least, at) => Math.min(least, at), Infinity);
  const last = times.reduce((most, at) => Math.max(most, at), -Infinity);
  const span = Math.ceil((last - first + 1) / PERIODS / DAY_MS) * DAY_MS;
  return Array.from({ length: events.length === 0 ? 0 : PERIODS }, (_, i) => {
    const [from, to] = [first + i * span, first + (i + 1) * span];
    const options = { from, to, asOf: last, timeZone: 'UTC', currency: '', itemByNo: new Map<number, never>() };
    return { from: utcDay(from), to: utcDay(to), ...countsOf([...factsOfLog({ pages: [], events }, options).values()]) };
  });
}

function eventsOf({ userOf, itemOf, typeOf, at, value, types, users }: History): UserEvent[] {
  return Array.from(at, (occurredAt, i) => ({ occurredAt, i, type: TYPES.get(types[typeOf[i]]) })).flatMap(({ occurredAt, i, type }) =>
    type === undefined || Number.isNaN(occurredAt)
      ? []
      : [{ id: `${i}`, type, userId: users[userOf[i]], occurredAt, itemNo: itemOf[i], attribution: 'UNATTRIBUTED' as const, amount: value[i] || 0 }],
  ); // prettier-ignore
}

function countsOf(facts: readonly UserFacts[]): Omit<FunnelPeriod, 'from' | 'to'> {
  const repurchase = metricOf('REPURCHASE_RATE')!;
  const parts = facts.flatMap((one) => repurchase.read!(one) ?? []);
  return {
    users: facts.length,
    // Data of a shop without a log of exposures: everyone with an event counts as exposed.
    steps: FUNNEL_STEPS.map((step, i) => ({ step, users: facts.filter((one) => stepsTaken({ ...one, shown: 1 }) > i).length })),
    buyers: facts.filter(({ orders }) => orders > 0).length,
    followed: parts.length,
    again: parts.reduce((sum, { numerator }) => sum + numerator, 0),
  };
}

const Z = 1.959964;

/** Interval of a share by Wilson, 95 %. */
export function wilson(part: number, whole: number): { low: number; high: number } {
  if (whole === 0) return { low: 0, high: 1 };
  const share = part / whole;
  const middle = (share + Z ** 2 / (2 * whole)) / (1 + Z ** 2 / whole);
  const half = (Z / (1 + Z ** 2 / whole)) * Math.sqrt((share * (1 - share)) / whole + Z ** 2 / (4 * whole ** 2));
  return { low: middle - half, high: middle + half };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The figures as a table. */
export function funnelMarkdown(dataset: string, periods: readonly FunnelPeriod[]): string {
  const rows = periods.map(({ from, to, users, steps, buyers, followed, again }) => {
    const { low, high } = wilson(again, followed);
    const rate = followed === 0 ? '–' : `${percent(again / followed)} (${percent(low)} to ${percent(high)})`;
    const deep = steps.map((one) => one.users).join(' > ');
    return `| ${from} | ${to} | ${users} | ${buyers} | ${followed} | ${again} | ${rate} | ${deep} |`;
  });
  return [
    `### ${dataset}: from a purchase to the next`,
    '',
    '| from | to | users | buyers | whose 30 days are over | bought on another day | repurchase rate (95 %) | ' +
      FUNNEL_STEPS.join(' > ') +
      ' |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
  ].join('\n');
}
