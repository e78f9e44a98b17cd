import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type Random } from '../../src/core/random.js';
import { UNANNOUNCED } from './verdict.js';

/** Who comes: regulars, a few of whom also like and buy, and people who were never seen before. */
export const POPULATION = { regulars: 60_000, buyers: 500, newShare: 0.3, buyerShare: 0.1 } as const;

const PAGE = '{ id items { exposureId item { id } } pageInfo { endCursor hasNextPage } ranking { degraded } }';
const QUERIES = {
  feed: `query($i: FeedInput!) { page: feed(input: $i) ${PAGE} }`,
  further: `query($i: FeedInput!) { page: feed(input: $i) ${PAGE} }`,
  related: `query($i: RelatedInput!) { page: related(input: $i) ${PAGE} }`,
  rank: `query($i: RankInput!) { page: rank(input: $i) ${PAGE} }`,
  profile: 'query($i: ID!) { profile: userProfile(userId: $i) { userId segments lifecycle tags { key value } } }',
  record: 'mutation($i: [EventInput!]!) { recordEvents(events: $i) { accepted duplicates rejectedTotal } }',
} as const;
type Kind = keyof typeof QUERIES;
/** Shares of requests. */
const SHARES: [Kind, number][] = [
  ['feed', 0.45],
  ['further', 0.15],
  ['record', 0.25],
  ['related', 0.06],
  ['rank', 0.04],
  ['profile', 0.05],
];
const FIRST = 10;
const SESSIONS = 300;
const ACTS_A_SESSION = 6;
const MOST_IN_FLIGHT = 512;
const TICK_MS = 5;
const TIMEOUT_MS = 30_000;

interface Shown {
  exposureId: string;
  itemId: string;
}
interface Session {
  userId: string;
  sessionId: string;
  buys: boolean;
  left: number;
  shown: Shown[];
  endCursor: string | null;
}
interface Page {
  items: { exposureId: string; item: { id: string } }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** What was answered since the last look. */
export interface Answers {
  answered: number;
  good: number;
  lost: number;
  notSent: number;
  errors: Record<string, number>;
  feedMs: number[];
}

export interface Load {
  /** So many at once, each sending its next request when the last is answered. @returns requests a second that were answered as asked */
  peak(connections: number, seconds: number): Promise<number>;
  /** Requests at a fixed rate, whether or not the last ones are answered. */
  hold(perSecond: number): void;
  look(): Answers;
  /** Users that were met so far. */
  users(): number;
  stop(): Promise<void>;
}

const nothing = (): Answers => ({ answered: 0, good: 0, lost: 0, notSent: 0, errors: {}, feedMs: [] });

interface Reply {
  status: number;
  retryAfter: string | undefined;
  body: { data?: { page?: Page } | null; errors?: { extensions?: { code?: string } }[] };
}

function post(url: URL, agent: Agent, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request({ host: url.hostname, port: url.port, path: '/graphql', method: 'POST', agent, headers, timeout: TIMEOUT_MS });
    call.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        try {
          const read = JSON.parse(Buffer.concat(chunks).toString()) as Reply['body'];
          resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], body: read });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.end(body);
  });
}

/** The code of what went wrong, as `503 OVERLOADED`; null when nothing did. A refusal that does not say when to come back is no announced one. */
export function errorOf({ status, retryAfter, body }: Reply): string | null {
  if (status === 200 && !body.errors) return null;
  const code = `${status} ${body.errors?.[0]?.extensions?.code ?? 'unnamed'}`;
  return status === 503 && retryAfter === undefined ? `${code}${UNANNOUNCED}` : code;
}

