import { distinctLatest, type Incidence, NeighbourRows, type Rows, transposed } from './co-occurrence.js';
import { type Neighbours } from './neighbours.js';
import { largestPlaces } from './selection.js';

/** How many items may speak for one; those that share most with it by shrunk cosine. */
const PREDICTORS = 100;
/** Holds weights down: in units of an item's likeness to itself. */
const PENALTY = 3;
const ROUNDS = 3;
/** Some milliseconds of work. */
const OPERATIONS_A_STEP = 400_000;

/**
 * For every item the weights with which others speak for it when they are heard together: ridge regression of its users on those of the 100 items most like it, weights not
 * below 0, on shrunk cosines. Unlike a cosine, a weight is small where another item already says the same, so many alike do not outvote one that is different. Rows hold whom an
 * item speaks for, strongest first. Time O(items * (PREDICTORS² * rounds + acts of the users of its predictors)). Pauses every few milliseconds.
 *
 * @see Ning and Karypis 2011, "SLIM", doi:10.1109/ICDM.2011.134; Steck 2019, "Embarrassingly shallow autoencoders", doi:10.1145/3308558.3313710
 */
export function* regressedNeighbours(
  incidence: Incidence,
  {
    itemCount,
    builtAt,
    most,
    mostOfOne,
    shrinkage,
  }: { itemCount: number; builtAt: number; most: number; mostOfOne: number; shrinkage: number },
): Generator<void, Neighbours> {
  const itemsOf = distinctLatest(incidence, itemCount, mostOfOne);
  yield;
  const groupsOf = transposed(itemsOf, itemCount);
  yield;
  const regression = new Regression(groupsOf, itemsOf, shrinkage);
  const [from, to, weights]: [number[], number[], number[]] = [[], [], []];
  let operations = 0;
  for (let item = 0; item < itemCount; item++) {
    operations += regression.solveFor(item);
    for (let i = 0; i < regression.size; i++) {
      if (regression.weights[i] === 0) continue;
      from.push(regression.predictors[i]);
      to.push(item);
      weights.push(Math.min(1, regression.weights[i] * (1 + PENALTY)));
    }
    if (operations < OPERATIONS_A_STEP) continue;
    operations = 0;
    yield;
  }
  return { builtAt, ...(yield* byPredictor(from, to, weights, itemCount, most)) };
}

/** Weights by whom they come from. */
function* byPredictor(
  from: number[],
  to: number[],
  weights: number[],
  itemCount: number,
  most: number,
): Generator<void, Omit<Neighbours, 'builtAt'>> {
  const pairs = transposed(
    { offsets: Uint32Array.from({ length: from.length + 1 }, (_, i) => i), members: Uint32Array.from(from) },
    itemCount,
  );
  yield;
  const table = new NeighbourRows(itemCount, most);
  const [nos, values] = [new Uint32Array(from.length), new Float64Array(from.length)];
  for (let item = 0; item < itemCount; item++) {
    let size = 0;
    for (let i = pairs.offsets[item]; i < pairs.offsets[item + 1]; i++) {
      nos[size] = to[pairs.members[i]];
      values[size++] = weights[pairs.members[i]];
    }
    table.add(nos, values, size);
  }
  return table.finish();
}

/** The regression of one item after the other; made once. */
class Regression {
  /** [size] */
  predictors: Uint32Array = new Uint32Array(0);
  /** [size] 0 or more */
  readonly weights = new Float64Array(PREDICTORS);
  size = 0;
  private readonly counts: Float64Array;
  private readonly touched: Uint32Array;
  private readonly strengths: Float64Array;
  private readonly placeOf: Int32Array;
  private readonly roots: Float64Array;
  private readonly likeness = new Float64Array(PREDICTORS * PREDICTORS);
  private readonly target = new Float64Array(PREDICTORS);

  constructor(
    private readonly groupsOf: Rows,
    private readonly itemsOf: Rows,
    private readonly shrinkage: number,
  ) {
    const itemCount = groupsOf.offsets.length - 1;
    this.counts = new Float64Array(itemCount);
    this.touched = new Uint32Array(itemCount);
    this.strengths = new Float64Array(itemCount);
    this.placeOf = new Int32Array(itemCount).fill(-1);
    this.roots = Float64Array.from({ length: itemCount }, (_, item) => Math.sqrt(groupsOf.offsets[item + 1] - groupsOf.offsets[item]));
  }

  /** Find the weights for an item; the operations that took. */
  solveFor(item: number): number {
    let operations = this.choosePredictors(item);
    operations += this.compareAmongThem();
    return operations + this.descend();
  }

  private choosePredictors(item: number): number {
    const { counts, touched, strengths, roots, target } = this;
    let found = 0;
    const operations = this.visit(item, (other) => {
      if (other === item) return;
      if (counts[other]++ === 0) touched[found++] = other;
    });
    for (let i = 0; i < found; i++) {
      strengths[i] = counts[touched[i]] / (roots[item] * roots[touched[i]] + this.shrinkage);
      counts[touched[i]] = 0;
    }
    const places = largestPlaces(touched, strengths, found, PREDICTORS);
    this.size = places.length;
    this.predictors = places.map((place) => touched[place]);
    for (let i = 0; i < places.length; i++) target[i] = strengths[places[i]];
    return operations;
  }

  /** How alike the predictors are among each other. */
  private compareAmongThem(): number {
    const { predictors, size, placeOf, likeness, roots } = this;
    for (let i = 0; i < size; i++) placeOf[predictors[i]] = i;
    likeness.fill(0, 0, size * size);
    let operations = size * size;
    for (let i = 0; i < size; i++) {
      const row = i * size;
      operations += this.visit(predictors[i], (other) => {
        const place = placeOf[other];
        if (place >= 0) likeness[row + place]++;
      });
      for (let j = 0; j < size; j++) likeness[row + j] /= roots[predictors[i]] * roots[predictors[j]] + this.shrinkage;
      likeness[row + i] = 1;
    }
    for (let i = 0; i < size; i++) placeOf[predictors[i]] = -1;
    return operations;
  }

  /** Coordinate descent: each weight in turn becomes the best one given the others. */
  private descend(): number {
    const { weights, likeness, target, size } = this;
    weights.fill(0);
    const said = new Float64Array(size);
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < size; i++) {
        const weight = Math.max(0, (target[i] - (said[i] - weights[i])) / (1 + PENALTY));
        const change = weight - weights[i];
        if (change === 0) continue;
        weights[i] = weight;
        for (let j = 0; j < size; j++) said[j] += change * likeness[i * size + j];
      }
    }
    return ROUNDS * size * size;
  }

  /** Call with every item of every group of an item; how many those were. */
  private visit(item: number, use: (other: number) => void): number {
    const { groupsOf, itemsOf } = this;
    let visits = 0;
    for (let g = groupsOf.offsets[item]; g < groupsOf.offsets[item + 1]; g++) {
      const end = itemsOf.offsets[groupsOf.members[g] + 1];
      for (let i = itemsOf.offsets[groupsOf.members[g]]; i < end; i++) use(itemsOf.members[i]);
      visits += end - itemsOf.offsets[groupsOf.members[g]];
    }
    return visits;
  }
}
