import { type BlockLevel } from '../../core/candidates/blocks.js';
import { type Shop } from '../../core/candidates/shop.js';
import { type PageKind } from '../../core/outcome.js';
import { type FeedAnswer } from '../answers.js';

/** An answer given before, without what was taken down since. */
export function withoutBlocked(answer: FeedAnswer, kind: PageKind, { blocks, catalogue }: Pick<Shop, 'blocks' | 'catalogue'>): FeedAnswer {
  if (blocks.isEmpty) return answer;
  const isBlocked = (id: string, level: BlockLevel): boolean => {
    const no = catalogue.no(id);
    return no !== undefined && blocks.coversItem(catalogue, no, level);
  };
  const items = answer.items
    .filter(({ item }) => !isBlocked(item.id, kind === 'rank' ? 'REMOVE' : 'NO_RECOMMEND'))
    .map((item) => ({ ...item, reasons: item.reasons.filter(({ itemId }) => itemId === null || !isBlocked(itemId, 'NO_RECOMMEND')) }));
  return { ...answer, items };
}
