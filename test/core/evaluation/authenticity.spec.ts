import { attackOf, BOTNETS } from '../../../src/core/evaluation/authenticity/botnets.js';
import { authenticityMarkdown } from '../../../src/core/evaluation/authenticity/markdown.js';
import { type AuthenticityReport, measureAuthenticity } from '../../../src/core/evaluation/authenticity/measure.js';
import { type LedgerEvent } from '../../../src/core/events/event.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_MS, HOUR_MS } from '../../../src/core/time.js';

const END = Date.UTC(2026, 0, 20);
const ITEMS = 200;

/** A hundred people who look round in bouts, and buy now and then. */
function people(): LedgerEvent[] {
  const random = seededRandom(9);
  const events: LedgerEvent[] = [];
  for (let person = 0; person < 100; person++) {
    let at = END - 10 * DAY_MS * random() - HOUR_MS;
    for (let i = 0; i < 30; i++) {
      at += 8_000 + 60_000 * -Math.log(1 - random()) + (random() < 0.1 ? 5 * HOUR_MS * random() : 0);
      const itemNo = Math.floor(ITEMS * random() ** 2);
      const seq = events.length + 1;
      events.push({ id: `${seq}`, type: random() < 0.1 ? 'PURCHASE' : 'VIEW', userId: `p${person}`, occurredAt: at, receivedAt: at, itemId: `${itemNo}`, itemNo, attribution: 'UNATTRIBUTED', writer: 1, seq }); // prettier-ignore
    }
  }
  return events.sort((a, b) => a.occurredAt - b.occurredAt);
}

describe('an attack', () => {
  it('is the same for one seed, in order of time, by as many bots as asked for', () => {
    const field = { target: 3, hot: 0, items: ITEMS, end: END, bots: 4, seed: 7 };
    for (const botnet of BOTNETS) {
      const events = attackOf(botnet, field);
      expect(attackOf(botnet, field)).toEqual(events);
      expect(new Set(events.map(({ userId }) => userId)).size).toBe(4);
      expect(events.every(({ occurredAt }, i) => i === 0 || occurredAt >= events[i - 1].occurredAt)).toBe(true);
    }
  });
});

describe('measureAuthenticity', () => {
  let report: AuthenticityReport;
  beforeAll(async () => {
    report = await measureAuthenticity({ dataset: 'people', events: people(), items: ITEMS }, { bots: 10 });
  });

  it('finds no people among the machines, and the machines of every botnet', () => {
    expect([report.clean.people, report.clean.judged, report.clean.discounted]).toEqual([100, 100, 0]);
    expect(report.botnets.map(({ botnet, detected }) => [botnet, detected])).toEqual(BOTNETS.map((botnet) => [botnet, 10]));
  });

  it('shows that the target stays where it was, where it would have led', () => {
    for (const { rankBefore, rankUnjudged, rankJudged, harmed, added, bound } of report.botnets) {
      expect(rankUnjudged).toBeLessThanOrEqual(2);
      expect(Math.abs(rankJudged - rankBefore)).toBeLessThanOrEqual(1);
      expect([harmed, added <= bound]).toEqual([0, true]);
    }
  });

  it('says so in words', () => {
    const markdown = authenticityMarkdown(report);
    expect(markdown).toContain('100 people, 100 of them of at least 20 acts');
    for (const botnet of BOTNETS) expect(markdown).toContain(`| ${botnet} | 10 of 10 |`);
  });
});