/** A seeded storefront: people come, look at pages and further pages, act on what they were shown, and leave. */
export function createLoad({ url: target, random }: { url: string; random: Random }): Load {
  const url = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_IN_FLIGHT, scheduling: 'fifo' });
  const below = (n: number): number => Math.floor(random() * n);
  const sessions: Session[] = [];
  const inFlight = new Set<Promise<unknown>>();
  const regulars = new Set<number>();
  let seen = nothing();
  let newcomers = 0;

  const arrive = (): Session => {
    const chance = random();
    const isNew = chance < POPULATION.newShare;
    const buys = chance > 1 - POPULATION.buyerShare;
    const number = below(buys ? POPULATION.buyers : POPULATION.regulars);
    if (!isNew) regulars.add(number);
    const userId = isNew ? `new${newcomers++}` : `u${number}`;
    return { userId, sessionId: randomUUID(), buys, left: 1 + below(2 * ACTS_A_SESSION), shown: [], endCursor: null };
  };
  /** One who was shown something if that is needed; he stays out of the list while his request is under way. */
  const take = (needsShown: boolean): Session | null => {
    if (!needsShown && sessions.length < SESSIONS) return arrive();
    const at = below(sessions.length);
    const session = sessions[at];
    if (session === undefined || (needsShown && session.shown.length === 0)) return null;
    sessions[at] = sessions[sessions.length - 1];
    sessions.pop();
    return session;
  };
  const send = async (kind: Kind, input: unknown): Promise<Reply | null> => {
    const from = performance.now();
    const reply = await post(url, agent, JSON.stringify({ query: QUERIES[kind], variables: { i: input } })).catch(() => null);
    if (reply === null) {
      seen.lost++;
      return null;
    }
    seen.answered++;
    const error = errorOf(reply);
    if (error === null) seen.good++;
    else seen.errors[error] = (seen.errors[error] ?? 0) + 1;
    if (kind === 'feed' || kind === 'further') seen.feedMs.push(performance.now() - from);
    return error === null ? reply : null;
  };
  const inputOf = (kind: Kind, session: Session): unknown => {
    const { userId, sessionId, shown, endCursor, buys } = session;
    const common = { userId, sessionId, requestId: randomUUID() };
    if (kind === 'feed') return { ...common, first: FIRST };
    if (kind === 'further') return { ...common, first: FIRST, after: endCursor };
    if (kind === 'related') return { ...common, itemIds: [shown[below(shown.length)].itemId], first: FIRST };
    if (kind === 'rank') return { ...common, itemIds: [...new Set(shown.map(({ itemId }) => itemId))] };
    if (kind === 'profile') return userId;
    return eventsOf(
      session,
      buys ? ['VIEW', 'CLICK', 'LIKE', 'ADD_TO_CART', 'PURCHASE'] : ['IMPRESSION', 'VIEW', 'CLICK', 'CLICK', 'DWELL'],
    );
  };
  const eventsOf = ({ userId, sessionId, shown }: Session, types: string[]): object[] =>
    shown.slice(0, 5).map(({ exposureId, itemId }) => {
      const type = types[below(types.length)];
      const extra = type === 'DWELL' ? { dwellMs: below(20_000) } : type === 'PURCHASE' ? { orderId: randomUUID(), amount: 10, currency: 'CNY' } : {}; // prettier-ignore
      return { id: randomUUID(), type, userId, sessionId, itemId, exposureId, occurredAt: new Date().toISOString(), ...extra };
    });
  const act = async (): Promise<void> => {
    let chance = random();
    let kind = SHARES.find(([, share]) => (chance -= share) < 0)?.[0] ?? 'feed';
    let session = kind === 'feed' ? take(false) : take(kind !== 'profile');
    if (session === null || (kind === 'further' && session.endCursor === null)) {
      kind = 'feed';
      session ??= arrive();
    }
    const reply = await send(kind, inputOf(kind, session));
    const page = reply?.body.data?.page;
    if (page && (kind === 'feed' || kind === 'further')) {
      session.shown = page.items.map(({ exposureId, item }) => ({ exposureId, itemId: item.id }));
      session.endCursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    }
    if (--session.left > 0) sessions.push(session);
  };

  let ticks: NodeJS.Timeout | undefined;
  const hold = (perSecond: number): void => {
    let owed = 0;
    let last = performance.now();
    ticks = setInterval(() => {
      const now = performance.now();
      owed += ((now - last) / 1000) * perSecond;
      last = now;
      for (; owed >= 1; owed--) {
        if (inFlight.size >= MOST_IN_FLIGHT) {
          seen.notSent++;
          continue;
        }
        const one = act().finally(() => inFlight.delete(one));
        inFlight.add(one);
      }
    }, TICK_MS);
  };
  return {
    hold,
    async peak(connections, seconds) {
      seen = nothing();
      const from = performance.now();
      const client = async (): Promise<void> => {
        while (performance.now() < from + seconds * 1000) await act();
      };
      await Promise.all(Array.from({ length: connections }, client));
      return seen.good / ((performance.now() - from) / 1000);
    },
    look() {
      const found = seen;
      seen = nothing();
      return found;
    },
    users: () => regulars.size + newcomers,
    async stop() {
      clearInterval(ticks);
      await Promise.all(inFlight);
      agent.destroy();
    },
  };
}
