import { mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type MaterialQuery } from '../../core/evaluation/training-material.js';

const FLUSH_BYTES = 1 << 20;

/** Columns of a folder of training material and their types: one value a query, a row, or as many as the name says. */
export const COLUMNS = {
  query_user: 'i32',
  query_at: 'f64',
  query_share: 'f32',
  query_type: 'i32',
  query_pool: 'i32',
  query_rows: 'i32',
  query_flags: 'u8',
  seq_category: 'i32',
  seq_brand: 'i32',
  seq_creator: 'i32',
  seq_type: 'i32',
  seq_gap: 'f32',
  row_item: 'i32',
  row_labels: 'u8',
  row_category: 'i32',
  row_brand: 'i32',
  row_creator: 'i32',
  features: 'f32',
} as const;
export type ColumnName = keyof typeof COLUMNS;

/** Bits of `query_flags`. */
export const RETRIEVED = 1;
export const WHOLE = 2;

/** Appends typed arrays to a file, little-endian, a megabyte at a time. */
class ColumnFile {
  private pieces: Uint8Array[] = [];
  private held = 0;

  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<ColumnFile> {
    return new ColumnFile(await open(path, 'w'));
  }
  async append(values: Int32Array | Float32Array | Float64Array | Uint8Array): Promise<void> {
    // A copy, since the caller may use the memory again.
    this.pieces.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice());
    this.held += values.byteLength;
    if (this.held >= FLUSH_BYTES) await this.flush();
  }
  async close(): Promise<void> {
    await this.flush();
    await this.file.close();
  }
  private async flush(): Promise<void> {
    await this.file.appendFile(Buffer.concat(this.pieces));
    this.pieces = [];
    this.held = 0;
  }
}

const narrow = (ids: BigInt64Array): Int32Array => Int32Array.from(ids, Number);

/** A folder of training material, written query by query with a bounded memory; `header.json` is written last, so that a folder with one is whole. */
export class MaterialFolder {
  queries = 0;
  rows = 0;

  private constructor(
    private readonly folder: string,
    private readonly columns: Record<ColumnName, ColumnFile>,
  ) {}

  static async create(folder: string): Promise<MaterialFolder> {
    await mkdir(folder, { recursive: true });
    const names = Object.keys(COLUMNS) as ColumnName[];
    const files = await Promise.all(names.map((name) => ColumnFile.create(join(folder, `${name}.${COLUMNS[name]}`))));
    return new MaterialFolder(folder, Object.fromEntries(names.map((name, i) => [name, files[i]])) as Record<ColumnName, ColumnFile>);
  }

  async append(query: MaterialQuery): Promise<void> {
    const { sequence, names } = query;
    const values: Record<ColumnName, Int32Array | Float32Array | Float64Array | Uint8Array> = {
      query_user: Int32Array.of(query.user),
      query_at: Float64Array.of(query.at),
      query_share: Float32Array.of(query.share),
      query_type: Int32Array.of(query.typeNo),
      query_pool: Int32Array.of(query.poolSize),
      query_rows: Int32Array.of(query.items.length),
      query_flags: Uint8Array.of((query.isRetrieved ? RETRIEVED : 0) + (query.isWhole ? WHOLE : 0)),
      seq_category: narrow(sequence.category),
      seq_brand: narrow(sequence.brand),
      seq_creator: narrow(sequence.creator),
      seq_type: narrow(sequence.type),
      seq_gap: sequence.gap,
      row_item: query.items,
      row_labels: query.labels,
      row_category: narrow(names.category),
      row_brand: narrow(names.brand),
      row_creator: narrow(names.creator),
      features: query.features,
    };
    for (const name of Object.keys(values) as ColumnName[]) await this.columns[name].append(values[name]);
    this.queries++;
    this.rows += query.items.length;
  }

  /** @param about what a reader has to know, beside the counts and the columns */
  async finish(about: Record<string, unknown>): Promise<void> {
    for (const column of Object.values(this.columns)) await column.close();
    const header = { format: 1, byteOrder: 'little', queries: this.queries, rows: this.rows, columns: COLUMNS, ...about };
    await writeFile(join(this.folder, 'header.json'), `${JSON.stringify(header, null, 2)}\n`);
  }
}
