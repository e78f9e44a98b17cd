import fc from 'fast-check';
import { tagCatalogue } from '../../../src/core/tags/catalogue.js';
import { lifecycleOf, readTags, type Tag } from '../../../src/core/tags/profile.js';
import { emptyState, type UserState } from '../../../src/core/tags/state.js';
import { DAY, event, foldAll, folded, histories, NOW, numbered } from './history.js';

const NAMES = {
  category: (no: number) => ['', 'fashion', 'shoes', 'a:b'][no] ?? `category${no}`,
  brand: (no: number) => `brand${no}`,
  creator: (no: number) => `creator${no}`,
};
const shoe = numbered(7, { categoryNos: [1, 2], brandNo: 3, creatorNo: 4, price: 30 });
const tagsOf = (state: UserState, now = NOW) => new Map(readTags(state, now, { names: NAMES }).map((tag) => [tag.key, tag]));

describe('tagCatalogue', () => {
  it('explains every tag once, in words of its own', () => {
    expect(new Set(tagCatalogue.map(({ key }) => key)).size).toBe(tagCatalogue.length);
    expect(new Set(tagCatalogue.map(({ description }) => description)).size).toBe(tagCatalogue.length);
    for (const { key, unit, description, halfLifeHours } of tagCatalogue) {
      expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(unit).not.toBe('');
      expect(description.length).toBeGreaterThanOrEqual(25);
      expect(halfLifeHours === null || halfLifeHours > 0).toBe(true);
    }
  });
});

describe('readTags', () => {
  it('says nothing of someone never seen', () => {
    expect(readTags(emptyState(), NOW, { names: NAMES })).toEqual([]);
  });

  it('reads affinity for categories, broad and narrow, as it stands now', () => {
    // A like weighs 2; 30 days later half of it is left. Confidence: 1 / (1 + 5).
    const tags = tagsOf(folded([event('LIKE', { occurredAt: NOW - 30 * DAY }), shoe]));
    const expected: Partial<Tag> = { dimension: 'INTEREST', value: 1, confidence: 1 / 6, updatedAt: NOW - 30 * DAY };
    expect(tags.get('category-affinity:fashion')).toEqual({ key: 'category-affinity:fashion', label: 'fashion', ...expected });
    expect(tags.get('category-affinity:shoes')).toMatchObject(expected);
    expect(tags.get('price-affinity:21.5-46.4')).toMatchObject({ dimension: 'VALUE', label: '21.5-46.4' });
  });

  it('reads recency, frequency and money', () => {
    const tags = tagsOf(
      folded(
        [event('ADD_TO_CART', { occurredAt: NOW - 11 * DAY }), shoe],
        [event('ADD_TO_CART', { occurredAt: NOW - 11 * DAY }), numbered(8)],
        [event('PURCHASE', { occurredAt: NOW - 10 * DAY, orderId: 'o1', amount: 40 }), shoe],
      ),
    );
    expect(tags.get('days-since-purchase')!.value).toBe(10);
    expect(tags.get('customer-days')!.value).toBe(10);
    expect(tags.get('order-frequency')!.value).toBeCloseTo(2 ** (-10 / 180), 6);
    expect(tags.get('amount-spent')!.value).toBeCloseTo(40 * 2 ** (-10 / 180), 6);
    expect(tags.get('average-order')!.value).toBeCloseTo(40, 6);
    expect(tags.get('cart-to-purchase')!.value).toBe(0.5);
    expect(tags.get('items-owned')!.value).toBe(1);
    expect(tags.get('refund-share')!.value).toBe(0);
  });

  it('reads ties, hours and breadth', () => {
    const tags = tagsOf(
      folded(
        [event('FOLLOW', { targetUserId: 'a' })],
        [event('FOLLOW', { targetUserId: 'b', occurredAt: NOW - 90 * DAY })],
        [event('CLICK'), numbered(1, { categoryNos: [1] })],
        [event('CLICK'), numbered(2, { categoryNos: [2] })],
      ),
    );
    expect([tags.get('following')!.value, tags.get('tie-strength')!.value, tags.get('strongest-tie')!.value]).toEqual([2, 1 + 1 / 2, 1]);
    expect(tags.get('category-breadth')!.value).toBeCloseTo(2, 6); // two equal ones
    expect(tags.get('busiest-hour')!.value).toBe(12);
    expect(tags.get('active-hour:12')).toMatchObject({ value: 1, label: '12', dimension: 'CONTEXT' });
    expect(tags.get('night-share')!.value).toBe(0);
  });

  it('gives finite values, confidence from 0 to 1, declared keys and no key twice, for every history and instant', () => {
    const keys = new Set(tagCatalogue.map(({ key }) => key));
    fc.assert(
      fc.property(histories, fc.integer({ min: -100, max: 1000 }), (history, days) => {
        const tags = readTags(foldAll(history), NOW + days * DAY, { names: NAMES });
        expect(new Set(tags.map(({ key }) => key)).size).toBe(tags.length);
        for (const { key, value, confidence, updatedAt } of tags) {
          expect([key, Number.isFinite(value), confidence > 0 && confidence < 1, updatedAt > 0]).toEqual([key, true, true, true]);
          expect(keys.has(key.split(':')[0])).toBe(true);
        }
      }),
    );
  });
});

describe('lifecycleOf', () => {
  const buyer = (orders: number, daysAgo: number) =>
    foldAll(
      Array.from({ length: orders }, (_, i) =>
        event('PURCHASE', { orderId: `o${i}`, itemNo: i, occurredAt: NOW - (daysAgo + 20 * i) * DAY }),
      ),
    );

  it('is new for two weeks, then active, loyal, sleeping or leaving', () => {
    expect(lifecycleOf(emptyState(), NOW)).toBe('NEW');
    expect(lifecycleOf(buyer(2, 0), NOW)).toBe('NEW'); // two events are too few to tell
    const regular = foldAll(Array.from({ length: 10 }, (_, i) => event('CLICK', { itemNo: 1, occurredAt: NOW - i * 2 * DAY })));
    expect(lifecycleOf(regular, NOW)).toBe('ACTIVE');
    expect(lifecycleOf(regular, NOW - 5 * DAY)).toBe('NEW'); // first seen 18 - 5 = 13 days before
    expect(lifecycleOf(buyer(5, 1), NOW)).toBe('LOYAL');
    expect(lifecycleOf(buyer(5, 30), NOW)).toBe('SLEEPING');
    expect(lifecycleOf(buyer(5, 90), NOW)).toBe('LEAVING');
  });
});
