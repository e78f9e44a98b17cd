import { Blocks, type BlockRule } from '../../core/candidates/blocks.js';
import { type Shop } from '../../core/candidates/shop.js';
import { type BlockStore } from '../../ports/block-store.js';
import { type Notices } from '../../ports/notices.js';
import { coalesced } from '../coalesced.js';

const POLL_MS = 1_000;

export interface BlocksInForce {
  /** Take over what is in force now. */
  refresh(): Promise<void>;
  close(): void;
}

interface Ports {
  blockStore: BlockStore;
  notices: Notices;
  shop: Pick<Shop, 'blocks'>;
  clock: () => number;
  onError: (error: unknown, doing: string) => void;
}

/**
 * Follow what the shop has taken down. While the list cannot be read all that was in force stays so, also what would be over by now; a process that has never
 * read it does not serve.
 */
export async function openBlocks({ blockStore, notices, shop, clock, onError }: Ports): Promise<BlocksInForce> {
  let known = '[]';
  const refresh = coalesced(async () => {
    const rules = (await blockStore.inForce(clock())).map(({ target, value, level }): BlockRule => ({ target, value, level }));
    const text = JSON.stringify(rules);
    if (text === known) return;
    known = text;
    shop.blocks = new Blocks(rules);
  });
  const quietly = () => void refresh().catch((error: unknown) => onError(error, 'refresh the blocks'));
  await refresh();
  notices.subscribe('blocks', quietly);
  const poll = setInterval(quietly, POLL_MS);
  poll.unref();
  return { refresh, close: () => clearInterval(poll) };
}
