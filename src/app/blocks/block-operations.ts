import { AppError, type Fault, refuseFaults } from '../../core/errors.js';
import { noBlock, readBlock, readReason } from '../../core/candidates/block-input.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type Block, type BlockStore } from '../../ports/block-store.js';
import { type BlockAnswer } from '../answers.js';
import { type App } from '../app.js';
import { type BlocksInForce } from './blocks-in-force.js';

/** Each is looked at for every candidate of every page. */
const MAX_IN_FORCE = 10_000;
const MAX_LIST = 500;

/** What an operator takes down, and puts back. */
export function createBlockOperations({
  blockStore,
  blocks,
  clock,
}: {
  blockStore: BlockStore;
  blocks: Pick<BlocksInForce, 'refresh'>;
  clock: () => number;
}): Pick<App, 'block' | 'unblock' | 'blocks'> {
  return {
    async block(input, actor) {
      const now = clock();
      const order = readBlock(input, now);
      const added = await blockStore.add(order, { actor, at: now, most: MAX_IN_FORCE }).finally(blocks.refresh);
      return present(added);
    },
    async unblock({ id, reason }, actor) {
      const faults: Fault[] = [];
      const why = readReason(new InputReader({ reason }, faults), reason);
      refuseFaults(faults);
      const lifted = await blockStore.lift(id, { actor, at: clock(), reason: why });
      if (!lifted) throw new AppError('NOT_FOUND', noBlock(id));
      await blocks.refresh();
      return present(lifted);
    },
    blocks: async (active) => (await blockStore.list({ active, now: clock(), first: MAX_LIST })).map(present),
  };
}

const NO_TARGET = { itemId: null, creatorId: null, brand: null, category: null, titleContains: null };

const present = ({ target, value, ...block }: Block): BlockAnswer => ({ ...NO_TARGET, ...block, [target]: value });
