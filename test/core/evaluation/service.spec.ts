import fc from 'fast-check';
import { historyFrom, randomHistory } from './fixture.js';
import { evaluate, type Plan, PROTOCOLS, splitOf } from '../../../src/core/evaluation/evaluation.js';
import { type History } from '../../../src/core/evaluation/history.js';
import { ReplayedShop } from '../../../src/core/evaluation/replayed-shop.js';
import { type Service, serviceMethod, withoutSlate } from '../../../src/core/evaluation/service-methods.js';
import { queriesOf, replay, streamOf } from '../../../src/core/evaluation/next-event.js';
import { taskOf } from '../../../src/core/evaluation/task.js';
import { buildPage } from '../../../src/core/feed.js';
import { type PageInputs } from '../../../src/core/page.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_MS } from '../../../src/core/time.js';

const planOf = (plan: Partial<Plan>): Plan => ({
  dataset: 'made-up',
  protocol: 'time',
  slice: 'final',
  density: null,
  splitAt: 70 * DAY_MS,
  tuneAt: 50 * DAY_MS,
  halfLifeMs: 30 * DAY_MS,
  limit: null,
  ...plan,
});

const rulesOf = (service: Service) =>
  serviceMethod({ name: 'rules', note: '', service, settings: withoutSlate(DEFAULT_SETTINGS), isByScore: true });
const feedOf = (service: Service) => serviceMethod({ name: 'feed', note: '', service, settings: DEFAULT_SETTINGS, isByScore: false });
const SERVICE: Service = { buildPage, neighbourWindowMs: Infinity };

/** The real service, with a look at what it is asked. */
function watched(look: (inputs: PageInputs) => void): Service {
  return {
    ...SERVICE,
    buildPage: (inputs) => {
      look(inputs);
      return buildPage(inputs);
    },
  };
}

/** The latest time that anything a service was told before it was asked carries. */
function latestTold({ shop, state }: PageInputs): number {
  const created = Array.from({ length: shop.catalogue.size }, (_, no) => shop.catalogue.createdAt[no]);
  return Math.max(state!.updatedAt, ...created);
}

describe('ReplayedShop', () => {
  const history = historyFrom(['1 1 0', '2 1 1', '2 2 2', '3 2 3'], [['1', '2'], ['1', '3']], { 1: ['books'], 2: ['books', 'maps'] }); // prettier-ignore
  const told = (count: number): ReplayedShop => {
    const shop = new ReplayedShop(history, Int32Array.from(history.at.keys()));
    for (let i = 0; i < count; i++) shop.observeNext();
    return shop;
  };

  it('puts an item into the catalogue with its first event, in order of appearance', () => {
    expect(told(0).shop.catalogue.size).toBe(0);
    expect([told(2).shop.catalogue.size, told(2).shop.catalogue.createdAt[0], told(2).nosOf([0, 1])]).toEqual([1, 0, [0]]);
    expect(told(3).shop.catalogue.item(1)).toMatchObject({ id: '2', categories: ['books', 'maps'], createdAt: 2 * DAY_MS });
    expect(told(3).itemAt(1)).toBe(1);
  });

  it('folds a rating as a review, so that what was rated is owned', () => {
    const state = told(4).stateOf(1, 5 * DAY_MS);
    expect([...state.purchases.keys()]).toEqual([0, 1]);
    expect(state.recent.map(({ type }) => type)).toEqual(['REVIEW', 'REVIEW']);
  });

  it('takes an undated tie as made when the user is asked', () => {
    expect([...told(0).stateOf(0, 7).ties]).toEqual([['2', { value: 1, at: 7 }], ['3', { value: 1, at: 7 }]]); // prettier-ignore
  });

  it('learns neighbours from so many events, and from no further back than it is told to', () => {
    const shop = told(4);
    const pairs = (count: number, windowMs: number): number => {
      shop.learnFrom(count, windowMs);
      return shop.shop.similar.items.length;
    };
    // User 2 makes items 1 and 2 neighbours with his event of day 2, unless that of day 1 is out of sight.
    expect([pairs(2, Infinity), pairs(3, Infinity), pairs(4, DAY_MS)]).toEqual([0, 2, 0]);
  });
});

describe('withoutSlate', () => {
  it('leaves rules and sources as they are and switches off what moves items', () => {
    const bare = withoutSlate(DEFAULT_SETTINGS);
    expect([bare.rules, bare.sources]).toEqual([DEFAULT_SETTINGS.rules, DEFAULT_SETTINGS.sources]);
    expect(bare.diversity).toMatchObject({ algorithm: 'NONE', maxPerCategory: bare.diversity.window });
  });
});

