import { type Candidates } from '../candidates/candidates.js';
import { shownOf } from '../candidates/shown.js';
import { type Signals } from '../candidates/signals.js';
import { sourcesOf } from '../candidates/sources.js';
import { type PlacedSlate } from '../diversification/place-candidates.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type PipelineRun } from '../pipeline.js';
import { type Ranking } from '../scoring/rank-candidates.js';
import { DAY_MS } from '../time.js';
import { BADGES, badgesFor } from './badges.js';
import { type PlacedItem } from './exposure.js';
import { Reasons } from './reasons.js';

/** Name of the component. */
export const EXPLANATION = 'reasons';

const REPEAT_WITHIN_MS = 30 * DAY_MS;

interface Explained {
  signals: Signals;
  candidates: Candidates;
  matrix: FeatureMatrix;
  ranking: Ranking;
  /** Places in the order of scores, in the order of positions. */
  slate: Pick<PlacedSlate, 'order' | 'explored' | 'propensities' | 'widened'>;
}

/** Everything that is told and kept of the items placed. Where nothing was left to chance, no propensity is told. */
export function explainPlaced({ signals, candidates, matrix, ranking, slate }: Explained, run: PipelineRun): PlacedItem[] {
  const { catalogue } = signals.shop;
  const { terms, scores, order } = ranking;
  const work = (): PlacedItem[] => {
    const reasons = new Reasons({ signals, candidates, matrix, terms, isExact: ranking.model === null });
    return Array.from(slate.order, (rank, i) => {
      const row = order[rank];
      const itemNo = candidates.itemNos[row];
      const isExplored = slate.explored?.[i] === 1;
      const isWidening = slate.widened?.fresh.has(rank) ?? false;
      const { id, productIds } = catalogue.item(itemNo);
      return {
        itemNo,
        itemId: id,
        position: signals.request.placedBefore.length + i + 1,
        score: scores[row],
        rankBefore: rank + 1,
        sources: sourcesOf(candidates.sources[row]),
        exploration: isExplored || isWidening,
        promoted: false,
        repeat: wasShown(signals, itemNo),
        propensity: slate.propensities?.[i] ?? null,
        contributions: ranking.contributionsOf(row),
        reasons: isExplored ? reasons.ofExplored(row) : isWidening ? reasons.ofWidening(row) : reasons.of(row),
        productIds: [...productIds],
      };
    });
  };
  const placed = run.step('explain', EXPLANATION, slate.order.length, work, ({ length }) => length);
  return withBadges(signals, placed, run);
}

function withBadges(signals: Signals, placed: PlacedItem[], run: PipelineRun): PlacedItem[] {
  const work = (): PlacedItem[] => {
    const badges = badgesFor(signals, placed.map(({ itemNo }) => itemNo)); // prettier-ignore
    return placed.map((item, i) => (badges[i] ? { ...item, socialProof: badges[i] } : item));
  };
  return run.step('explain', BADGES, placed.length, work, (badged) => badged.filter(({ socialProof }) => socialProof).length);
}

/** Whether the user was shown an item or a near-copy in the 30 days before; false where what he was shown may not be read. */
function wasShown(signals: Signals, itemNo: number): boolean {
  const shown = shownOf(signals, itemNo);
  return shown !== undefined && signals.now - shown.at < REPEAT_WITHIN_MS;
}
