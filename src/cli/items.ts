import { type Client } from './client.js';
import { type Output } from './fault.js';
import { formatTable } from './table.js';

interface ListedItem {
  id: string;
  kind: string;
  title: string;
  categories: string[];
  brand: string | null;
  price: number | null;
  currency: string | null;
  stock: number | null;
}
interface Answer {
  items: { items: ListedItem[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } };
}

const LARGEST_PAGE = 500;
const QUERY = `query ($filter: ItemFilter, $first: Int!, $after: String) {
  items(filter: $filter, first: $first, after: $after) {
    items { id kind title categories brand price currency stock }
    pageInfo { endCursor hasNextPage }
  }
}`;

export const formatPrice = (price: number | null, currency: string | null): string =>
  price === null ? '' : `${price.toFixed(2)} ${currency ?? ''}`.trim();

/** Print items of the catalogue, page by page until there are as many as asked for. */
export async function printItems(
  client: Client,
  { category, first }: { category: string[]; first: number },
  output: Output,
): Promise<void> {
  const filter = category.length > 0 ? { categories: category } : null;
  const items: ListedItem[] = [];
  let after: string | null = null;
  let more = true;
  while (more && items.length < first) {
    const variables: Record<string, unknown> = { filter, first: Math.min(LARGEST_PAGE, first - items.length), after };
    const page: Answer['items'] = (await client.query<Answer>(QUERY, variables)).items;
    items.push(...page.items);
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  if (items.length === 0) return output.out('no items');
  output.out(
    formatTable(items, [
      { title: 'id', cell: ({ id }) => id, max: 40 },
      { title: 'kind', cell: ({ kind }) => kind.toLowerCase() },
      { title: 'title', cell: ({ title }) => title },
      { title: 'categories', cell: ({ categories }) => categories.join(' › ') },
      { title: 'brand', cell: ({ brand }) => brand ?? '', max: 20 },
      { title: 'price', cell: ({ price, currency }) => formatPrice(price, currency), right: true },
      { title: 'stock', cell: ({ stock }) => (stock === null ? '' : String(stock)), right: true },
    ]),
  );
  if (more) output.out(`and more; --first ${first * 2} shows further ones`);
}
