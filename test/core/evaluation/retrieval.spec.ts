import { randomHistory } from './fixture.js';
import { type Service } from '../../../src/core/evaluation/service-methods.js';
import { measureRetrieval, type RetrievalPlan } from '../../../src/core/evaluation/retrieval.js';
import { retrievalMarkdown } from '../../../src/core/evaluation/retrieval-markdown.js';
import { similarMethod } from '../../../src/core/evaluation/similar-method.js';
import { queriesOf, replay, streamOf } from '../../../src/core/evaluation/next-event.js';
import { buildPage } from '../../../src/core/feed.js';
import { seededRandom } from '../../../src/core/random.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';

const SERVICE: Service = { buildPage, neighbourWindowMs: Infinity };
const history = randomHistory(seededRandom(5));
const plan: RetrievalPlan = { dataset: 'made-up', slice: 'final', density: null, limit: 20 };

describe('measureRetrieval', () => {
  it('finds everything where the pool holds the whole shop, and what one source alone named is no more than all it named', async () => {
    const report = await measureRetrieval(history, plan, SERVICE, DEFAULT_SETTINGS);
    // A page of 20 looks 100 further, and there are 40 items.
    expect([report.queries, report.recall.mean]).toEqual([20, 1]);
    expect(report.poolSize).toBeLessThanOrEqual(report.items);
    for (const { size, ownSize, recall, ownRecall } of report.sources) {
      expect(ownSize).toBeLessThanOrEqual(size);
      expect(ownRecall).toBeLessThanOrEqual(recall);
      expect(recall).toBeLessThanOrEqual(1);
    }
    expect(retrievalMarkdown(report)).toContain('20 queries of');
  });

  it('gives the same report twice', async () => {
    const measure = () => measureRetrieval(history, plan, SERVICE, DEFAULT_SETTINGS);
    expect(await measure()).toEqual(await measure());
  });

  it('says so when there is nothing to ask for', async () => {
    const nobody = randomHistory(seededRandom(1), { users: 1, items: 1, events: 1, days: 1 });
    await expect(measureRetrieval(nobody, plan, SERVICE, DEFAULT_SETTINGS)).rejects.toThrow('leaves nothing to ask for');
  });
});

describe('similarMethod', () => {
  it('lives through a stream without favouring what is asked for', async () => {
    const stream = streamOf(history, 'final');
    const judgement = await replay(stream, queriesOf(stream), similarMethod.stream(stream, 1));
    expect(judgement.recall20.some((recall) => recall > 0)).toBe(true);
    expect(judgement.recall20.some((recall) => recall === 0)).toBe(true);
  });
});
