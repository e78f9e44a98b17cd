import { CANDIDATE_SOURCES, type CandidateSource } from '../candidates/sources.js';
import { type RankingSettings } from '../settings.js';
import { bootstrapByUser, type Interval } from './bootstrap.js';
import { densePart, type Density } from './dense-core.js';
import { type History } from './history.js';
import { queriesOf, streamOf } from './next-event.js';
import { configOf, type Service, StreamedService, withoutSlate } from './service-methods.js';
import { AppError } from '../errors.js';
import { hash32, seededRandom } from '../random.js';

const SEED = 20;
const RESAMPLES = 1000;

export interface RetrievalPlan {
  dataset: string;
  slice: 'final' | 'tune';
  density: Density | null;
  /** Examine at most so many queries, picked by hash; null examines all. */
  limit: number | null;
}

/** What one source contributes. Shares are of the queries, 0..1; sizes are means over the queries. */
export interface SourceRow {
  source: CandidateSource;
  quota: number;
  /** Candidates that it named, and those of them that no other named. */
  size: number;
  ownSize: number;
  /** Queries whose next item it named, and those whose next item nobody else named: what is lost without it. */
  recall: number;
  ownRecall: number;
}

export interface RetrievalReport {
  dataset: string;
  slice: 'final' | 'tune';
  density: Density | null;
  queries: number;
  users: number;
  /** Items that somebody had touched, mean over the queries. */
  items: number;
  /** Candidates after the filters, mean over the queries. */
  poolSize: number;
  /** Share of the queries whose next item is among them, 95 % by drawing users anew. */
  recall: Interval;
  sources: SourceRow[];
}

/** Sums over the queries, by source. */
class Tally {
  readonly size = new Float64Array(CANDIDATE_SOURCES.length);
  readonly ownSize = new Float64Array(CANDIDATE_SOURCES.length);
  readonly hits = new Float64Array(CANDIDATE_SOURCES.length);
  readonly ownHits = new Float64Array(CANDIDATE_SOURCES.length);

  note(bits: number, isTarget: boolean): void {
    for (let source = 0; source < CANDIDATE_SOURCES.length; source++) {
      if ((bits & (1 << source)) === 0) continue;
      const isAlone = bits === 1 << source;
      this.size[source]++;
      if (isAlone) this.ownSize[source]++;
      if (isTarget) this.hits[source]++;
      if (isTarget && isAlone) this.ownHits[source]++;
    }
  }
}

/** As many places as wanted, picked by hash, in order. */
function pickedPlaces(places: Int32Array, limit: number | null): Int32Array {
  if (limit === null || places.length <= limit) return places;
  return places.slice().sort((a, b) => hash32(`${a}`) - hash32(`${b}`) || a - b).slice(0, limit).sort(); // prettier-ignore
}

/**
 * How much of what users do next is among the candidates of their feed, as a whole and by source: the service lives through the events, and before every event asked
 * for its pool is looked at. What a source alone named is what a feed loses without it, but for what other sources would then name with the same quotas.
 *
 * @throws AppError when the data leave nothing to ask for
 */
export async function measureRetrieval(
  whole: History,
  plan: RetrievalPlan,
  service: Service,
  settings: RankingSettings,
): Promise<RetrievalReport> {
  const history = plan.density ? densePart(whole, plan.density) : whole;
  const stream = streamOf(history, plan.slice);
  const places = pickedPlaces(queriesOf(stream).places, plan.limit);
  if (places.length === 0) throw new AppError('INVALID_INPUT', `${plan.dataset} leaves nothing to ask for`);
  const streamed = new StreamedService(stream, { service, config: configOf(withoutSlate(settings)) });
  const { replayed } = streamed;
  const seen = history.users.map(() => new Set<number>());
  const tally = new Tally();
  const [clusters, found] = [new Int32Array(places.length), new Float64Array(places.length)];
  let [asked, pooled, known] = [0, 0, 0];
  for (let place = 0; asked < places.length; place++) {
    const [user, item] = [history.userOf[stream.rows[place]], history.itemOf[stream.rows[place]]];
    if (place === places[asked]) {
      const pool = (await streamed.page(user, history.at[stream.rows[place]], seen[user])).pool();
      const target = replayed.nosOf([item])[0];
      pool.itemNos.forEach((no, row) => tally.note(pool.sources[row], no === target));
      clusters[asked] = user;
      found[asked++] = Number(pool.itemNos.includes(target));
      pooled += pool.itemNos.length;
      known += replayed.shop.catalogue.live;
    }
    replayed.observeNext();
    seen[user].add(item);
  }
  const perQuery = (sums: Float64Array, source: CandidateSource): number => sums[CANDIDATE_SOURCES.indexOf(source)] / places.length;
  return {
    dataset: plan.dataset,
    slice: plan.slice,
    density: plan.density,
    queries: places.length,
    users: new Set(clusters).size,
    items: known / places.length,
    poolSize: pooled / places.length,
    recall: bootstrapByUser(found, clusters, RESAMPLES, seededRandom(SEED)),
    sources: settings.sources
      .filter(({ source }) => perQuery(tally.size, source) > 0)
      .map(({ source, limit }) => ({
        source,
        quota: limit,
        size: perQuery(tally.size, source),
        ownSize: perQuery(tally.ownSize, source),
        recall: perQuery(tally.hits, source),
        ownRecall: perQuery(tally.ownHits, source),
      })),
  };
}
