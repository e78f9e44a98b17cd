import { type Client } from './client.js';
import { type Output } from './fault.js';
import { formatPrice } from './items.js';
import { formatTable } from './table.js';

interface Feed {
  items: {
    position: number;
    score: number;
    sources: string[];
    exploration: boolean;
    reasons: { text: string }[];
    item: { id: string; kind: string; title: string; categories: string[]; price: number | null; currency: string | null };
  }[];
  pageInfo: { hasNextPage: boolean };
  ranking: {
    scorer: string;
    modelVersion: string | null;
    configVersion: number;
    degraded: string[];
    relaxed: string[];
    candidates: number;
    cocoonIndex: number | null;
    tookMs: number;
  };
}

const QUERY = `query ($input: FeedInput!) {
  feed(input: $input) {
    items { position score sources exploration reasons { text } item { id kind title categories price currency } }
    pageInfo { hasNextPage }
    ranking { scorer modelVersion configVersion degraded relaxed candidates cocoonIndex tookMs }
  }
}`;

export interface FeedOptions {
  first: number;
  surface: string;
  category: string[];
  preview: boolean;
}

/** Print one page of a user's feed as a table, and how it came about. */
export async function printFeed(
  client: Client,
  userId: string,
  { first, surface, category, preview }: FeedOptions,
  output: Output,
): Promise<void> {
  const input = {
    userId,
    first,
    surface,
    ...(category.length > 0 ? { filter: { categories: category } } : {}),
    ...(preview ? { preview: {} } : {}),
  };
  const { feed } = await client.query<{ feed: Feed }>(QUERY, { input });
  output.out(
    feed.items.length === 0
      ? 'no items'
      : formatTable(feed.items, [
          { title: '#', cell: ({ position }) => String(position), right: true },
          { title: 'title', cell: ({ item }) => item.title },
          { title: 'kind', cell: ({ item }) => item.kind.toLowerCase() },
          { title: 'category', cell: ({ item }) => item.categories.at(-1) ?? '', max: 32 },
          { title: 'price', cell: ({ item }) => formatPrice(item.price, item.currency), right: true },
          { title: 'score', cell: ({ score }) => score.toFixed(3), right: true },
          {
            title: 'sources',
            cell: ({ sources, exploration }) => [...sources, ...(exploration ? ['exploration'] : [])].join(' ').toLowerCase(),
            max: 40,
          },
          { title: 'reason', cell: ({ reasons }) => reasons[0]?.text ?? '' },
        ]),
  );
  output.out(`\n${formatRanking(feed)}`);
}

function formatRanking({ ranking, pageInfo }: Feed): string {
  const { scorer, modelVersion, configVersion, degraded, relaxed, candidates, cocoonIndex, tookMs } = ranking;
  return [
    `${scorer.toLowerCase()}${modelVersion === null ? '' : ` ${modelVersion}`}, settings version ${configVersion}, ${candidates} candidates, ${tookMs.toFixed(1)} ms`,
    ...(cocoonIndex === null ? [] : [`cocoon index ${cocoonIndex.toFixed(2)}`]),
    ...(degraded.length > 0 ? [`degraded: ${degraded.join(', ')}`] : []),
    ...(relaxed.length > 0 ? [`relaxed: ${relaxed.join(', ')}`] : []),
    ...(pageInfo.hasNextPage ? ['there is more'] : []),
  ].join('; ');
}
