import { randomUUID } from 'node:crypto';
import { type Random } from '../../src/core/random.js';
import { post } from './post.js';
import { act, pick, purchase, RECORD, type Thing, THING, THINGS, UPSERT, userOf } from './shop.js';
import { type Ban, type Channel, covers, type Watch } from './watch.js';

const ITEMS = 'items { item { id } socialProof { friendsWhoBought recentBuyers } reasons { itemId text } } pageInfo { endCursor }';
const FEED = `query($i: FeedInput!) { page: feed(input: $i) { ${ITEMS} } }`;
const RELATED = `query($i: RelatedInput!) { page: related(input: $i) { ${ITEMS} } }`;
const RANK = `query($i: RankInput!) { page: rank(input: $i) { ${ITEMS} } }`;
const ITEM = 'query($id: ID!) { item(id: $id) { id } }';
const FOLLOWS = 'query($u: ID!) { suggestFollows(input: { userId: $u, first: 20 }) { userId } }';
/** A requestId is answered alike for two minutes. */
const KEPT_MS = 110_000;
const KEPT = 400;
const MOST_IN_FLIGHT = 12;
const TICK_MS = 10;
const SURFACES = ['home', 'checkout'];

interface Answered {
  items: { item: { id: string }; reasons: { itemId: string | null; text: string }[] }[];
  pageInfo: { endCursor: string | null };
}
/** A page that was answered, with what it takes to ask for it again or to go on. */
interface KeptPage {
  input: { userId?: string; requestId: string };
  ids: string[];
  cursor: string | null;
  at: number;
}
type Act = () => Promise<void>;

export interface Traffic {
  requests: number;
  failed: Map<string, number>;
  /** Ask one process for pages that hold such things and nothing else, as far as there are any. */
  aim(url: string, thing: Thing): Promise<void>;
  stop(): Promise<void>;
}

interface Parts {
  urls: () => string[];
  watch: Watch;
  random: Random;
  perSecond: number;
}

