import { type LabelledOutcome } from '../exposures/labels.js';
import { exposureId, type Page } from '../exposures/exposure.js';
import { type SampledPool } from '../exposures/pool.js';

/** How many of the requests whose pools were kept, and about how many of all. */
export interface JourneyCount {
  sampled: number;
  /** Each kept request stands for as many as its share says; 0 where that is 0. */
  estimated: number;
}

/** How far one item came in the requests of a period. */
export interface ItemJourney {
  /** Requests of which the whole pool is known. */
  requests: JourneyCount;
  /** Some source proposed it. */
  retrieved: JourneyCount;
  /** Of these, a filter took it out; filters with the most first. */
  removed: JourneyCount;
  removedBy: ({ filter: string } & JourneyCount)[];
  /** It was scored. */
  ranked: JourneyCount;
  /** Ranked, and on no place of the page. */
  displaced: JourneyCount;
  served: JourneyCount;
  seen: JourneyCount;
  /** By score, from 1, over the requests where it was ranked; null where it never was. */
  meanRank: number | null;
}

export interface JourneyRequest {
  page: Pick<Page, 'feedId' | 'placed'>;
  pool: Pick<SampledPool, 'itemNos' | 'removed' | 'samplingRate'>;
  outcomes: readonly (Pick<LabelledOutcome, 'type'> & { exposureId: string })[];
}

const none = (): JourneyCount => ({ sampled: 0, estimated: 0 });

/** Follows one item through the pools of requests, in any order. */
export class JourneyOfItem {
  private readonly counts = {
    requests: none(), retrieved: none(), removed: none(), ranked: none(), displaced: none(), served: none(), seen: none(),
  }; // prettier-ignore
  private readonly byFilter = new Map<string, JourneyCount>();
  private ranks = 0;

  constructor(private readonly itemNo: number) {}

  add({ page, pool, outcomes }: JourneyRequest): void {
    const { itemNo, counts } = this;
    const count = (of: JourneyCount): void => {
      of.sampled++;
      of.estimated += pool.samplingRate > 0 ? 1 / pool.samplingRate : 0;
    };
    count(counts.requests);
    const row = pool.itemNos.indexOf(itemNo);
    const removal = pool.removed.find((removed) => removed.itemNo === itemNo);
    const card = page.placed.find((placed) => placed.itemNo === itemNo);
    if (row >= 0 || removal || card) count(counts.retrieved);
    if (removal) {
      count(counts.removed);
      const of = this.byFilter.get(removal.component) ?? none();
      this.byFilter.set(removal.component, of);
      count(of);
    }
    if (row >= 0) {
      count(counts.ranked);
      this.ranks += row + 1;
      if (!card) count(counts.displaced);
    }
    if (!card) return;
    count(counts.served);
    const id = exposureId(page.feedId, card.position);
    if (outcomes.some((outcome) => outcome.exposureId === id && outcome.type === 'IMPRESSION')) count(counts.seen);
  }

  journey(): ItemJourney {
    const { ranked } = this.counts;
    const removedBy = [...this.byFilter].map(([filter, count]) => ({ filter, ...count }));
    removedBy.sort((a, b) => b.sampled - a.sampled || (a.filter < b.filter ? -1 : 1));
    return { ...this.counts, removedBy, meanRank: ranked.sampled === 0 ? null : this.ranks / ranked.sampled };
  }
}
