import { ActsByUser } from '../../../src/core/candidates/recent-acts.js';
import { NOW, TestShop } from '../shop-fixture.js';

describe('ActsByUser', () => {
  const shop = new TestShop();
  const at = (minute: number) => ({ occurredAt: NOW + minute * 60_000 });
  const seen = (acts: ActsByUser, userId = 'u') => acts.of(userId).map(({ itemNo, type }) => `${type} ${itemNo}`);

  it('keeps what was bought and liked, newest first, however it arrives', () => {
    const acts = new ActsByUser();
    acts.observe(shop.event('u', 'LIKE', 2, at(2)));
    acts.observe(shop.event('u', 'PURCHASE', 1, at(3)));
    acts.observe(shop.event('u', 'SAVE', 3, at(1)));
    acts.observe(shop.event('u', 'REVIEW', 4, { ...at(0), rating: 5 }));
    acts.observe(shop.event('u', 'REVIEW', 5, { ...at(0), rating: 2 }));
    acts.observe(shop.event('u', 'CLICK', 6, at(4)));
    acts.observe(shop.event('u', 'SEARCH', -1, at(4)));
    expect(seen(acts)).toEqual(['PURCHASE 1', 'LIKE 2', 'LIKE 3', 'LIKE 4']);
    expect(seen(acts, 'nobody')).toEqual([]);
  });

  it('is not changed by an event that comes twice', () => {
    const acts = new ActsByUser();
    const event = shop.event('u', 'LIKE', 2, at(2));
    acts.observe(event);
    acts.observe(event);
    expect(seen(acts)).toEqual(['LIKE 2']);
  });

  it('forgets what is taken back, but not for what was taken back before', () => {
    const acts = new ActsByUser();
    acts.observe(shop.event('u', 'PURCHASE', 1, at(1)));
    acts.observe(shop.event('u', 'LIKE', 1, at(1)));
    acts.observe(shop.event('u', 'REFUND', 1, at(2)));
    expect(seen(acts)).toEqual(['LIKE 1']);
    acts.observe(shop.event('u', 'UNLIKE', 1, at(0)));
    expect(seen(acts)).toEqual(['LIKE 1']);
    acts.observe(shop.event('u', 'UNSAVE', 1, at(3)));
    expect(seen(acts)).toEqual([]);
  });

  it('orders acts of one instant by item, and keeps twenty', () => {
    const acts = new ActsByUser();
    for (const itemNo of [3, 1, 2]) acts.observe(shop.event('u', 'LIKE', itemNo, at(0)));
    expect(seen(acts)).toEqual(['LIKE 1', 'LIKE 2', 'LIKE 3']);
    for (let itemNo = 10; itemNo < 40; itemNo++) acts.observe(shop.event('u', 'LIKE', itemNo, at(itemNo)));
    expect(acts.of('u')).toHaveLength(20);
    expect(seen(acts)[0]).toBe('LIKE 39');
  });

  it('comes back from a snapshot', () => {
    const acts = new ActsByUser();
    acts.observe(shop.event('a', 'LIKE', 1, at(0)));
    acts.observe(shop.event('b', 'PURCHASE', 2, at(1)));
    acts.observe(shop.event('b', 'LIKE', 3, at(2)));
    const again = new ActsByUser();
    again.observe(shop.event('gone', 'LIKE', 1, at(0)));
    again.restore(acts.snapshot());
    expect(['a', 'b', 'gone'].map((userId) => again.of(userId))).toEqual(['a', 'b', 'gone'].map((userId) => acts.of(userId)));
  });

  it('drops the user of whom nothing came in for longest', () => {
    const acts = new ActsByUser(2);
    acts.observe(shop.event('a', 'LIKE', 1, at(0)));
    acts.observe(shop.event('b', 'LIKE', 1, at(0)));
    acts.observe(shop.event('a', 'LIKE', 2, at(1)));
    acts.observe(shop.event('c', 'LIKE', 1, at(0)));
    expect(['a', 'b', 'c'].map((userId) => acts.of(userId).length)).toEqual([2, 0, 1]);
  });
});
