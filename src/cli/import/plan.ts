import { type EventType } from '../../core/events/event.js';
import { CommandError } from '../fault.js';
import { ITEM_COLUMNS, EVENT_COLUMNS } from './columns.js';
import { timeOf } from './mapping.js';
import { type FileFault, type Row, readRows } from './rows.js';
import { type Source, type SourceKind } from './sources.js';

/** What one reading of all files finds out before anything is sent. */
export interface Plan {
  sources: Source[];
  /** SHA-256 of every file, by name. */
  digests: Record<string, string>;
  /** Lines to send, by step. */
  lines: Record<SourceKind, number>;
  /** Distinct users of all files. */
  users: number;
  /** Items that events name and no file describes, in the order they are met. */
  namelessItems: string[];
  /** Of the newest dated event, epoch ms; null when no event is dated. */
  newestAt: number | null;
  undated: number;
  /** Columns that have no public name, by file. */
  unusedColumns: Record<string, string[]>;
  faults: FileFault[];
  /** Types that no map names, with the number of their rows. */
  unmapped: Map<string, number>;
}

const FILES_OF_EVENTS: ReadonlySet<SourceKind> = new Set<SourceKind>(['events', 'follows']);

/** Read every file once: bounded by the number of distinct items and users, not by the number of rows. */
export async function readPlan(sources: Source[], typeMap: ReadonlyMap<string, EventType>): Promise<Plan> {
  const seen = { users: new Set<string>(), items: new Set<string>() };
  const plan: Plan = {
    sources,
    digests: {},
    lines: { users: 0, items: 0, events: 0, follows: 0 },
    users: 0,
    namelessItems: [],
    newestAt: null,
    undated: 0,
    unusedColumns: {},
    faults: [],
    unmapped: new Map(),
  };
  for (const source of sources) await scan(source, plan, seen, typeMap);
  plan.lines.items += plan.namelessItems.length;
  plan.users = seen.users.size;
  return plan;
}

async function scan(
  source: Source,
  plan: Plan,
  seen: { users: Set<string>; items: Set<string> },
  typeMap: ReadonlyMap<string, EventType>,
): Promise<void> {
  const { kind, name } = source;
  const rows = readRows(source, {
    onFault: (fault) => plan.faults.push(fault),
    onDigest: (sha256) => (plan.digests[name] = sha256),
    onHeader: (names, header) => noteUnused(source, names, header, plan),
  });
  for await (const row of rows) {
    plan.lines[kind]++;
    if (row.fields === null) continue;
    if (kind === 'users') add(seen.users, row.fields.id);
    else if (kind === 'items') add(seen.items, row.fields.id);
    else scanEvent(row, plan, seen);
    if (kind === 'events') noteType(row.fields.type, plan, typeMap);
    if (FILES_OF_EVENTS.has(kind)) noteTime(row, plan);
  }
}

function add(ids: Set<string>, id: unknown): boolean {
  if (typeof id !== 'string' || id === '' || ids.has(id)) return false;
  ids.add(id);
  return true;
}

function scanEvent({ fields }: Row, plan: Plan, seen: { users: Set<string>; items: Set<string> }): void {
  add(seen.users, fields!.userId);
  add(seen.users, fields!.targetUserId);
  if (add(seen.items, fields!.itemId)) plan.namelessItems.push(fields!.itemId as string);
}

function noteType(type: unknown, plan: Plan, typeMap: ReadonlyMap<string, EventType>): void {
  if (typeof type === 'string' && !typeMap.has(type)) plan.unmapped.set(type, (plan.unmapped.get(type) ?? 0) + 1);
}

function noteTime(row: Row, plan: Plan): void {
  const at = timeOf(row);
  if (at !== null) plan.newestAt = Math.max(plan.newestAt ?? at, at);
  else if (row.fields!.occurredAt === undefined) plan.undated++;
}

function noteUnused({ kind, name }: Source, names: string[], header: string[], plan: Plan): void {
  if (kind === 'users') return; // they become attributes
  const known = kind === 'items' ? ITEM_COLUMNS : EVENT_COLUMNS;
  const unused = header.filter((_, i) => !(names[i] in known) && !(kind === 'events' && names[i] === 'value'));
  if (unused.length > 0) plan.unusedColumns[name] = unused;
}

const FAULTS_SHOWN = 50;

/** Stop before anything is sent when rows cannot be taken for what they say: all such faults at once. */
export function refuseUnreadable({ faults, unmapped }: Plan): void {
  const types = [...unmapped].map(
    ([type, rows]) =>
      `${rows.toLocaleString('en')} events have the type ${JSON.stringify(type)}, which is not mapped; say --map ${type}=TYPE`,
  );
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ file, line, message }) => `${file}:${line}: ${message}`);
  if (faults.length > FAULTS_SHOWN) shown.push(`and ${faults.length - FAULTS_SHOWN} more; --dry-run lists them all`);
  if (types.length + shown.length > 0) throw new CommandError('nothing was sent, because the files have faults:', [...types, ...shown]);
}
