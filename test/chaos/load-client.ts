import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Random } from '../../src/core/random.js';
import { type KeptIds, keepIds } from './kept-ids.js';

const RECORD = 'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted duplicates rejectedTotal } }';
const FEED = 'query($i: FeedInput!) { feed(input: $i) { items { exposureId item { id } } ranking { degraded modelVersion } } }';
const EVENTS_A_CALL = 5;
const USERS = 200;
const SHOWN_KEPT = 500;
const RETRY_MS = 150;
const PATIENCE_MS = 90_000;
const TIMEOUT_MS = 15_000;
const MOST_IN_FLIGHT = 64;
const TICK_MS = 10;

/** Answers to requests of one kind that were sent since the last look. */
export interface Window {
  answered: number;
  failed: number;
  /** What each answer took, and when it was asked for, ms since the window began. */
  times: { at: number; ms: number }[];
  /** When the window began, on the clock of `performance`. */
  from: number;
  degraded: Map<string, number>;
  /** Pages by what decided them; where no model did, by nothing. */
  deciders: Map<string, number>;
  statuses: Map<number, number>;
  /** Refusals that did not say when to try again. */
  withoutRetry: number;
}

export interface LoadClient {
  /** Every event that ever left, acknowledged or not. */
  sent: Set<string>;
  acknowledged: KeptIds;
  exposures: KeptIds;
  requests: number;
  feeds: Window;
  writes: Window;
  /** Begin to count anew; gives what was counted. */
  look(): { feeds: Window; writes: Window };
  pace(requestsPerSecond: number): void;
  stop(): Promise<void>;
}

const newWindow = (): Window => ({
  answered: 0, failed: 0, times: [], from: performance.now(), degraded: new Map(), deciders: new Map(), statuses: new Map(), withoutRetry: 0,
}); // prettier-ignore
const count = <K>(map: Map<K, number>, key: K): void => void map.set(key, (map.get(key) ?? 0) + 1);

interface FeedAnswer {
  feed: { items: { exposureId: string; item: { id: string } }[]; ranking: { degraded: string[]; modelVersion: string | null } };
}

interface Answer<T> {
  data: T | null;
  status: number;
  retryMs: number;
}

async function post<T>(url: string, query: string, variables: object): Promise<Answer<T>> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { data } = (await answer.json()) as { data?: T | null };
  return { data: answer.ok ? (data ?? null) : null, status: answer.status, retryMs: Number(answer.headers.get('retry-after') ?? 0) * 1000 };
}

/** Feeds and events at a pace, as a storefront sends them: what fails is sent again, to another process, under the same ids. */
export function startLoad({
  urls,
  random,
  folder,
  perSecond,
}: {
  urls: () => string[];
  random: Random;
  folder: string;
  perSecond: number;
}): LoadClient {
  const shown: { userId: string; exposureId: string; itemId: string }[] = [];
  const inFlight = new Set<Promise<void>>();
  let rate = perSecond;
  let going = true;

  const anyUrl = (): string => {
    const all = urls();
    return all[Math.floor(random() * all.length)];
  };
  const once = async <T>(window: () => Window, query: string, variables: object): Promise<Answer<T>> => {
    const sent = performance.now();
    const counts = window();
    client.requests++;
    const answer = await post<T>(anyUrl(), query, variables).catch((): Answer<T> => ({ data: null, status: 0, retryMs: 0 }));
    if (answer.data) counts.answered++;
    else counts.failed++;
    if (answer.status !== 0) counts.times.push({ at: sent - counts.from, ms: performance.now() - sent });
    if (answer.status === 503 && answer.retryMs === 0) counts.withoutRetry++;
    count(counts.statuses, answer.status);
    return answer;
  };
  const untilAnswered = async <T>(window: () => Window, query: string, variables: object): Promise<T | null> => {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      const { data, retryMs } = await once<T>(window, query, variables);
      if (data) return data;
      if (!going) return null;
      await new Promise((resolve) => setTimeout(resolve, Math.max(RETRY_MS, retryMs * random())));
    }
    return null;
  };

  const read = async (): Promise<void> => {
    const userId = `u${Math.floor(random() * USERS)}`;
    const input = { userId, first: 5, requestId: randomUUID() };
    const answer = await untilAnswered<FeedAnswer>(() => client.feeds, FEED, { i: input });
    if (!answer) return;
    const { items, ranking } = answer.feed;
    client.exposures.add(items.map(({ exposureId }) => exposureId));
    for (const name of ranking.degraded) count(client.feeds.degraded, name);
    count(client.feeds.deciders, ranking.modelVersion ?? 'rules');
    for (const { exposureId, item } of items) shown.push({ userId, exposureId, itemId: item.id });
    shown.splice(0, Math.max(0, shown.length - SHOWN_KEPT));
  };
  const write = async (): Promise<void> => {
    const events = Array.from({ length: EVENTS_A_CALL }, () => {
      const { userId, itemId, exposureId } = shown[Math.floor(random() * shown.length)];
      return { id: randomUUID(), type: 'CLICK', userId, itemId, exposureId, occurredAt: new Date().toISOString() };
    });
    for (const { id } of events) client.sent.add(id);
    const answer = await untilAnswered<{ recordEvents: { accepted: number; duplicates: number } }>(() => client.writes, RECORD, {
      e: events,
    });
    if (answer && answer.recordEvents.accepted + answer.recordEvents.duplicates === events.length)
      client.acknowledged.add(events.map(({ id }) => id));
  };

  let owed = 0;
  let last = performance.now();
  const ticks = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) / 1000) * rate, rate);
    last = now;
    for (; owed >= 1 && inFlight.size < MOST_IN_FLIGHT; owed--) {
      const request = (shown.length === 0 || random() < 0.4 ? read() : write()).finally(() => inFlight.delete(request));
      inFlight.add(request);
    }
  }, TICK_MS);

  const client: LoadClient = {
    sent: new Set(),
    acknowledged: keepIds(join(folder, 'acknowledged')),
    exposures: keepIds(join(folder, 'exposures')),
    requests: 0,
    feeds: newWindow(),
    writes: newWindow(),
    look() {
      const { feeds, writes } = client;
      [client.feeds, client.writes] = [newWindow(), newWindow()];
      return { feeds, writes };
    },
    pace: (requestsPerSecond) => void (rate = requestsPerSecond),
    async stop() {
      clearInterval(ticks);
      going = false;
      await Promise.all(inFlight);
      await client.acknowledged.close();
      await client.exposures.close();
    },
  };
  return client;
}
