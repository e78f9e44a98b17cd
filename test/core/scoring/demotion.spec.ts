import { signalsOf } from '../../../src/core/candidates/signals.js';
import { buildPage } from '../../../src/core/feed.js';
import { type Mute } from '../../../src/core/privacy/person.js';
import { demote } from '../../../src/core/scoring/demotion.js';
import { inputsFor, TestShop } from '../shop-fixture.js';

const tag = (name: string): Mute => ({ kind: 'tag', name, until: null });

describe('what the user wants less of', () => {
  const shop = new TestShop();
  for (let i = 0; i < 6; i++) shop.put({ categories: ['all', i % 2 ? 'tea' : 'boots'], brand: `b${i}` });
  const itemNos = Uint32Array.of(0, 1, 2);

  it('keeps a tenth of its worth: of a sum of probabilities, or of the logarithm that a sum of rules is', () => {
    const signals = signalsOf({ ...inputsFor(shop.shop()), muted: [tag('category-affinity:tea'), tag('brand-affinity:b2')] });
    const byModel = Float64Array.of(1, 2, 3);
    expect([...demote(byModel, 'MODEL', { itemNos }, signals)!]).toEqual([0, expect.closeTo(-1.8), expect.closeTo(-2.7)]);
    expect([...byModel]).toEqual([1, expect.closeTo(0.2), expect.closeTo(0.3)]);
    const byRules = Float64Array.of(1, 2, -3);
    demote(byRules, 'RULES', { itemNos }, signals);
    expect([...byRules]).toEqual([1, expect.closeTo(2 - Math.log(10)), expect.closeTo(-3 - Math.log(10))]);
  });

  it('goes behind what is as good, and says so in its terms', async () => {
    const muted = [tag('category-affinity:tea')];
    const { placed } = await buildPage({ ...inputsFor(shop.shop()), muted });
    expect(placed.map(({ itemNo }) => itemNo % 2)).toEqual([0, 0, 0, 1, 1, 1]);
    for (const { itemNo, score, contributions } of placed) {
      expect(contributions.some(({ name }) => name === 'muted')).toBe(itemNo % 2 === 1);
      expect(contributions.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(score, 9);
    }
  });

  it('changes nothing where a muted tag is about nothing known', () => {
    const signals = signalsOf({ ...inputsFor(shop.shop()), muted: [tag('novelty'), tag('category-affinity:none')] });
    expect(demote(Float64Array.of(1, 2, 3), 'RULES', { itemNos }, signals)).toBeNull();
  });
});
