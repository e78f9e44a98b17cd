import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { presentItem } from '../../src/app/present.js';
import { type ItemTrust, noTrust } from '../../src/core/candidates/trust/item-trust.js';
import { TestShop } from '../core/shop-fixture.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const judged = (...trust: number[]): ItemTrust => ({
  ...noTrust(),
  trust: Float32Array.from(trust),
  quality: new Float32Array(trust.length),
});

function twoItems() {
  const shop = new TestShop();
  shop.put({});
  shop.put({});
  return shop;
}

describe('an item as it is told', () => {
  it('is made once, and anew when it is judged otherwise', () => {
    const shop = twoItems();
    const first = presentItem(shop.shop({ trust: judged(0.25, 0.5) }), 0);
    expect([first.trust, first.quality]).toEqual([0.25, 0]);
    expect(presentItem(shop.shop({ trust: judged(0.25, 1) }), 0)).toBe(first);
    const otherwise = presentItem(shop.shop({ trust: judged(0.75, 0.5) }), 0);
    expect(otherwise.trust).toBe(0.75);
  });

  it('holds no judgement of all items that was replaced while it was not shown', async () => {
    const shop = twoItems();
    const replaced = new WeakRef(
      (() => {
        const trust = judged(0.25, 0.5);
        presentItem(shop.shop({ trust }), 0);
        return trust;
      })(),
    );
    const current = shop.shop({ trust: judged(0.5, 0.75) });
    await new Promise(setImmediate); // a WeakRef holds what it names until its turn is over
    collect();
    expect(replaced.deref()).toBeUndefined();
    expect(presentItem(current, 1).trust).toBe(0.75);
  });
});
