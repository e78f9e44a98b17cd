import fc from 'fast-check';
import { IdNumbers } from '../../../src/core/candidates/id-numbers.js';
import { TextReader, TextWriter } from '../../../src/core/candidates/packed-texts.js';
import { Records } from '../../../src/core/candidates/records.js';
import { SharedValues } from '../../../src/core/candidates/shared-values.js';
import { seededRandom } from '../../../src/core/random.js';

const MIB = 2 ** 20;
/** A record of so many bytes that tells of its number and its version. */
const recordOf = (no: number, version: number, length: number): Buffer => Buffer.alloc(length, (no * 31 + version) & 255);
const contentOf = (records: Records, no: number, length: number): Buffer =>
  Buffer.from(records.blockOf(no).subarray(records.startOf(no), records.startOf(no) + length));

describe('Records', () => {
  it('keep what was put last under every number, which may come in any order', () => {
    const records = new Records();
    records.put(3_000, Buffer.from('far and more'), 3);
    records.put(0, Buffer.from('near'), 4);
    records.put(0, Buffer.from('nearer'), 6);
    expect([records.has(0), records.has(1), records.has(3_000), records.has(9_999)]).toEqual([true, false, true, false]);
    expect([contentOf(records, 0, 6).toString(), contentOf(records, 3_000, 3).toString()]).toEqual(['nearer', 'far']);
  });

  it('overwrite a record of the same length where it is', () => {
    const records = new Records();
    records.put(0, recordOf(0, 0, 500), 500);
    const place = records.startOf(0);
    records.put(0, recordOf(0, 1, 500), 500);
    expect([records.startOf(0), contentOf(records, 0, 500).equals(recordOf(0, 1, 500))]).toEqual([place, true]);
  });

  it('hold a record that is larger than a block', () => {
    const records = new Records();
    const large = recordOf(1, 7, 3 * MIB);
    records.put(1, large, large.length);
    records.put(2, Buffer.from('after'), 5);
    expect([contentOf(records, 1, large.length).equals(large), contentOf(records, 2, 5).toString()]).toEqual([true, 'after']);
  });

  it('take at most about twice the memory in use, however often records change', () => {
    const records = new Records();
    const random = seededRandom(3);
    const lengths: number[] = [];
    const versions: number[] = [];
    for (let change = 0; change < 60_000; change++) {
      const no = change < 2_000 ? change : Math.floor(random() * 2_000);
      lengths[no] = 500 + Math.floor(random() * 1_500);
      versions[no] = change;
      records.put(no, recordOf(no, change, lengths[no]), lengths[no]);
    }
    for (let no = 0; no < 2_000; no++)
      expect(contentOf(records, no, lengths[no]).equals(recordOf(no, versions[no], lengths[no]))).toBe(true);
    // 2,000 records of 1,250 bytes at the mean are 2.4 MiB; one block is being written.
    expect(records.bytes).toBeLessThan((2 * 2.5 + 1) * MIB);
  });
});

describe('TextWriter', () => {
  const read = ({ bytes, length }: TextWriter): TextReader => new TextReader(bytes.subarray(0, length), 0);

  it('writes a byte a character of Latin-1, else two', () => {
    const writer = new TextWriter();
    writer.text('café');
    expect(writer.length).toBe(1 + 4);
    writer.clear();
    writer.text('红茶');
    expect(writer.length).toBe(1 + 2 * 2);
  });

  it('is read back whatever it wrote', () => {
    const any = fc.tuple(fc.maxSafeNat(), fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'grapheme', maxLength: 200 })));
    const writer = new TextWriter();
    fc.assert(
      fc.property(any, fc.boolean(), ([number, text, texts], halved) => {
        const odd = halved ? `${text}\ud800` : text; // a surrogate without its other half
        writer.clear();
        writer.varint(number);
        writer.text(odd);
        writer.texts(texts);
        const reader = read(writer);
        expect([reader.varint(), reader.text(), reader.texts()]).toEqual([number, odd, texts]);
      }),
    );
  });

  it('tells a text from any other without reading it', () => {
    const texts = fc.constantFrom('', 'a', 'b', 'ab', 'é', '红', '红茶', '红酒', 'a红');
    fc.assert(
      fc.property(texts, texts, (written, asked) => {
        const writer = new TextWriter();
        writer.text(written);
        expect(read(writer).isText(asked)).toBe(written === asked);
      }),
    );
  });
});

describe('IdNumbers', () => {
  it('give every id the number that it was given last', () => {
    const ids: string[] = [];
    const numbers = new IdNumbers((no, id) => ids[no] === id);
    for (let no = 0; no < 20_000; no++) {
      ids[no] = no % 2 === 0 ? `item-${no}` : `商品${no}`;
      numbers.set(ids[no], no);
      numbers.set(ids[no], no);
    }
    expect(ids.every((id, no) => numbers.get(id) === no)).toBe(true);
    expect([numbers.get('item-1'), numbers.get(''), numbers.get('item-20000')]).toEqual([-1, -1, -1]);
    ids[20_000] = 'item-4';
    numbers.set('item-4', 20_000);
    expect(numbers.get('item-4')).toBe(20_000);
  });
});

describe('SharedValues', () => {
  it('make a value once for every key', () => {
    const values = new SharedValues<string[]>([]);
    const made = values.no('a', () => ['a']);
    expect([made, values.no('a', () => ['never']), values.no('b', () => ['b']), values.at(0), values.at(made)]).toEqual([
      1,
      1,
      2,
      [],
      ['a'],
    ]);
  });
});
