import { mostMoved, POPULARITY_HALF_LIFE_MS, PopularityColumns, TREND_HALF_LIFE_MS } from '../../../src/core/candidates/popularity.js';
import { type EventType } from '../../../src/core/events/event.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY, NOW, TestShop } from '../shop-fixture.js';

const TYPES: EventType[] = ['CLICK', 'LIKE', 'UNLIKE', 'PURCHASE', 'REFUND', 'SHARE', 'ADD_TO_CART', 'REMOVE_FROM_CART'];

interface Attack {
  type: EventType;
  actor: number;
  day: number;
}

describe('the most that actors can move popularity', () => {
  const shop = new TestShop();
  const moved = (attack: Attack[], before: number): [number, number] => {
    const [alone, attacked] = [new PopularityColumns(), new PopularityColumns()];
    for (let i = 0; i < before; i++)
      for (const popularity of [alone, attacked]) popularity.observe(shop.event(`p${i}`, 'PURCHASE', 0, { occurredAt: NOW - i * DAY }));
    for (const { type, actor, day } of attack) attacked.observe(shop.event(`bot${actor}`, type, 0, { occurredAt: NOW - day * DAY }));
    return [
      Math.abs(attacked.at(0, NOW) - alone.at(0, NOW)) / mostMoved(3, POPULARITY_HALF_LIFE_MS),
      Math.abs(attacked.trendAt(0, NOW) - alone.trendAt(0, NOW)) / mostMoved(3, TREND_HALF_LIFE_MS),
    ];
  };

  it('is 448 clicks of popularity and 30 of trend an actor', () => {
    // 10 * (1 + 1 / (1 - 2^(-1/30))) = 10 * (1 + 43.78); 10 * (1 + 1 / (1 - 1/2)) = 30
    expect(mostMoved(1, POPULARITY_HALF_LIFE_MS)).toBeCloseTo(447.8, 1);
    expect(mostMoved(1, TREND_HALF_LIFE_MS)).toBe(30);
  });

  it('is never passed by a search that keeps what moves most', () => {
    const random = seededRandom(3);
    const pick = (n: number): number => Math.floor(random() * n);
    let best: Attack[] = [];
    let most = 0;
    for (let round = 0; round < 60; round++) {
      const attack = [...best.filter(() => random() > 0.02)];
      for (let i = 0; i < 100; i++) attack.push({ type: TYPES[pick(TYPES.length)], actor: pick(3), day: pick(40) });
      const [popular, trend] = moved(attack, pick(20));
      expect(Math.max(popular, trend)).toBeLessThanOrEqual(1);
      if (popular > most) [best, most] = [attack, popular];
    }
    expect(most).toBeGreaterThan(0.2);
  });

  it('is nearly reached by whoever buys every day, so the figure is no idle one', () => {
    const daily = Array.from({ length: 3 * 200 * 2 }, (_, i): Attack => ({ type: 'PURCHASE', actor: i % 3, day: Math.floor(i / 6) }));
    const [popular, trend] = moved(daily, 0);
    expect(popular).toBeGreaterThan(0.9);
    expect(popular).toBeLessThanOrEqual(1);
    expect(trend).toBeGreaterThan(0.6);
  });

  it('is that of one actor for all accounts of one device', () => {
    const popularity = new PopularityColumns();
    for (let i = 0; i < 50; i++) popularity.observe(shop.event(`account${i}`, 'PURCHASE', 0, { deviceHash: 'phone' }));
    expect(popularity.at(0, NOW)).toBe(10);
  });

  it('cannot be raised by opening other budgets in between', () => {
    const popularity = new PopularityColumns();
    for (let i = 0; i < 20_000; i++) {
      popularity.observe(shop.event('bot', 'PURCHASE', 0));
      popularity.observe(shop.event(`helper${i}`, 'CLICK', 1));
    }
    expect(popularity.at(0, NOW)).toBe(10);
  });

  it('is taken back, and given again, when an actor is judged anew', () => {
    const popularity = new PopularityColumns();
    popularity.observe(shop.event('p', 'PURCHASE', 0));
    for (let day = 0; day < 5; day++) popularity.observe(shop.event('bot', 'PURCHASE', 0, { occurredAt: NOW - day * DAY }));
    const attacked = popularity.at(0, NOW);
    popularity.reweigh('bot', 1, 0);
    expect(popularity.at(0, NOW)).toBeCloseTo(5, 9);
    popularity.observe(shop.event('bot', 'LIKE', 0), 0);
    expect(popularity.at(0, NOW)).toBeCloseTo(5, 9);
    popularity.reweigh('bot', 0, 1);
    expect(popularity.at(0, NOW)).toBeCloseTo(attacked + 2, 9);
  });
});
