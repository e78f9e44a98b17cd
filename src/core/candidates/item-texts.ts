import { type Item } from '../item.js';
import { IdNumbers } from './id-numbers.js';
import { TextReader, TextWriter } from './packed-texts.js';
import { Records } from './records.js';

/** What of an item is read only when it is told of, and never while ranking. */
export type ItemTexts = Pick<
  Item,
  | 'id'
  | 'title'
  | 'currency'
  | 'labels'
  | 'aiGenerated'
  | 'productIds'
  | 'geohash'
  | 'minAge'
  | 'durationMs'
  | 'repurchaseDays'
  | 'imageUrl'
>;

/** What is there, beside id and title; the usual ones first, so that most items take one byte. */
const [CURRENCY, IMAGE, LABELS, PRODUCTS, REPURCHASE, AI, DURATION, GEOHASH, AGE] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Ids, titles and what else is known of items, packed: some 40 bytes an item with a short title, and 15 to find it by its id. */
export class PackedItemTexts {
  private readonly records = new Records();
  private readonly writer = new TextWriter();
  private readonly numbers = new IdNumbers((no, id) => this.reader(no).isText(id));

  get bytes(): number {
    return this.records.bytes;
  }

  /** -1 for an id never seen. */
  no(id: string): number {
    return this.numbers.get(id);
  }
  idOf(no: number): string {
    return this.reader(no).text();
  }
  titleOf(no: number): string {
    const reader = this.reader(no);
    reader.text();
    return reader.text();
  }

  put(no: number, item: ItemTexts): void {
    const { writer } = this;
    writer.clear();
    write(writer, item);
    this.records.put(no, writer.bytes, writer.length);
    this.numbers.set(item.id, no);
  }

  of(no: number): ItemTexts {
    return read(this.reader(no));
  }

  private reader(no: number): TextReader {
    return new TextReader(this.records.blockOf(no), this.records.startOf(no));
  }
}

function write(writer: TextWriter, item: ItemTexts): void {
  const { currency, imageUrl, labels, productIds, repurchaseDays, aiGenerated, durationMs, geohash, minAge } = item;
  writer.text(item.id);
  writer.text(item.title);
  writer.varint(
    (currency === null ? 0 : CURRENCY) |
      (imageUrl === null ? 0 : IMAGE) |
      (labels.length === 0 ? 0 : LABELS) |
      (productIds.length === 0 ? 0 : PRODUCTS) |
      (repurchaseDays === null ? 0 : REPURCHASE) |
      (aiGenerated ? AI : 0) |
      (durationMs === null ? 0 : DURATION) |
      (geohash === null ? 0 : GEOHASH) |
      (minAge === null ? 0 : AGE),
  );
  if (currency !== null) writer.text(currency);
  if (imageUrl !== null) writer.text(imageUrl);
  if (labels.length > 0) writer.texts(labels);
  if (productIds.length > 0) writer.texts(productIds);
  if (repurchaseDays !== null) writer.varint(repurchaseDays);
  if (durationMs !== null) writer.varint(durationMs);
  if (geohash !== null) writer.text(geohash);
  if (minAge !== null) writer.varint(minAge);
}

/** Fields in the order in which they were written. */
function read(reader: TextReader): ItemTexts {
  const id = reader.text();
  const title = reader.text();
  const there = reader.varint();
  return {
    id,
    title,
    currency: there & CURRENCY ? reader.text() : null,
    imageUrl: there & IMAGE ? reader.text() : null,
    labels: there & LABELS ? reader.texts() : [],
    productIds: there & PRODUCTS ? reader.texts() : [],
    repurchaseDays: there & REPURCHASE ? reader.varint() : null,
    aiGenerated: (there & AI) !== 0,
    durationMs: there & DURATION ? reader.varint() : null,
    geohash: there & GEOHASH ? reader.text() : null,
    minAge: there & AGE ? reader.varint() : null,
  };
}
