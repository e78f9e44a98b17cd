import { Blocks, BLOCK_LEVELS, type BlockRule, NO_BLOCKS } from '../../../src/core/candidates/blocks.js';
import { type Item, PLAIN_ITEM } from '../../../src/core/item.js';
import { TestShop } from '../shop-fixture.js';

const item = (fields: Partial<Item> = {}): Item => ({
  ...PLAIN_ITEM,
  id: 'lamp',
  title: 'Brass Lamp',
  categories: ['home', 'lamps'],
  brand: 'acme',
  creatorId: 'carl',
  createdAt: 0,
  ...fields,
});
const levelOf = (rules: BlockRule[], of: Item): string | undefined =>
  BLOCK_LEVELS.filter((level) => new Blocks(rules).covers(of, level)).at(-1);

describe('blocks', () => {
  it.each<[BlockRule['target'], string]>([
    ['itemId', 'lamp'],
    ['creatorId', 'carl'],
    ['brand', 'acme'],
    ['category', 'home'],
    ['category', 'lamps'],
    ['titleContains', 'brass l'],
    ['titleContains', 'ＢＲＡＳＳ'], // full width
  ])('cover an item by %s %s, and no other', (target, value) => {
    const blocks = new Blocks([{ target, value, level: 'NO_RECOMMEND' }]);
    expect(blocks.covers(item(), 'NO_RECOMMEND')).toBe(true);
    expect(blocks.covers(item(), 'REMOVE')).toBe(false);
    const other = item({ id: 'boots', title: 'Boots', categories: ['shoes'], brand: null, creatorId: null });
    expect(blocks.covers(other, 'REDUCE')).toBe(false);
  });

  it('hold an item at the hardest level of those about it', () => {
    const rules: BlockRule[] = [
      { target: 'brand', value: 'acme', level: 'REDUCE' },
      { target: 'category', value: 'lamps', level: 'REMOVE' },
      { target: 'titleContains', value: 'lamp', level: 'NO_RECOMMEND' },
    ];
    expect(levelOf(rules, item())).toBe('REMOVE');
    expect(levelOf(rules.reverse(), item())).toBe('REMOVE');
    expect(levelOf([{ target: 'itemId', value: 'lamp', level: 'REMOVE' }, { target: 'itemId', value: 'lamp', level: 'REDUCE' }], item())).toBe('REMOVE'); // prettier-ignore
  });

  it('remember an item of a catalogue until it is put in again', () => {
    const shop = new TestShop();
    const blocks = new Blocks([{ target: 'titleContains', value: 'lamp', level: 'NO_RECOMMEND' }]);
    const covers = (no: number): boolean => blocks.coversItem(shop.catalogue, no, 'REDUCE');
    const [lamp, boots] = [shop.put({ title: 'Brass Lamp' }), shop.put({ title: 'Boots' })];
    expect([covers(lamp), covers(boots), covers(lamp)]).toEqual([true, false, true]);
    shop.put({ title: 'Brass' }, lamp);
    const late = shop.put({ title: 'Lampshade' }, 5_000);
    expect([covers(lamp), covers(late)]).toEqual([false, true]);
  });

  it('are not fooled by an item without a brand or creator, nor by names of objects', () => {
    const plain = item({ brand: null, creatorId: null });
    expect(levelOf([{ target: 'brand', value: 'null', level: 'REMOVE' }], plain)).toBeUndefined();
    expect(levelOf([{ target: 'brand', value: 'constructor', level: 'REMOVE' }], plain)).toBeUndefined();
  });

  it('keep a creator from being suggested from NO_RECOMMEND on', () => {
    expect(new Blocks([{ target: 'creatorId', value: 'carl', level: 'REDUCE' }]).coversCreator('carl')).toBe(false);
    expect(new Blocks([{ target: 'creatorId', value: 'carl', level: 'NO_RECOMMEND' }]).coversCreator('carl')).toBe(true);
    expect(NO_BLOCKS.coversCreator('carl')).toBe(false);
  });
});
