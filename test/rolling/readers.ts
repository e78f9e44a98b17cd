import { type Random } from '../../src/core/random.js';

const FEED = 'query($i: FeedInput!) { feed(input: $i) { id items { position item { id } } pageInfo { endCursor } ranking { degraded } } }';
const PAGES = 4;
const FIRST = 6;
const USERS = 50;
const TIMEOUT_MS = 15_000;

/** People who read one page after another of a feed, with a rest between. */
export interface Readers {
  feeds: number;
  /** Further pages, and those of them that another process answered than the page before. */
  further: number;
  moved: number;
  /** Further pages that said that they begin a new feed, since the one before was not known yet to whoever was asked. */
  anew: number;
  /** Pages that did not go on where the one before ended, and requests that failed. */
  faults: string[];
  stop(): Promise<void>;
}

interface Page {
  id: string;
  items: { position: number; item: { id: string } }[];
  pageInfo: { endCursor: string | null };
  ranking: { degraded: string[] };
}

async function ask(url: string, input: object): Promise<{ page: Page; by: string | null }> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: FEED, variables: { i: input } }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { data, errors } = (await answer.json()) as { data?: { feed: Page } | null; errors?: unknown };
  if (!data) throw new Error(`HTTP ${answer.status}: ${JSON.stringify(errors ?? null)}`);
  return { page: data.feed, by: answer.headers.get('x-served-by') };
}

export function startReaders({ url, random, count, restMs }: { url: string; random: Random; count: number; restMs: number }): Readers {
  let going = true;
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, restMs * (0.5 + random())));

  const readFeed = async (userId: string): Promise<void> => {
    let before = await ask(url, { userId, first: FIRST });
    let seen = before.page.items.map(({ item }) => item.id);
    let placed = seen.length;
    readers.feeds++;
    for (let pageNo = 1; pageNo < PAGES && going; pageNo++) {
      await rest();
      const next = await ask(url, { userId, first: FIRST, after: before.page.pageInfo.endCursor });
      readers.further++;
      if (next.by !== before.by) readers.moved++;
      const { id, items, ranking } = next.page;
      const isAnew = ranking.degraded.includes('CURSOR_EXPIRED');
      if (isAnew) {
        readers.anew++;
        placed = 0;
        if (ranking.degraded.includes('USER_STATE_UNAVAILABLE')) seen = []; // what was shown stands in the state
      }
      const again = items.filter(({ item }) => seen.includes(item.id));
      const at = items[0]?.position;
      if ((id !== before.page.id) !== isAnew || again.length > 0 || at !== placed + 1)
        readers.faults.push(`page ${pageNo} of ${id}: ${again.length} again, from ${at} after ${placed}, ${ranking.degraded.join(' ')}`);
      seen.push(...items.map(({ item }) => item.id));
      placed += items.length;
      before = next;
    }
  };
  const read = async (): Promise<void> => {
    while (going) {
      await readFeed(`reader-${Math.floor(random() * USERS)}`).catch((error: Error) => void readers.faults.push(error.message));
      await rest();
    }
  };
  const readers: Readers = {
    feeds: 0,
    further: 0,
    moved: 0,
    anew: 0,
    faults: [],
    async stop() {
      going = false;
      await reading;
    },
  };
  const reading = Promise.all(Array.from({ length: count }, read)).then(() => undefined);
  return readers;
}
