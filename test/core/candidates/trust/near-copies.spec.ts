import fc from 'fast-check';
import { findCopies, likeness, shinglesOf, wordsOf } from '../../../../src/core/candidates/trust/near-copies.js';
import { type Item } from '../../../../src/core/item.js';
import { NOW, TestShop } from '../../shop-fixture.js';

function copiesOf(...items: Partial<Item>[]): number[] {
  const shop = new TestShop();
  items.forEach((item, no) => shop.put({ id: `i${no}`, createdAt: NOW + no, ...item }));
  const work = findCopies(shop.catalogue);
  for (;;) {
    const step = work.next();
    if (step.done) return [...step.value];
  }
}
const TITLE = 'Hand made oak table lamp with a linen shade, warm light, forty watts';

describe('near-copies', () => {
  it('are found by the words of their titles', () => {
    expect(
      copiesOf({ title: TITLE }, { title: `${TITLE.toUpperCase()}!!` }, { title: 'Hand made steel garden chair with a cushion' }),
    ).toEqual([0, 0, 2]);
    expect(
      copiesOf(
        { title: '手工橡木台灯配亚麻灯罩暖光四十瓦' },
        { title: '手工橡木台灯配亚麻灯罩暖光四十瓦！' },
        { title: '花园铁椅带坐垫可折叠' },
      ),
    ).toEqual([0, 0, 2]);
  });

  it('are counted with the oldest, whatever their order', () => {
    expect(copiesOf({ title: TITLE, createdAt: NOW + 9 }, { title: TITLE, createdAt: NOW + 1 }, { title: TITLE })).toEqual([1, 1, 1]);
  });

  it('are of one kind and category', () => {
    expect(
      copiesOf({ title: TITLE, categories: ['a'] }, { title: TITLE, categories: ['b'] }, { title: TITLE, categories: ['a'], kind: 'NOTE' }),
    ).toEqual([0, 1, 2]);
  });

  it('share a short title and the brand, or the image', () => {
    expect(copiesOf({ title: 'Oak lamp' }, { title: 'Oak lamp' })).toEqual([0, 1]);
    expect(copiesOf({ title: 'Oak lamp', brand: 'b' }, { title: 'Oak lamp', brand: 'b' }, { title: 'Oak lamps', brand: 'b' })).toEqual([
      0, 0, 2,
    ]);
    expect(
      copiesOf({ title: 'Oak lamp', imageUrl: 'u' }, { title: 'Oak lamp new', imageUrl: 'u' }, { title: 'Steel chair', imageUrl: 'u' }),
    ).toEqual([0, 0, 2]);
  });

  it('are not made of things that differ in a number', () => {
    expect(copiesOf({ title: 'Thing number 12' }, { title: 'Thing number 13' })).toEqual([0, 1]);
    expect(copiesOf({ title: `${TITLE} size 42` }, { title: `${TITLE} size 43` }, { title: `${TITLE}, size 42!` })).toEqual([0, 1, 0]);
  });

  it('have a likeness that is the share of shingles in common', () => {
    // {a, b, c, ab, bc} and {a, b, d, ab, bd}: 3 in common of 7.
    expect(likeness(shinglesOf(['a', 'b', 'c']), shinglesOf(['a', 'b', 'd']))).toBeCloseTo(3 / 7, 12);
    expect(wordsOf('Größe 42, T-Shirt')).toEqual(['größe', '42', 't', 'shirt']);
  });

  it('point to originals, which point to themselves; the same titles in one category always meet', () => {
    const words = fc.array(fc.constantFrom('oak', 'lamp', 'linen', 'shade', 'warm', 'light'), { minLength: 4, maxLength: 9 });
    fc.assert(
      fc.property(fc.array(words, { minLength: 2, maxLength: 12 }), (titles) => {
        const copies = copiesOf(...titles.map((title) => ({ title: title.join(' ') })));
        copies.forEach((original, no) => {
          expect(copies[original]).toBe(original);
          expect(original).toBeLessThanOrEqual(no);
          if (original !== no) expect(likeness(shinglesOf(titles[no]), shinglesOf(titles[original]))).toBeGreaterThanOrEqual(0.8);
          const same = titles.findIndex((title) => title.join(' ') === titles[no].join(' '));
          if (same < no) expect(original).toBeLessThanOrEqual(same === copies[same] ? same : no);
        });
      }),
      { numRuns: 60 },
    );
  });
});
