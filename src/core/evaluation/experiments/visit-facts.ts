import { SESSION_GAP_MS } from '../../privacy/identity.js';
import { type FactEvent, type FactOptions, type FactPage, localDay } from './fact-entries.js';
import { daysBetween } from './order-facts.js';

/** When a user was here: by pages served to him and by his acts. Days are those of the shop's calendar. */
export function visitFacts(pages: readonly FactPage[], acts: readonly FactEvent[], { timeZone, to, asOf }: FactOptions) {
  const own = acts.filter(({ type }) => type !== 'COST').map(({ occurredAt }) => occurredAt);
  const moments = [...pages.map(({ servedAt }) => servedAt), ...own].sort((a, b) => a - b);
  const days = new Set(moments.map((at) => localDay(at, timeZone)));
  const metAt = Math.min(...pages.map(({ servedAt }) => servedAt));
  const followedDays = pages.length === 0 ? 0 : daysBetween(metAt, Math.min(to, asOf));
  const returned = (after: number): number => Number(followedDays > after && days.has(localDay(metAt, timeZone) + after));
  return {
    sessions: moments.filter((at, i) => i === 0 || at - moments[i - 1] > SESSION_GAP_MS).length,
    activeDays: days.size,
    followedDays,
    returnedDay1: returned(1),
    returnedDay7: returned(7),
    returnedDay30: returned(30),
  };
}
