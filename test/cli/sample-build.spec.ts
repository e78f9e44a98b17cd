import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readItem } from '../../src/core/events/read-item.js';
import { sizeOf } from '../../src/cli/sample/sizes.js';
import { categoryName, tidy, titleOf } from '../../src/cli/sample/wording.js';
import { folderOf, imago, removeFolder } from './folders.js';

const product = (productType: string, packageSize = '', category = '', department = 'GROCERY') => ({
  department,
  category,
  productType,
  packageSize,
});

describe('the wording of the sample', () => {
  it('writes out shorthand', () => {
    expect(titleOf(product('EGGS - X-LARGE', 'A D   1 DZ', 'EGGS'))).toBe('Extra-large eggs, 1 dz');
    expect(titleOf(product('APPLES GALA (BULK&BAG)', '40 LB', 'APPLES', 'PRODUCE'))).toBe('Gala apples'); // the size is that of the crate
    expect(titleOf(product('PREMIUM', '16 OZ', 'BACON'))).toBe('Premium bacon, 16 oz');
    expect(tidy('FRZN JCE CONC/DRNKS')).toBe('Frozen juice concentrate & drinks');
    expect(categoryName('REFRGRATD JUICES/DRNKS')).toBe('Chilled juice');
  });

  it('reads package sizes', () => {
    const read = (text: string) => sizeOf(text);
    expect(['12 PK/12 OZ', '12 OZ/12 PK', '10/6.75 OZ', '2 - 7.5 OZ'].map(read)).toEqual([
      '12 × 12 oz',
      '12 × 12 oz',
      '10 × 6.75 oz',
      '2 × 7.5 oz',
    ]);
    expect(['10.4 OZ/8 CT', '16 CT/24 OZ', '48-54 CT'].map(read)).toEqual(['10.4 oz, 8 ct', '24 oz, 16 ct', '48–54 ct']);
    expect(['L    16 OZ', '.13 OZ', '1 3/4 OZ', '1/2 GAL', 'GAL', ''].map(read)).toEqual([
      '16 oz',
      '0.13 oz',
      '1 3/4 oz',
      '1/2 gal',
      '1 gal',
      '',
    ]);
  });
});

describe('sample build', () => {
  const source = {
    'items.csv': [
      'item_id,category,created_at,price,department,product_type,brand,manufacturer_id,package_size',
      '1,EGGS,,,GROCERY,EGGS - LARGE,Private,69,1 DZ',
      '2,CHEESE,,,GROCERY,SHREDDED CHEESE,National,764,8 OZ',
      '3,BEERS/ALES,,,GROCERY,BEERALEMALT LIQUORS,National,2,6 PK',
      '4,CIGARETTES,,,DRUG GM,CIGARETTES,National,5,1 CT',
      '5,BACON,,,MEAT-PCKGD,PREMIUM,National,8,1 LB',
      '6,CHEESE,,,GROCERY,SHREDDED CHEESE,National,9,8 OZ',
    ].join('\n'),
    'users.csv': 'user_id,age,household_size\n10,65+,2\n',
    'events.csv': [
      'user_id,item_id,type,ts,value,quantity,basket_id',
      ...Array.from(
        { length: 60 },
        (_, i) => `${10 + (i % 5)},${1 + (i % 6)},purchase,${1_500_000_000 + i * 40_000},${2 + (i % 6)},${1 + (i % 2)},${i >> 1}`,
      ),
      '10,1,purchase,1502500000,0,1,99',
    ].join('\n'),
  };
  let folder: string;
  beforeAll(async () => {
    folder = await folderOf(source);
  });
  afterAll(() => removeFolder(folder));

  const build = async (out: string) => {
    const { code } = await imago(['sample', 'build', folder, '--out', join(folder, out)]);
    expect(code).toBe(0);
    const linesOf = async (kind: string) =>
      gunzipSync(await readFile(join(folder, out, `${kind}.ndjson.gz`)))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { items: await linesOf('items'), users: await linesOf('users'), events: await linesOf('events') };
  };

  it('makes the same bytes each time', async () => {
    const [first, second] = [await build('a'), await build('b')];
    expect(second).toEqual(first);
    expect(await readFile(join(folder, 'b', 'events.ndjson.gz'))).toEqual(await readFile(join(folder, 'a', 'events.ndjson.gz')));
  });

  it('keeps goods as they were bought and leaves out what is not for show', async () => {
    const { items, users, events } = await build('c');
    const real = items.filter(({ id }) => String(id).startsWith('cj-'));
    expect(real.map(({ id }) => id).sort()).toEqual(['cj-1', 'cj-2', 'cj-3', 'cj-5', 'cj-6']);
    // Unit prices of product 1: value 2, quantity 1 in every purchase, since both follow the row number; the one for nothing does not count.
    expect(real.find(({ id }) => id === 'cj-1')).toMatchObject({
      title: 'Large eggs, 1 dz',
      categories: ['Grocery', 'Eggs', 'Large eggs'],
      brand: 'Own label 69',
      price: 2,
    });
    expect(real.find(({ id }) => id === 'cj-3')).toMatchObject({ minAge: 21, brand: 'Brand 2' });
    expect(real.filter(({ title }) => /^Shredded cheese, 8 oz, variety [12]$/.test(String(title)))).toHaveLength(2);
    expect(users.find(({ id }) => id === 'household-10')).toMatchObject({ attributes: { ageBand: '65+', householdSize: '2' } });
    expect(events.filter(({ type }) => type === 'PURCHASE')).toHaveLength(50); // 60 rows, a sixth of them cigarettes
    expect(Math.max(...events.map(({ occurredAt }) => Number(occurredAt)))).toBe(0);
    for (const item of items) expect(readItem({ ...item, createdAt: undefined, availableUntil: undefined })).toHaveProperty('item');
  });
});
