import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { readEvent } from '../../src/core/events/read-event.js';
import { readItem } from '../../src/core/events/read-item.js';
import { readUser } from '../../src/core/events/read-user.js';

/**
 * What becomes of one request. `lose-answer`: carried out, but the connection dies before the answer. `cut`: half of it is carried out, then the
 * connection dies. `drop`: nothing of it is carried out. A status is answered with nothing carried out.
 */
export type Fate = 'answer' | 'lose-answer' | 'cut' | 'drop' | { status: number; retryAfter?: string; body?: string };

/** A real HTTP server that keeps the public import contract in memory, and does to each request what it is told. */
export interface TestService {
  url: string;
  items: Map<string, Record<string, unknown>>;
  users: Map<string, Record<string, unknown>>;
  events: Map<string, Record<string, unknown>>;
  requests: { path: string; at: number; authorization: string | undefined; lines: number }[];
  /** Of the next requests, in their order; afterwards every one is answered. */
  fates: Fate[];
  /** Answers of `POST /graphql`, by a word of the query. */
  graphql: (query: string, variables: Record<string, unknown>) => object;
  /** Ids that the service says it does not know yet, as long as they are here. */
  lagging: Set<string>;
  close(): Promise<void>;
}

interface Rejection {
  index: number;
  id: string | null;
  code: string;
  message: string;
  retryable: boolean;
}

export async function startService(): Promise<TestService> {
  const server = createServer((request, response) => void handle(service, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const service: TestService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    items: new Map(),
    users: new Map(),
    events: new Map(),
    requests: [],
    fates: [],
    graphql: (_, { id }) => ({ data: { item: service.items.get(String(id)) ?? null } }),
    lagging: new Set(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return service;
}

async function handle(service: TestService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: request })) lines.push(line);
  const path = request.url ?? '';
  service.requests.push({ path, at: Date.now(), authorization: request.headers.authorization, lines: lines.length });
  const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

  const fate = service.fates.shift() ?? 'answer';
  if (typeof fate === 'object')
    return void answer(fate.status, fate.body ?? '', fate.retryAfter === undefined ? {} : { 'retry-after': fate.retryAfter });
  if (fate === 'drop') return void request.socket.destroy();
  if (path === '/graphql') {
    const { query, variables } = JSON.parse(lines.join('\n')) as { query: string; variables: Record<string, unknown> };
    return void answer(200, JSON.stringify(service.graphql(query, variables)));
  }
  const result = take(service, path, fate === 'cut' ? lines.slice(0, lines.length >> 1) : lines);
  if (fate === 'answer') answer(200, JSON.stringify(result));
  else request.socket.destroy();
}

function take(service: TestService, path: string, lines: string[]) {
  const result = { accepted: 0, duplicates: 0, rejectedTotal: 0, rejected: [] as Rejection[] };
  lines.forEach((line, index) => {
    const outcome = takeLine(service, path, line);
    if (outcome === 'accepted' || outcome === 'duplicates') return void result[outcome]++;
    result.rejectedTotal++;
    if (result.rejected.length < 1000) result.rejected.push({ index, ...outcome });
  });
  return result;
}

function takeLine(service: TestService, path: string, line: string): 'accepted' | 'duplicates' | Omit<Rejection, 'index'> {
  const fields = parse(line);
  if (fields === null) return { id: null, code: 'INVALID_VALUE', message: 'the line is not a JSON object', retryable: false };
  const id = typeof fields.id === 'string' ? fields.id : null;
  const read = path === '/imports/items' ? readItem(fields) : path === '/imports/users' ? readUser(fields) : readEvent(fields, Date.now());
  if ('faults' in read)
    return { id, code: read.faults[0].code, message: read.faults.map(({ message }) => message).join('; '), retryable: false };
  const store = path === '/imports/items' ? service.items : path === '/imports/users' ? service.users : service.events;
  if (store === service.events) {
    const { itemId } = fields;
    if (typeof itemId === 'string' && (service.lagging.has(itemId) || !service.items.has(itemId)))
      return { id, code: 'UNKNOWN_ITEM', message: `itemId ${JSON.stringify(itemId)} is not in the catalogue`, retryable: true };
    if (store.has(id!)) return 'duplicates';
  }
  store.set(id!, fields);
  return 'accepted';
}

function parse(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
