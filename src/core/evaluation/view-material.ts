import { candidateNamesOf, behaviourOf } from '../scoring/behaviour.js';
import { type BuiltPage } from '../page.js';
import { DAY_MS } from '../time.js';
import { type History } from './history.js';
import { pageOf, type Deployed } from './service-methods.js';
import { ReplayedShop } from './replayed-shop.js';
import { type MaterialQuery } from './training-material.js';

const WINDOW_MS = DAY_MS;
const RELEARN_SHARE = 0.02;
const VIEWS: ReadonlySet<string> = new Set(['view', 'pv', 'click']);
const CARTS: ReadonlySet<string> = new Set(['cart', 'add_to_cart', 'favorite', 'save']);
const ORDERS: ReadonlySet<string> = new Set(['purchase', 'buy']);

/** [events] bits of MATERIAL_LABELS for what later events of the same pair were within a day; the first is any of the others, since it was viewed already. */
function labelsOf(history: History): Uint8Array {
  const { userOf, itemOf, typeOf, at, types, items } = history;
  const labels = new Uint8Array(at.length);
  const nextCart = new Map<number, number>();
  const nextOrder = new Map<number, number>();
  for (let row = at.length - 1; row >= 0; row--) {
    const pair = userOf[row] * items.length + itemOf[row];
    const within = (next: Map<number, number>): boolean => (next.get(pair) ?? Infinity) - at[row] <= WINDOW_MS;
    const [cart, order] = [within(nextCart), within(nextOrder)];
    labels[row] = Number(cart || order) + 2 * Number(cart) + 4 * Number(order);
    const type = types[typeOf[row]].toLowerCase();
    if (CARTS.has(type)) nextCart.set(pair, at[row]);
    if (ORDERS.has(type)) nextOrder.set(pair, at[row]);
  }
  return labels;
}

/**
 * Live through all events and tell, of every view whose day has passed by the end of the data, what was known of the user and the item just before it.
 *
 * @param until epoch ms: views from then on, or whose day ends after it, are not told
 */
export async function* viewMaterial(
  history: History,
  deployed: Deployed,
  { until, sequenceLength }: { until: number; sequenceLength: number },
): AsyncGenerator<MaterialQuery> {
  const rows = Int32Array.from(history.at.keys());
  const replayed = new ReplayedShop(history, rows);
  const labels = labelsOf(history);
  const every = Math.max(1, Math.floor(rows.length * RELEARN_SHARE));
  const end = Math.min(until, history.at[rows.length - 1]);
  for (const row of rows) {
    if (row % every === 0) replayed.learnFrom(row, deployed.service.neighbourWindowMs);
    const at = history.at[row];
    if (at + WINDOW_MS > end) return;
    const isView = VIEWS.has(history.types[history.typeOf[row]].toLowerCase());
    if (isView && row > 0) yield await queryOf(replayed, deployed, history, row, { label: labels[row], sequenceLength });
    replayed.observeNext();
  }
}

async function queryOf(
  replayed: ReplayedShop,
  deployed: Deployed,
  history: History,
  row: number,
  { label, sequenceLength }: { label: number; sequenceLength: number },
): Promise<MaterialQuery> {
  const [user, item, at] = [history.userOf[row], history.itemOf[row], history.at[row]];
  replayed.introduce(item, at);
  const page: BuiltPage = await pageOf(replayed, deployed, user, at, { candidates: replayed.nosOf([item]) });
  const { itemNos, features } = page.pool();
  return {
    user,
    at,
    share: row / history.at.length,
    typeNo: history.typeOf[row],
    poolSize: itemNos.length,
    isWhole: true,
    isRetrieved: itemNos.length > 0,
    items: Int32Array.from(itemNos, () => item),
    labels: Uint8Array.from(itemNos, () => label),
    features,
    names: candidateNamesOf(itemNos, replayed.shop.catalogue),
    sequence: behaviourOf(replayed.stateOf(user, at), replayed.shop.catalogue, at, sequenceLength),
  };
}
