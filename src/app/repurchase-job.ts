import { learnCycles, packCycles, type Trade } from '../core/candidates/repurchase.js';
import { DAY_MS } from '../core/time.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type Notices } from '../ports/notices.js';
import { inSlices } from './neighbours-job.js';
import { CYCLES_ARTEFACT, type ShopIndex } from './shop-index.js';

/** Long enough for two spells of the longest gap that counts. */
const HISTORY_DAYS = 400;

interface Ports {
  ledger: Ledger;
  artefacts: ArtefactStore;
  notices: Notices;
  index: ShopIndex;
  clock: () => number;
  log: Log;
}

/** Learn from all purchases how long it takes until things are bought again. */
export function createRepurchaseJob({ ledger, artefacts, notices, index, clock, log }: Ports): () => Promise<boolean> {
  return async () => {
    const started = clock();
    const trades = await readTrades(ledger, started);
    const { catalogue } = index.shop;
    const categoriesOf = (itemNo: number): readonly number[] => catalogue.categoriesOf(itemNo);
    const cycles = await inSlices(learnCycles(trades, categoriesOf, started), clock);
    await artefacts.put(CYCLES_ARTEFACT, packCycles(cycles));
    await notices.publish('cycles');
    const tookMs = clock() - started;
    log.info(
      { trades: trades.length, categories: cycles.byCategory.size, tookMs },
      'learned how long it takes until things are bought again',
    );
    return true;
  };
}

/** Who bought or gave back what, users by number. Orphans say nothing, nor does a purchase that claims to be of the future. */
async function readTrades(ledger: Ledger, now: number): Promise<Trade[]> {
  const since = now - HISTORY_DAYS * DAY_MS;
  const numberByUser = new Map<string, number>();
  const trades: Trade[] = [];
  for await (const events of ledger.eventsSince({ since, last: new Map() })) {
    for (const { type, userId, itemNo, occurredAt: at, attribution } of events) {
      if ((type !== 'PURCHASE' && type !== 'REFUND') || itemNo < 0 || attribution === 'ORPHAN' || at > now) continue;
      let userNo = numberByUser.get(userId);
      if (userNo === undefined) numberByUser.set(userId, (userNo = numberByUser.size));
      trades.push({ userNo, itemNo, at, bought: type === 'PURCHASE' });
    }
  }
  return trades;
}
