import { createReadStream, existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { type History, type HistoryEvent, type HistoryItem, historyOf } from '../../core/evaluation/history.js';
import { SECOND_MS } from '../../core/time.js';

const FAULTS_SHOWN = 20;

type Row = Readonly<Record<string, string>>;

/** The file of a table in a folder, packed or not; undefined when there is none. */
export function tableFile(folder: string, table: string): string | undefined {
  return [`${table}.csv.gz`, `${table}.csv`].map((name) => join(folder, name)).find((file) => existsSync(file));
}

/** Read a CSV file with a header line row by row, checking that the named columns are there. */
export async function eachRow(file: string, columns: readonly string[], use: (row: Row, line: number) => void): Promise<void> {
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      const missing = columns.filter((column) => !header.includes(column));
      refuseFaults(
        missing.map((column) => ({
          path: `${basename(file)}.${column}`,
          code: 'MISSING',
          message: `${file} has no column ${shown(column)}`,
        })),
      );
      return header;
    },
  });
  const consume = async (rows: AsyncIterable<Row>): Promise<void> => {
    let line = 1;
    for await (const row of rows) use(row, ++line);
  };
  if (file.endsWith('.gz')) await pipeline(createReadStream(file), createGunzip(), parser, consume);
  else await pipeline(createReadStream(file), parser, consume);
}

class FaultList {
  private readonly faults: Fault[] = [];
  private count = 0;

  note(path: string, message: string): void {
    this.count++;
    if (this.faults.length < FAULTS_SHOWN) this.faults.push({ path, code: 'INVALID', message });
  }
  refuse(): void {
    if (this.count > this.faults.length)
      this.faults.push({ path: '', code: 'MORE', message: `and ${this.count - this.faults.length} more` });
    refuseFaults(this.faults);
  }
}

const numberOrNaN = (text: string | undefined): number => (text === undefined || text.trim() === '' ? Number.NaN : Number(text));

async function readEvents(file: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  const faults = new FaultList();
  await eachRow(file, ['user_id', 'item_id', 'type', 'ts'], (row, line) => {
    const at = numberOrNaN(row.ts) * SECOND_MS;
    for (const column of ['user_id', 'item_id', 'type'] as const) {
      if (row[column] === '') faults.note(`${line}.${column}`, `${file} row ${line}: ${column} is empty`);
    }
    if (Number.isNaN(at) && row.ts.trim() !== '')
      faults.note(`${line}.ts`, `${file} row ${line}: ts is ${shown(row.ts)}, allowed are Unix seconds or nothing`);
    events.push({ userId: row.user_id, itemId: row.item_id, type: row.type, at, value: numberOrNaN(row.value), helpfulness: numberOrNaN(row.helpfulness) }); // prettier-ignore
  });
  faults.refuse();
  return events;
}

async function readItems(file: string): Promise<HistoryItem[]> {
  const items: HistoryItem[] = [];
  await eachRow(file, ['item_id', 'category'], (row) => {
    items.push({ id: row.item_id, categories: row.category.split('|').filter((name) => name !== ''), brand: row.brand || null });
  });
  return items;
}

async function readFollows(file: string): Promise<[string, string][]> {
  const follows: [string, string][] = [];
  await eachRow(file, ['src', 'dst'], ({ src, dst }) => follows.push([src, dst]));
  return follows;
}

export interface DataFolder {
  /** The folder's own name. */
  name: string;
  history: History;
}

/**
 * Read a data set: `events.csv` with user_id, item_id, type and ts (Unix seconds), `items.csv` with item_id and category (several joined by `|`), and,
 * where there is a graph, `follows.csv` with src and dst. Each may be packed as `.csv.gz`.
 *
 * @throws AppError  listing what is missing or malformed, with file and row
 */
export async function readDataFolder(folder: string): Promise<DataFolder> {
  const [events, items, follows] = ['events', 'items', 'follows'].map((table) => tableFile(folder, table));
  if (!events) refuseFaults([{ path: 'FOLDER', code: 'MISSING', message: `${shown(folder)} holds neither events.csv.gz nor events.csv` }]);
  const history = historyOf(await readEvents(events!), items ? await readItems(items) : [], follows ? await readFollows(follows) : null);
  return { name: basename(resolve(folder)), history };
}
