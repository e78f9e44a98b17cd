import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, imago, removeFolder } from './folders.js';
import { COLUMNS, WHOLE } from '../../src/cli/export/material-files.js';
import { FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { seededRandom } from '../../src/core/random.js';

const DAY_S = 86_400;
const BYTES = { i32: 4, f32: 4, f64: 8, u8: 1 };

let folder: string;

beforeAll(async () => {
  const random = seededRandom(2);
  const upTo = (n: number): number => Math.floor(random() * n);
  const lines = Array.from(
    { length: 600 },
    (_, i) => `u${upTo(30)},i${Math.min(upTo(50), upTo(50))},${i % 9 ? 'view' : 'purchase'},${i * DAY_S},`,
  );
  folder = await folderOf({
    'events.csv.gz': `user_id,item_id,type,ts,value\n${lines.join('\n')}\n`,
    'items.csv': `item_id,category\n${Array.from({ length: 50 }, (_, i) => `i${i},c${i % 4}`).join('\n')}\n`,
    'undated.csv': '',
  });
});
afterAll(() => removeFolder(folder));

interface Header {
  queries: number;
  rows: number;
  columns: Record<string, keyof typeof BYTES>;
  featureNames: string[];
  vocabularies: Record<string, number>;
}

const headerOf = async (out: string): Promise<Header> => JSON.parse(await readFile(join(out, 'header.json'), 'utf8')) as Header;

describe('imago export', () => {
  it('writes columns of the lengths that the header tells, with every feature of the catalogue', async () => {
    const out = join(folder, 'out');
    const { code, out: said } = await imago(['export', folder, '--out', out, '--tune', '--negatives', '4', '--whole', '30']);
    const header = await headerOf(out);
    expect([code, said]).toEqual([0, `${out}: ${header.queries} queries, ${header.rows} rows, ${FEATURE_NAMES.length} features`]);
    expect(header.featureNames).toEqual(FEATURE_NAMES);
    expect(header.vocabularies).toMatchObject({ category: 4, brand: 0 });
    for (const [name, kind] of Object.entries(COLUMNS)) {
      const a = name.startsWith('seq_') ? 20 * header.queries : name.startsWith('query_') ? header.queries : header.rows;
      const values = name === 'features' ? a * FEATURE_NAMES.length : a;
      expect([name, (await stat(join(out, `${name}.${kind}`))).size]).toEqual([name, values * BYTES[kind]]);
    }
    const flags = await readFile(join(out, 'query_flags.u8'));
    expect(flags.filter((bits) => bits & WHOLE).length).toBeGreaterThan(0);
    const shares = await readFile(join(out, 'query_share.f32'));
    expect(shares.readFloatLE(shares.length - 4)).toBeLessThan(0.7);
  });

  it('writes views with what followed', async () => {
    const out = join(folder, 'views');
    expect((await imago(['export', folder, '--out', out, '--protocol', 'view-to-purchase'])).code).toBe(0);
    const header = await headerOf(out);
    expect(header.rows).toBe(header.queries);
  });

  it('says what is wrong with what it is given', async () => {
    expect((await imago(['export', join(folder, 'none'), '--out', folder])).notes).toContain('holds neither events.csv.gz nor events.csv');
    expect((await imago(['export', folder, '--out', folder, '--from', '2'])).notes).toContain('It must be a share from 0 to below 1.');
    const undated = await folderOf({ 'events.csv': 'user_id,item_id,type,ts\n1,1,view,\n' });
    const { code, notes } = await imago(['export', undated, '--out', join(undated, 'out')]);
    await removeFolder(undated);
    expect([code, notes]).toEqual([1, expect.stringContaining('an export needs one on each')]);
  });
});
