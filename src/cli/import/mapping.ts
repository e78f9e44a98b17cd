import { createHash } from 'node:crypto';
import { EVENT_TYPES, type EventType } from '../../core/events/event.js';
import { type Columns, EVENT_COLUMNS, ITEM_COLUMNS, USER_COLUMNS, isoTime, readCell, readTime } from './columns.js';
import { type Row } from './rows.js';
import { type Source } from './sources.js';

/** What stays the same for a whole import, also when it is taken up again. */
export interface MappingContext {
  /** Epoch ms; what has no date of its own gets this one. */
  startedAt: number;
  /** Added to every time of the data. */
  shiftMs: number;
  typeMap: ReadonlyMap<string, EventType>;
  /** For amounts without a currency of their own. */
  currency: string;
}
export type Fields = Record<string, unknown>;

const BUILT_IN_TYPES: Record<string, EventType> = {
  purchase: 'PURCHASE', view: 'VIEW', cart: 'ADD_TO_CART', favorite: 'SAVE', click: 'CLICK', listen: 'PLAY_END', follow: 'FOLLOW',
}; // prettier-ignore

/** How event types of the data are named here: the public names as they are, the built-in names, and those given. */
export function typeMapOf(given: Iterable<readonly [string, EventType]>): Map<string, EventType> {
  return new Map<string, EventType>([...EVENT_TYPES.map((type) => [type, type] as const), ...Object.entries(BUILT_IN_TYPES), ...given]);
}

/** What the bare column `value` means for a type of event; for the others it has no meaning and is left out. */
const VALUE_OF: Partial<Record<EventType, 'amount' | 'rating' | 'dwellMs' | 'sentiment'>> = {
  PURCHASE: 'amount', REFUND: 'amount', COST: 'amount', REVIEW: 'rating', DWELL: 'dwellMs', COMMENT: 'sentiment',
}; // prettier-ignore
const UNKNOWN_CATEGORY = 'unknown';

/** A row of items as the public input has it: without a title the id, without a category `unknown`. */
export function itemOf({ fields }: Row, source: Source, context: MappingContext): Fields | null {
  if (fields === null) return null;
  if (source.format === 'ndjson') return shifted(fields, ITEM_COLUMNS, context.shiftMs);
  const item = converted(fields, ITEM_COLUMNS, context.shiftMs);
  return { ...item, title: item.title ?? item.id, categories: hasEntries(item.categories) ? item.categories : [UNKNOWN_CATEGORY] };
}

const hasEntries = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

/** An item that is only known from events. */
export const namelessItem = (id: string): Fields => ({ id, title: id, categories: [UNKNOWN_CATEGORY] });

/** A row of users; columns without a public name become attributes. */
export function userOf({ fields }: Row, source: Source, context: MappingContext): Fields | null {
  if (fields === null) return null;
  if (source.format === 'ndjson') return shifted(fields, USER_COLUMNS, context.shiftMs);
  const attributes = Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in USER_COLUMNS)));
  return { ...converted(fields, USER_COLUMNS, context.shiftMs), ...(Object.keys(attributes).length > 0 ? { attributes } : {}) };
}

/** A row of events or follows. Its id, where the data give none, comes from file, line and content: the same whenever the same file is read. */
export function eventOf(row: Row, source: Source, context: MappingContext): Fields | null {
  if (row.fields === null) return null;
  const own =
    source.format === 'ndjson'
      ? shifted(row.fields, EVENT_COLUMNS, context.shiftMs)
      : converted(row.fields, EVENT_COLUMNS, context.shiftMs);
  const type = source.kind === 'follows' ? 'FOLLOW' : context.typeMap.get(cellOf(own.type));
  const event: Fields = {
    ...own,
    id: own.id ?? rowId(row, source),
    type: type ?? own.type,
    occurredAt: own.occurredAt ?? isoTime(context.startedAt),
  };
  return source.format === 'ndjson' ? event : withValue(event, row.fields, context);
}

function withValue(event: Fields, fields: Fields, { currency }: MappingContext): Fields {
  const meaning = VALUE_OF[event.type as EventType];
  const valued =
    meaning === undefined || fields.value === undefined ? event : { [meaning]: readCell(cellOf(fields.value), 'number', 0), ...event };
  return valued.amount === undefined || valued.currency !== undefined ? valued : { ...valued, currency };
}

const rowId = (row: Row, { name }: Source): string => createHash('sha256').update(`${name}\n${row.line}\n${row.raw}`).digest('hex');

/** When a row says it happened, epoch ms; null where it does not say, or not in a way that can be read. */
export function timeOf(row: Row): number | null {
  const at = row.fields?.occurredAt;
  return typeof at === 'string' ? readTime(at) : null;
}

/** A cell of CSV is always text. */
const cellOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function converted(fields: Fields, columns: Columns, shiftMs: number): Fields {
  const result: Fields = {};
  for (const [name, type] of Object.entries(columns))
    if (fields[name] !== undefined) result[name] = readCell(cellOf(fields[name]), type, shiftMs);
  return result;
}

/** NDJSON is already in the public form; only its times move. */
function shifted(fields: Fields, columns: Columns, shiftMs: number): Fields {
  if (shiftMs === 0) return fields;
  const result = { ...fields };
  for (const [name, type] of Object.entries(columns))
    if (type === 'time' && typeof fields[name] === 'string') result[name] = readCell(fields[name], 'time', shiftMs);
  return result;
}
