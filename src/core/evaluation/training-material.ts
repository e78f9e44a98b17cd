import { behaviourOf, candidateNamesOf } from '../scoring/behaviour.js';
import { type BehaviourSequence } from '../scoring/intent-model.js';
import { hash32, seededRandom, type Random } from '../random.js';
import { queriesOf, type Stream } from './next-event.js';
import { type Deployed, StreamedService } from './service-methods.js';

/** What is kept of every query. */
export interface MaterialPlan {
  /** Candidates other than the target that are kept of a query, drawn from its pool with equal chance; fewer where the pool is smaller. */
  negatives: number;
  /** About so many queries keep their whole pool, whether or not it holds the target: picked by hash from `wholeFrom` on. */
  whole: number;
  /** Share of the stream's events, 0..1, from which on whole pools are kept. */
  wholeFrom: number;
  seed: number;
  /** How many of the user's last acts are told. */
  sequenceLength: number;
}

/**
 * One user about to touch something new: candidates as the service drew them at that instant, in an order that says nothing, and which of them it was.
 */
export interface MaterialQuery {
  user: number;
  /** Epoch ms */
  at: number;
  /** Share of the stream's events that came before, 0..1. */
  share: number;
  /** Type of the event that came, as the source calls it. */
  typeNo: number;
  /** Candidates before any were drawn. */
  poolSize: number;
  isWhole: boolean;
  /** Whether the pool held the target; without it only queries with a whole pool have rows. */
  isRetrieved: boolean;
  /** [n] items of the history */
  items: Int32Array;
  /** [n] bits of MATERIAL_LABELS: what the target got, 0 for every other */
  labels: Uint8Array;
  /** [n * features] row-major, as served */
  features: Float32Array;
  names: { category: BigInt64Array; brand: BigInt64Array; creator: BigInt64Array };
  sequence: BehaviourSequence;
}

/** Heads that a replay knows of; every act is taken for a click, and an order for all three. */
export const MATERIAL_LABELS = ['click', 'addToCart', 'purchase'] as const;
const [CLICKED, IN_CART, BOUGHT] = [1, 3, 7];
const LABELS_BY_TYPE: ReadonlyMap<string, number> = new Map([
  ['cart', IN_CART],
  ['add_to_cart', IN_CART],
  ['purchase', BOUGHT],
  ['buy', BOUGHT],
]);

const TWO_TO_32 = 2 ** 32;

/** Put numbers into an order by chance, in place (Fisher and Yates). */
export function shuffle(values: Uint32Array, random: Random): Uint32Array {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

/** Rows of a pool to keep, in an order by chance: the target among them where there is one. */
export function drawRows(poolSize: number, target: number, negatives: number, random: Random): Uint32Array {
  const order = shuffle(Uint32Array.from({ length: poolSize }, (_, row) => row), random); // prettier-ignore
  const drawn = order.filter((row) => row !== target).subarray(0, negatives);
  return target < 0 ? drawn : shuffle(Uint32Array.of(...drawn, target), random);
}

/**
 * Live through a stream and tell, of every event that is asked for, what the service would have chosen from just before it. Every number is of that
 * instant; nothing later is known, and the service is not told what it is asked for.
 */
export async function* trainingMaterial(stream: Stream, deployed: Deployed, plan: MaterialPlan): AsyncGenerator<MaterialQuery> {
  const { history, rows } = stream;
  const service = new StreamedService(stream, deployed);
  const { places } = queriesOf(stream);
  const inPart = places.filter((place) => place >= plan.wholeFrom * rows.length).length;
  const seenBy = history.users.map(() => new Set<number>());
  const random = seededRandom(plan.seed);
  let asked = 0;
  for (let place = 0; place < stream.to && asked < places.length; place++) {
    const [user, item] = [history.userOf[rows[place]], history.itemOf[rows[place]]];
    if (place === places[asked]) {
      asked++;
      const chance = hash32(`${plan.seed}/${history.users[user]}:${history.items[item]}`) / TWO_TO_32;
      const isWhole = place >= plan.wholeFrom * rows.length && chance * inPart < plan.whole;
      const typeNo = history.typeOf[rows[place]];
      const label = LABELS_BY_TYPE.get(history.types[typeNo].toLowerCase()) ?? CLICKED;
      const query = await queryOf(
        service,
        history.at[rows[place]],
        { user, item, label, seen: seenBy[user] },
        { ...plan, isWhole, random },
      );
      yield { ...query, share: place / rows.length, typeNo };
    }
    service.replayed.observeNext();
    seenBy[user].add(item);
  }
}

type Asked = { user: number; item: number; label: number; seen: ReadonlySet<number> };
type Draw = Pick<MaterialPlan, 'negatives' | 'sequenceLength'> & { isWhole: boolean; random: Random };

async function queryOf(
  service: StreamedService,
  at: number,
  { user, item, label, seen }: Asked,
  { isWhole, negatives, sequenceLength, random }: Draw,
): Promise<Omit<MaterialQuery, 'share' | 'typeNo'>> {
  const { replayed } = service;
  const { catalogue } = replayed.shop;
  const pool = (await service.page(user, at, seen)).pool();
  const width = pool.features.length / Math.max(1, pool.itemNos.length);
  const target = pool.itemNos.findIndex((no) => replayed.itemAt(no) === item);
  const kept = target < 0 && !isWhole ? 0 : isWhole ? pool.itemNos.length : negatives;
  const drawn = drawRows(kept === 0 ? 0 : pool.itemNos.length, target, kept, random);
  const features = new Float32Array(drawn.length * width);
  drawn.forEach((row, i) => features.set(pool.features.subarray(row * width, (row + 1) * width), i * width));
  const nos = drawn.map((row) => pool.itemNos[row]);
  return {
    user,
    at,
    poolSize: pool.itemNos.length,
    isWhole,
    isRetrieved: target >= 0,
    items: Int32Array.from(nos, (no) => replayed.itemAt(no)),
    labels: Uint8Array.from(drawn, (row) => (row === target ? label : 0)),
    features,
    names: candidateNamesOf(nos, catalogue),
    sequence: behaviourOf(replayed.stateOf(user, at), catalogue, at, sequenceLength),
  };
}
