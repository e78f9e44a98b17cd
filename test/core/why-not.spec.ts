import { NO_COCOON } from '../../src/core/diversification/cocoon/cocoon-index.js';
import { buildPage } from '../../src/core/feed.js';
import { type PageInputs } from '../../src/core/page.js';
import { whyNot } from '../../src/core/why-not.js';
import { BASELINE, itself } from './diversification/cocoon-cards.js';
import { DAY, inputsFor, NOW, PLAIN, serveTimes, TestShop } from './shop-fixture.js';

describe('whyNot', () => {
  const shop = new TestShop();
  for (let i = 0; i < 700; i++) {
    shop.put({ createdAt: NOW - (1 + i) * DAY });
    if (i < 300) shop.click(i, 1 + (i % 5));
  }
  const inputs = (fields: Parameters<typeof inputsFor>[1] = {}): PageInputs => inputsFor(shop.shop(), { settings: PLAIN, ...fields });

  it('knows what is not in the catalogue', async () => {
    expect(await whyNot(inputs(), 9_999)).toEqual({
      stage: 'UNKNOWN_ITEM',
      component: null,
      detail: 'it is not in the catalogue',
      rank: null,
      score: null,
      gap: null,
    });
  });

  it('finds what is on the page', async () => {
    const answer = await whyNot(inputs(), 4);
    expect(answer).toMatchObject({ stage: 'PLACED', component: null, detail: 'it is on the page, at position 1', rank: 1 });
    expect(answer.score).toBeGreaterThan(0);
    expect(answer.gap).toBeLessThanOrEqual(0);
  });

  it('names the filter, whether or not a source proposed the item', async () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 4), shop.event('u', 'HIDE', 699));
    const answers = await Promise.all([whyNot(inputs({ state }), 4), whyNot(inputs({ state }), 699)]);
    expect(answers).toMatchObject([
      { stage: 'FILTER', component: 'already-bought', rank: null, score: null, gap: null },
      { stage: 'FILTER', component: 'hidden', detail: 'the user has hidden it, or its category, brand or creator' },
    ]);
  });

  it('no longer names the filter once the purchase is refunded', async () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 4, { occurredAt: NOW - 2 }), shop.event('u', 'REFUND', 4));
    expect((await whyNot(inputs({ state }), 4)).component).toBe(null);
  });

  it('tells what was scored but not placed how far it was', async () => {
    const answer = await whyNot(inputs(), 0);
    expect(answer).toMatchObject({ stage: 'RANK', component: null });
    expect(answer.rank).toBeGreaterThan(10);
    expect(answer.gap).toBeGreaterThan(0);
    expect(answer.detail).toMatch(/^its score is number \d+ of \d+, and 10 are on the page$/);
  });

  it('tells what caps kept out', async () => {
    const alike = new TestShop();
    for (let i = 0; i < 30; i++) {
      alike.put({ categories: [i < 10 ? 'same' : `c${i}`] });
      alike.click(i, 40 - i);
    }
    const answer = await whyNot(inputsFor(alike.shop(), { settings: { diversity: { algorithm: 'NONE' } } }), 5);
    expect(answer).toMatchObject({ stage: 'RANK', rank: 6 });
    expect(answer.gap).toBeLessThan(0);
    expect(answer.detail).toMatch(/caps or variety put others before it$/);
  });

  it('tells what no source proposed', async () => {
    expect(await whyNot(inputs(), 650)).toMatchObject({ stage: 'RETRIEVAL', component: null, rank: null });
  });

  it('names what the user is tired of sooner than others, where the loop out of his cocoon has it so', async () => {
    const state = shop.stateAfter();
    serveTimes(state, 4, 12);
    const measure = { ...NO_COCOON, narrowCategory: 0.9, confidence: 1, repetition: 1 };
    const cocoon = { measure, usual: { baseline: BASELINE, groupOf: itself }, isControlled: true, breadth: 0 };
    const settings = { diversity: { adaptive: true } };
    // Twenty a day are allowed, and ten of who sees nothing but repetitions.
    expect(await whyNot(inputs({ state, settings, cocoon }), 4)).toMatchObject({ stage: 'FILTER', component: 'fatigue' });
    expect((await whyNot(inputs({ state, settings }), 4)).component).toBeNull();
  });

  it('asks whoever makes the page of more than its inputs', async () => {
    const made = await whyNot(inputs(), 4, async (of) => ({ ...(await buildPage(of)), placed: [] }));
    expect(made).toMatchObject({ stage: 'RANK', rank: 1, gap: null });
  });

  it('has no gap to an empty page', async () => {
    const empty = new TestShop();
    empty.put({ stock: 0 });
    expect(await whyNot(inputsFor(empty.shop()), 0)).toMatchObject({ stage: 'FILTER', component: 'sold-out', gap: null });
  });
});
