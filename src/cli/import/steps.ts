import { type Fields, type MappingContext, eventOf, itemOf, namelessItem, userOf } from './mapping.js';
import { type Plan } from './plan.js';
import { type Row, readRows } from './rows.js';
import { SOURCE_KINDS, type Source, type SourceKind } from './sources.js';

/** Where a line comes from; line 0 is one that stands in no file. */
export interface Origin {
  file: string;
  line: number;
}
/** One line to send. `fields` is null where the file holds something that is no object. */
export interface Line {
  origin: Origin;
  fields: Fields | null;
  text: string;
}

/** The steps of an import in their order: who and what there is before what happened. */
export const STEPS = SOURCE_KINDS;
/** What the service calls the lines of a step. */
export const importKind = (step: SourceKind): 'users' | 'items' | 'events' => (step === 'follows' ? 'events' : step);

const MAPPERS: Record<SourceKind, (row: Row, source: Source, context: MappingContext) => Fields | null> = {
  users: userOf,
  items: itemOf,
  events: eventOf,
  follows: eventOf,
};

/** All lines of a step, in an order that is the same whenever the same files are read. */
export async function* linesOf(step: SourceKind, plan: Plan, context: MappingContext): AsyncGenerator<Line> {
  const source = plan.sources.find(({ kind }) => kind === step);
  if (source !== undefined)
    for await (const row of readRows(source)) {
      const fields = MAPPERS[step](row, source, context);
      yield { origin: { file: source.name, line: row.line }, fields, text: fields === null ? row.raw : JSON.stringify(fields) };
    }
  if (step !== 'items') return;
  for (const id of plan.namelessItems) {
    const fields = namelessItem(id);
    yield { origin: { file: 'events', line: 0 }, fields, text: JSON.stringify(fields) };
  }
}

export interface Chunk {
  lines: Line[];
  bytes: number;
}

/** Gather lines into chunks of bounded length, without the first `skip`. */
export async function* chunksOf(lines: AsyncIterable<Line>, skip: number, limits: { lines: number; bytes: number }): AsyncGenerator<Chunk> {
  let chunk: Chunk = { lines: [], bytes: 0 };
  let index = 0;
  for await (const line of lines) {
    if (index++ < skip) continue;
    const bytes = Buffer.byteLength(line.text) + 1;
    if (chunk.lines.length > 0 && (chunk.lines.length >= limits.lines || chunk.bytes + bytes > limits.bytes)) {
      yield chunk;
      chunk = { lines: [], bytes: 0 };
    }
    chunk.lines.push(line);
    chunk.bytes += bytes;
  }
  if (chunk.lines.length > 0) yield chunk;
}
