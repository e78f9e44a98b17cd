import { bootstrapByUser, type Interval } from './bootstrap.js';
import { densePart, type Density } from './dense-core.js';
import { type History } from './history.js';
import { judge, type Judgement, LIST, type Row, rowOf } from './judgement.js';
import { type Method } from './methods.js';
import { queriesOf, replay, streamOf } from './next-event.js';
import { byTouchesOf, type ByTouches, type Ratio, ratiosOf } from './ratios.js';
import { type Split, splitByTime, splitLastOut, splitTenths } from './splits.js';
import { type Task, taskOf } from './task.js';
import { AppError } from '../errors.js';
import { hash32, seededRandom } from '../random.js';
import { DAY_MS } from '../time.js';

export const PROTOCOLS = ['time', 'leave-last-out', '8-1-1', 'next-event'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What is to be measured, and how. Times are epoch ms. */
export interface Plan {
  dataset: string;
  protocol: Protocol;
  /** `tune` examines a part that the final figures never see. */
  slice: 'final' | 'tune';
  /** Null takes the data as they are. */
  density: Density | null;
  /** Where the test period begins, and where the tuning period before it does; for `time` alone. */
  splitAt: number | null;
  tuneAt: number | null;
  /** Half-life of popularity along a stream. */
  halfLifeMs: number;
  /** Examine at most so many users, or queries, picked by hash; null examines all. */
  limit: number | null;
}

/** A method against the first one of the report, on the same cases. */
export interface Difference {
  method: string;
  against: string;
  recall: Interval;
  ndcg10: Interval;
}

/** What the protocol made of the data; shares are 0..1. */
export interface Counts {
  events: number;
  users: number;
  items: number;
  fitEvents: number;
  testUsers: number;
  /** Users, or queries along a stream. */
  examined: number;
  /** New pairs of the test that concern items of the fit data. */
  warmPairs: number;
  /** Share of all new pairs that concerns items nobody touched before. */
  coldShare: number;
  /** Share of the examined users that follows somebody. */
  followShare: number;
}

export interface Report {
  dataset: string;
  protocol: Protocol;
  slice: 'final' | 'tune';
  density: Density | null;
  /** ISO instants of the examined period; null where the protocol knows none. */
  testFrom: string | null;
  testUntil: string | null;
  /** Half-life of popularity along a stream; null for every other protocol. */
  halfLifeDays: number | null;
  /** List length of the headline figures. */
  listLength: number;
  counts: Counts;
  /** What a reader has to know of each method. */
  notes: string[];
  rows: (Row & { ms: number })[];
  differences: Difference[];
  /** The model over every other method; empty without a model. */
  ratios: Ratio[];
  /** Along a stream, figures apart by how well known the targets were; else empty. */
  byTouches: ByTouches[];
}

const RESAMPLES = 1000;
const SEED = 20;

/** As many as asked for, picked by the hash of their names, in the order they had. */
function sampled<T>(all: readonly T[], limit: number | null, nameOf: (one: T) => string): T[] {
  if (limit === null || all.length <= limit) return [...all];
  const hashed = all.map((one, place) => ({ place, hash: hash32(nameOf(one)) })).sort((a, b) => a.hash - b.hash || a.place - b.place);
  const picked = hashed.slice(0, limit).map(({ place }) => place);
  return picked.sort((a, b) => a - b).map((place) => all[place]);
}

/** The split that a plan asks for. */
export function splitOf(history: History, { protocol, slice, splitAt, tuneAt }: Plan): Split {
  if (protocol === 'leave-last-out') return splitLastOut(history, slice === 'final' ? 0 : 1);
  if (protocol === '8-1-1') return splitTenths(history, slice === 'final' ? 'test' : 'valid');
  if (slice === 'final') return splitByTime(history, splitAt ?? Number.NaN);
  return splitByTime(history, tuneAt ?? Number.NaN, splitAt ?? Number.NaN);
}

/** What a protocol prepares for the methods: the counts of the data, and a judge of each method. */
interface Bench {
  counts: Counts;
  testFrom: number | null;
  testUntil: number | null;
  judgeMethod: (method: Method) => Promise<Judgement>;
}

function followShare(history: History, users: Iterable<number>): number {
  const follows = [...users].map((user) => Number((history.followees?.[user] ?? []).length > 0));
  return follows.reduce((sum, one) => sum + one, 0) / follows.length;
}

/** A task with as many examinees as the plan allows; users with cold items alone are taken in proportion. */
export function limitedTask(task: Task, limit: number | null): Task {
  const examinees = sampled(task.examinees, limit, ({ user }) => task.history.users[user]);
  return { ...task, examinees, usersWithCold: task.usersWithCold * (examinees.length / task.examinees.length) };
}

function splitBench(history: History, plan: Plan): Bench {
  const task = limitedTask(taskOf(history, splitOf(history, plan)), plan.limit);
  const { examinees } = task;
  const counts: Counts = {
    events: history.at.length,
    users: history.users.length,
    items: history.items.length,
    fitEvents: task.split.fit.length,
    testUsers: new Set(task.split.test.map(({ user }) => user)).size,
    examined: examinees.length,
    warmPairs: task.warmPairs,
    coldShare: 1 - task.warmPairs / task.newPairs,
    followShare: followShare(history, examinees.map(({ user }) => user)), // prettier-ignore
  };
  const isTimed = plan.protocol === 'time';
  return {
    counts,
    testFrom: isTimed ? (plan.slice === 'final' ? plan.splitAt : plan.tuneAt) : null,
    testUntil: isTimed && plan.slice === 'tune' ? plan.splitAt : null,
    judgeMethod: (method) => judge(task, method.rank(task, LIST)),
  };
}

function streamBench(history: History, plan: Plan): Bench {
  const stream = streamOf(history, plan.slice);
  const all = queriesOf(stream);
  const nameOf = (place: number): string =>
    `${history.users[history.userOf[stream.rows[place]]]}:${history.items[history.itemOf[stream.rows[place]]]}`;
  const places = Int32Array.from(sampled([...all.places], plan.limit, nameOf));
  const queries = { places, cold: all.cold * (places.length / all.places.length) };
  const counts: Counts = {
    events: stream.rows.length,
    users: history.users.length,
    items: history.items.length,
    fitEvents: stream.from,
    testUsers: new Set(stream.rows.slice(stream.from, stream.to).map((row) => history.userOf[row])).size,
    examined: places.length,
    warmPairs: all.places.length,
    coldShare: all.cold / (all.cold + all.places.length),
    followShare: followShare(history, new Set([...places].map((place) => history.userOf[stream.rows[place]]))),
  };
  const atOf = (place: number): number | null => (place < stream.rows.length ? history.at[stream.rows[place]] : null);
  return {
    counts,
    testFrom: atOf(stream.from),
    testUntil: atOf(stream.to),
    judgeMethod: (method) => replay(stream, queries, method.stream(stream, plan.halfLifeMs)),
  };
}

function differencesOf(judged: readonly { name: string; judgement: Judgement }[], listLength: number): Difference[] {
  const recallOf = ({ recall10, recall20 }: Judgement): Float64Array => (listLength === LIST ? recall20 : recall10);
  const [base, ...others] = judged;
  return others.map(({ name, judgement }) => {
    const compare = (a: Float64Array, b: Float64Array): Interval =>
      bootstrapByUser(a.map((value, i) => value - b[i]), judgement.clusters, RESAMPLES, seededRandom(SEED)); // prettier-ignore
    return {
      method: name,
      against: base.name,
      recall: compare(recallOf(judgement), recallOf(base.judgement)),
      ndcg10: compare(judgement.ndcg10, base.judgement.ndcg10),
    };
  });
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/**
 * Measure methods on a data set under one protocol. The first method is the one that the others are compared with.
 *
 * @param clock milliseconds that only grow, for the time each method takes
 * @throws AppError  when the protocol leaves nobody to examine
 */
export async function evaluate(whole: History, plan: Plan, methods: readonly Method[], clock: () => number): Promise<Report> {
  const history = plan.density ? densePart(whole, plan.density) : whole;
  const bench = plan.protocol === 'next-event' ? streamBench(history, plan) : splitBench(history, plan);
  if (!(bench.counts.examined > 0)) throw new AppError('INVALID_INPUT', `${plan.dataset} leaves nobody to examine under ${plan.protocol}`);
  const listLength = plan.protocol === '8-1-1' ? 10 : LIST;
  const judged: { name: string; judgement: Judgement; ms: number }[] = [];
  for (const method of methods) {
    const start = clock();
    const judgement = await bench.judgeMethod(method);
    judged.push({ name: method.name, judgement, ms: Math.round(clock() - start) });
  }
  return {
    dataset: plan.dataset,
    protocol: plan.protocol,
    slice: plan.slice,
    density: plan.density,
    testFrom: isoOrNull(bench.testFrom),
    testUntil: isoOrNull(bench.testUntil),
    halfLifeDays: plan.protocol === 'next-event' ? plan.halfLifeMs / DAY_MS : null,
    listLength,
    counts: bench.counts,
    notes: methods.map(({ note }) => note),
    rows: judged.map(({ name, judgement, ms }) => ({ ...rowOf(name, judgement, history.categories.length > 0), ms })),
    differences: differencesOf(judged, listLength),
    ratios: ratiosOf(judged, listLength),
    byTouches: byTouchesOf(judged),
  };
}