describe('the service under a split', () => {
  it('is told nothing from the instant of asking on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), async (seed) => {
        const history = randomHistory(seededRandom(seed));
        const task = taskOf(history, splitOf(history, planOf({})));
        const rank = rulesOf(
          watched((inputs) => {
            expect(inputs.now).toBe(70 * DAY_MS);
            expect(latestTold({ ...inputs, shop: { ...inputs.shop, similar: { ...inputs.shop.similar, builtAt: 0 } } })).toBeLessThan(
              inputs.now,
            );
          }),
        ).rank(task, 20);
        for (const examinee of task.examinees) await rank(examinee);
      }),
      { numRuns: 5 },
    );
  });

  it('is asked when the held-back event occurs, and was told nothing of it or of anything later', async () => {
    const history = randomHistory(seededRandom(6));
    const task = taskOf(history, splitOf(history, planOf({ protocol: 'leave-last-out' })));
    const asked: number[] = [];
    const rank = rulesOf(
      watched((inputs) => {
        expect(latestTold(inputs)).toBeLessThanOrEqual(inputs.now);
        asked.push(inputs.now);
      }),
    ).rank(task, 20);
    for (const examinee of task.examinees) {
      const list = await rank(examinee);
      expect(list.every((item) => !examinee.masked.has(item))).toBe(true);
    }
    expect(asked).toEqual(task.examinees.map(({ askAt }) => askAt).sort((a, b) => a - b));
    for (const { user, relevant } of task.examinees) {
      const [target] = relevant;
      expect(task.split.fit.some((row) => history.userOf[row] === user && history.itemOf[row] === target)).toBe(false);
    }
  });

  it('shows items that are candidates of the protocol, none twice, none of the user', async () => {
    const history = randomHistory(seededRandom(8));
    for (const protocol of ['time', 'leave-last-out', '8-1-1'] as const) {
      const task = taskOf(history, splitOf(history, planOf({ protocol })));
      for (const method of [rulesOf(SERVICE), feedOf(SERVICE)]) {
        const rank = method.rank(task, 20);
        for (const examinee of task.examinees) {
          const list = await rank(examinee);
          expect(new Set(list).size).toBe(list.length);
          expect(list.every((item) => task.popularity[item] > 0 && !examinee.masked.has(item))).toBe(true);
        }
      }
    }
  });
});

describe('the service along a stream', () => {
  it('knows at every query exactly what came before', async () => {
    const history = randomHistory(seededRandom(3));
    const stream = streamOf(history, 'final');
    const queries = queriesOf(stream);
    let asked = 0;
    const method = rulesOf(
      watched((inputs) => {
        const place = queries.places[asked++];
        const before = [...stream.rows.subarray(0, place)];
        const user = history.userOf[stream.rows[place]];
        expect(inputs.shop.similar.builtAt).toBeLessThanOrEqual(inputs.now);
        expect(inputs.shop.catalogue.live).toBe(new Set(before.map((row) => history.itemOf[row])).size);
        expect(inputs.state!.eventCount).toBe(before.filter((row) => history.userOf[row] === user).length);
      }),
    ).stream(stream, DAY_MS);
    const judgement = await replay(stream, queries, method);
    expect(asked).toBe(queries.places.length);
    expect(Math.max(...judgement.recall20)).toBe(1);
  });

  it('finds what a friend liked and nobody else touched', async () => {
    // Twenty-five items that everyone has are of no use to user 1; item 99 is known through user 2 alone, whom he follows.
    const common = Array.from({ length: 25 }, (_, i) => [`1 ${i} ${i}`, `3 ${i} ${i}`]).flat();
    const history: History = historyFrom([...common, '2 99 30', '1 99 31'], [['1', '2']]);
    const stream = { ...streamOf(history, 'final'), from: history.at.length - 1, to: history.at.length };
    const judgement = await replay(stream, queriesOf(stream), rulesOf(SERVICE).stream(stream, DAY_MS));
    expect([...judgement.recall20]).toEqual([1]);
  });
});

describe('the service in a report', () => {
  it.each(PROTOCOLS)('gives the same figures every time (%s)', async (protocol) => {
    const history = randomHistory(seededRandom(5));
    const run = () => evaluate(history, planOf({ protocol, limit: 20 }), [rulesOf(SERVICE), feedOf(SERVICE)], () => 0);
    const report = await run();
    expect(await run()).toEqual(report);
    expect(report.rows.map(({ method }) => method)).toEqual(['rules', 'feed']);
  });
});
