import { parse, type CsvError } from 'csv-parse';
import { createInterface } from 'node:readline';
import { type Source, openSource } from './sources.js';
import { ALIASES, camelCase } from './columns.js';

/** One row of a file. `fields` is null for a line of NDJSON that is no object: it is sent as it is, for the service to reject by name. */
export interface Row {
  /** In the file, from 1; of a row over several lines, the last one. */
  line: number;
  fields: Record<string, unknown> | null;
  /** The row as text, for ids that stay the same whenever the same file is read. */
  raw: string;
}

/** What makes a file unreadable as a whole, with its line. */
export interface FileFault {
  file: string;
  line: number;
  message: string;
}

export interface ReadOptions {
  onFault?: (fault: FileFault) => void;
  onDigest?: (sha256: string) => void;
  /** Told once which public names the columns of a CSV file have, and which ones the file gives them, in their order. */
  onHeader?: (names: string[], header: string[]) => void;
}

const NEEDED: Record<Source['kind'], string[]> = {
  users: ['id'],
  items: ['id'],
  events: ['userId', 'type'],
  follows: ['userId', 'targetUserId'],
};
const CELL_SEPARATOR = '\u001f';

/** Rows of one file in their order, one at a time: memory does not grow with the file. Faults of form are told, and their rows left out. */
export function readRows(source: Source, options: ReadOptions = {}): AsyncGenerator<Row> {
  return source.format === 'csv' ? readCsv(source, options) : readNdjson(source, options);
}

async function* readCsv(source: Source, { onFault, onDigest, onHeader }: ReadOptions): AsyncGenerator<Row> {
  const fault = (line: number, message: string) => onFault?.({ file: source.name, line, message });
  const input = openSource(source, onDigest);
  const parser = parse({
    info: true,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      fault(Number(error?.lines ?? 0), error?.message ?? 'the row cannot be read');
      return undefined;
    },
  });
  input.on('error', (error) => parser.destroy(error));
  let names: string[] | null = null;
  for await (const { record, info } of input.pipe(parser) as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (names === null) {
      names = canonicalNames(source.kind, record);
      const missing = NEEDED[source.kind].filter((name) => !names!.includes(name));
      if (missing.length > 0) fault(1, `the header lacks a column for ${missing.join(' and ')}`);
      onHeader?.(names, record);
    } else if (record.length !== names.length) fault(info.lines, `${record.length} cells where the header has ${names.length}`);
    else yield { line: info.lines, fields: fieldsOf(names, record), raw: record.join(CELL_SEPARATOR) };
  }
  if (names === null) fault(1, 'the file is empty: it needs a header line');
}

function canonicalNames(kind: Source['kind'], header: string[]): string[] {
  const aliases: Readonly<Record<string, string>> = ALIASES[kind];
  return header.map((name) => aliases[camelCase(name)] ?? camelCase(name));
}

/** Cells that are not empty, by name. Of two columns with one meaning the first that is filled counts. */
function fieldsOf(names: string[], cells: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < names.length; i++) if (cells[i] !== '') fields[names[i]] ??= cells[i];
  return fields;
}

async function* readNdjson(source: Source, { onDigest }: ReadOptions): AsyncGenerator<Row> {
  const input = openSource(source, onDigest);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let broken: Error | null = null;
  input.on('error', (error) => {
    broken = error;
    lines.close();
  });
  let line = 0;
  for await (const raw of lines) {
    line++;
    if (raw.trim() !== '') yield { line, fields: parseObject(raw), raw };
  }
  if (broken !== null) throw broken as Error;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
