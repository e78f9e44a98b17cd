import { randomHistory } from './fixture.js';
import { evaluate, type Plan } from '../../../src/core/evaluation/evaluation.js';
import { markdownOf } from '../../../src/core/evaluation/markdown.js';
import { BASELINES } from '../../../src/core/evaluation/methods.js';
import { plotOf } from '../../../src/core/evaluation/plot.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_MS } from '../../../src/core/time.js';

const plan: Plan = { dataset: 'shop <1>', protocol: 'time', slice: 'tune', density: null, splitAt: 70 * DAY_MS, tuneAt: 50 * DAY_MS, halfLifeMs: DAY_MS, limit: null }; // prettier-ignore
const report = await evaluate(randomHistory(seededRandom(4)), plan, BASELINES, () => 0);

describe('markdownOf', () => {
  const text = markdownOf(report);

  it('names protocol, slice, period and the number of users', () => {
    expect(text).toContain('### shop <1>: global split by time (tuning slice)');
    expect(text).toContain('Test from 1970-02-20T00:00:00.000Z up to 1970-03-12T00:00:00.000Z.');
    expect(text).toContain(`${report.counts.examined} users examined`);
    expect(text).toContain('are on items never seen before');
  });

  it('has one line of equal width per method, warm and with cold items apart, with standard errors', () => {
    const lines = text.split('\n').filter((line) => line.startsWith('| '));
    expect(lines[0]).toContain('Recall@20 (warm) | ± s.e. | Recall@20 incl. cold | NDCG@10 | ± s.e.');
    expect(lines.slice(2, 5).map((line) => line.split(' | ')[0])).toEqual(['| popularity', '| itemknn', '| friends']);
    expect(new Set(lines.slice(0, 5).map((line) => line.split('|').length))).toEqual(new Set([13]));
  });

  it('compares every other method with the first', () => {
    expect(text).toContain('| itemknn − popularity | ');
    expect(text).toContain('| friends − popularity | ');
  });

  it('looks at the first ten where the protocol does', async () => {
    expect(markdownOf(await evaluate(randomHistory(seededRandom(4)), { ...plan, protocol: '8-1-1' }, BASELINES, () => 0))).toContain(
      '| Recall@10 (warm) |',
    );
  });
});

describe('plotOf', () => {
  it('draws one point per method and escapes what it writes', () => {
    const svg = plotOf(report);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.match(/<circle /g)).toHaveLength(3);
    expect(svg).toContain('shop &lt;1&gt;, time, tuning slice');
    expect(svg).not.toContain('NaN');
  });

  it('puts more variety further right and more recall further up', () => {
    const rows = [{ ...report.rows[0], recall20: 0.1, entropy20: 1 }, { ...report.rows[1], recall20: 0.2, entropy20: 2 }]; // prettier-ignore
    const [low, high] = [...plotOf({ ...report, rows }).matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(high[0]).toBeGreaterThan(low[0]);
    expect(high[1]).toBeLessThan(low[1]);
  });

  it('leaves out methods whose variety is unknown', () => {
    const rows = report.rows.map((row) => ({ ...row, entropy20: null }));
    expect(plotOf({ ...report, rows })).not.toContain('<circle');
  });
});
