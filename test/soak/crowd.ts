import { randomUUID } from 'node:crypto';

const ITEMS_A_PAGE = 100;
const A_BATCH = 1_000;
const ITEMS_EACH = 3;
const ITEMS =
  'query($first: Int!, $after: String) { items(first: $first, after: $after) { items { id } pageInfo { endCursor hasNextPage } } }';
const RECORD = 'mutation($events: [EventInput!]!) { recordEvents(events: $events) { accepted } }';

interface ItemPage {
  items: { id: string }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** So many people who each buy three items, all items in turn: whatever is kept of users in bounded memory is then as full as it gets. */
export async function bringCrowd(url: string, users: number): Promise<void> {
  const ask = async <T>(query: string, variables: object): Promise<T> => {
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { data, errors } = (await answer.json()) as { data: T | null; errors?: unknown };
    if (data === null || errors !== undefined) throw new Error(`the service does not take the crowd: ${JSON.stringify(errors)}`);
    return data;
  };
  const itemIds: string[] = [];
  for (let after: string | null = null, isMore = true; isMore;) {
    const { items: page }: { items: ItemPage } = await ask(ITEMS, { first: ITEMS_A_PAGE, after });
    itemIds.push(...page.items.map(({ id }) => id));
    ({ endCursor: after, hasNextPage: isMore } = page.pageInfo);
  }
  const purchase = (no: number): object => ({
    id: randomUUID(), type: 'PURCHASE', userId: `crowd${Math.floor(no / ITEMS_EACH)}`, itemId: itemIds[no % itemIds.length], orderId: randomUUID(), amount: 10, currency: 'CNY', occurredAt: new Date().toISOString(),
  }); // prettier-ignore
  for (let sent = 0; sent < users * ITEMS_EACH;) {
    const events = Array.from({ length: Math.min(A_BATCH, users * ITEMS_EACH - sent) }, () => purchase(sent++));
    const { recordEvents } = await ask<{ recordEvents: { accepted: number } }>(RECORD, { events });
    if (recordEvents.accepted < events.length) throw new Error(`of ${events.length} purchases ${recordEvents.accepted} were taken`);
  }
}
