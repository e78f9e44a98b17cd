import { basename, resolve } from 'node:path';
import { eachRow } from './folder.js';
import { type LedgerEvent } from '../../core/events/event.js';
import { seededRandom } from '../../core/random.js';
import { HOUR_MS, SECOND_MS } from '../../core/time.js';

const COLUMNS = ['ProductRelated', 'ProductRelated_Duration', 'Revenue'];
const ITEMS = 1_000;
const START = Date.UTC(2018, 0, 1);

/**
 * Sessions that are only told in sums, as events: so many views in so much time, and a purchase where there was revenue. The number of views, the time and
 * the outcome are the source's; which items, and how the pauses vary about their mean (exponentially), is drawn.
 */
export async function readSessions(file: string): Promise<{ name: string; events: LedgerEvent[]; items: number }> {
  const random = seededRandom(1);
  const events: LedgerEvent[] = [];
  let session = 0;
  await eachRow(file, COLUMNS, (row) => {
    const looks = Number(row.ProductRelated);
    const pause = (Number(row.ProductRelated_Duration) * SECOND_MS) / Math.max(1, looks);
    let at = START + session++ * (HOUR_MS / 10);
    const tell = (type: LedgerEvent['type']): void => {
      const itemNo = Math.floor(random() * ITEMS);
      const seq = events.length + 1;
      events.push({ id: `${seq}`, type, userId: `session-${session}`, occurredAt: at, receivedAt: at, itemId: `${itemNo}`, itemNo, attribution: 'UNATTRIBUTED', writer: 1, seq }); // prettier-ignore
    };
    for (let i = 0; i < looks; i++) {
      tell('VIEW');
      at += Math.round(-pause * Math.log(1 - random()));
    }
    if (row.Revenue === 'TRUE') for (const type of ['ADD_TO_CART', 'PURCHASE'] as const) tell(type);
  });
  events.sort((a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq);
  return { name: basename(resolve(file, '..')), events, items: ITEMS };
}