/** What storefronts and shops ask of both processes at once, with what is shown kept an eye on. */
export function startTraffic({ urls, watch, random, perSecond }: Parts): Traffic {
  const kept: KeptPage[] = [];
  const cached = new Map<string, { etag: string; ids: string[] }>();
  const anyUrl = (): string => pick(urls(), random);
  const ban = (): Ban | undefined => (watch.bans.size > 0 ? pick([...watch.bans], random) : undefined);
  const anyThing = (): Thing => {
    const over = ban();
    const banned = over && random() < 0.5 ? THINGS.filter((thing) => covers(over, thing)) : THINGS;
    return pick(banned, random);
  };

  const see = (channel: Channel, { items }: Answered): string[] => {
    const ids = items.map(({ item }) => item.id);
    watch.items(channel, ids);
    const reasons = items.flatMap((item) => item.reasons);
    watch.told(reasons.flatMap(({ itemId }) => itemId ?? []), reasons.map(({ text }) => text)); // prettier-ignore
    return ids;
  };
  const show = async (channel: Channel, query: string, input: object, url = anyUrl()): Promise<KeptPage> => {
    const { page } = await post<{ page: Answered }>(url, query, { i: input });
    return { input: input as KeptPage['input'], ids: see(channel, page), cursor: page.pageInfo.endCursor, at: Date.now() };
  };
  const keep = (page: KeptPage): void => {
    kept.push(page);
    kept.splice(0, Math.max(0, kept.length - KEPT));
  };
  const fresh = (more: object = {}): KeptPage['input'] => ({ userId: userOf(random), requestId: randomUUID(), ...more });
  /** Rather one that holds what was taken down since. */
  const anyKept = (): KeptPage | undefined => {
    const young = kept.filter(({ at }) => Date.now() - at < KEPT_MS);
    const over = ban();
    const holding = over ? young.filter(({ ids, at }) => at < over.orderedAt && ids.some((id) => covers(over, THING.get(id)!))) : [];
    const from = holding.length > 0 && random() < 0.8 ? holding : young;
    return from.length > 0 ? pick(from, random) : undefined;
  };
  const aimedAt = ({ categories, brand }: Thing): object => ({ filter: random() < 0.5 ? { categories } : { brands: [brand] } });

  const acts: Record<string, Act> = {
    feed: async () => keep(await show('feed', FEED, fresh({ first: 12 }))),
    aimed: async () => keep(await show('feed', FEED, fresh({ first: 12, ...aimedAt(anyThing()) }))),
    generic: async () => void (await show('feed', FEED, { first: 40 })),
    async replay() {
      const page = anyKept();
      if (page) await show('replay', FEED, page.input);
    },
    async cursor() {
      const page = anyKept();
      if (!page?.cursor) return;
      const { requestId: _, ...input } = page.input;
      page.cursor = (await show('cursor', FEED, { ...input, after: page.cursor })).cursor;
    },
    async page() {
      const input = { userId: userOf(random), pageId: randomUUID(), first: 10 };
      await Promise.all([show('page', FEED, input), show('page', FEED, input)]);
    },
    preview: async () => void (await show('preview', FEED, { userId: userOf(random), first: 12, preview: { seed: Math.floor(random() * 99) } })), // prettier-ignore
    related: async () => void (await show('related', RELATED, { userId: userOf(random), itemIds: [anyThing().id], first: 30 })),
    rank: async () => void (await show('rank', RANK, fresh({ itemIds: [...new Set(Array.from({ length: 20 }, () => anyThing().id))] }))),
    async item() {
      const { item } = await post<{ item: { id: string } | null }>(anyUrl(), ITEM, { id: anyThing().id });
      watch.items('item', item ? [item.id] : []);
    },
    async follows() {
      const { suggestFollows } = await post<{ suggestFollows: { userId: string | null }[] }>(anyUrl(), FOLLOWS, { u: userOf(random) });
      watch.people(suggestFollows.flatMap(({ userId }) => userId ?? []));
    },
    /** As a cache before the service does, which asks whether its copy still holds before it gives it out. */
    async fallback() {
      const url = `${anyUrl()}/fallback/${pick(SURFACES, random)}.json`;
      const copy = cached.get(url);
      const answer = await fetch(url, { headers: copy ? { 'if-none-match': copy.etag } : {} });
      if (answer.status === 304) return watch.items('fallback', copy!.ids);
      const { items } = (await answer.json()) as { items: { item: { id: string } }[] };
      const ids = items.map(({ item }) => item.id);
      cached.set(url, { etag: answer.headers.get('etag')!, ids });
      watch.items('fallback', ids);
    },
    async events() {
      const [userId, { id: itemId }] = [userOf(random), anyThing()];
      const bought = random() < 0.2 ? [purchase(userId, itemId)] : [];
      await post(anyUrl(), RECORD, { e: [act(userId, 'CLICK', { itemId }), act(userId, 'LIKE', { itemId }), ...bought] });
    },
    /** The shop goes on writing what it may not show. */
    async upsert() {
      const thing = anyThing();
      await post(anyUrl(), UPSERT, { i: [{ ...thing, stock: 5 + Math.floor(random() * 90) }] });
    },
  };
  const weights: Record<string, number> = { feed: 5, aimed: 4, generic: 1, replay: 4, cursor: 4, page: 1, preview: 1, related: 2, rank: 2, item: 1, follows: 1, fallback: 3, events: 2, upsert: 2 }; // prettier-ignore
  const wheel = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));

  const inFlight = new Set<Promise<void>>();
  const failed = new Map<string, number>();
  const fail = (what: string): void => void failed.set(what, (failed.get(what) ?? 0) + 1);
  let owed = 0;
  let last = performance.now();
  const tick = setInterval(() => {
    const now = performance.now();
    owed = Math.min(owed + ((now - last) / 1000) * perSecond, perSecond);
    last = now;
    for (; owed >= 1 && inFlight.size < MOST_IN_FLIGHT; owed--) {
      const name = pick(wheel, random);
      traffic.requests++;
      const done = acts[name]()
        .catch((error: Error) => fail(`${name}: ${error.message.replace(/[0-9a-f-]{36}/g, '…')}`))
        .finally(() => inFlight.delete(done));
      inFlight.add(done);
    }
  }, TICK_MS);

  const traffic: Traffic = {
    requests: 0,
    failed,
    aim: async (url, thing) => keep(await show('feed', FEED, fresh({ first: 40, ...aimedAt(thing) }), url)),
    async stop() {
      clearInterval(tick);
      await Promise.all(inFlight);
    },
  };
  return traffic;
}
