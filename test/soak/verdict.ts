import { floors, type Point, type Slope, slopeOf } from './slope.js';

/** What was seen of the service in one span of some seconds. */
export interface Row {
  /** Hours from when the load was held to the end of the span. */
  hours: number;
  /** Bytes; the lowest that was seen in the span. */
  resident: number;
  heap: number;
  external: number;
  /** Bytes of the heap, and of typed arrays beside it, at the end of the span, once all garbage was collected. */
  live: number;
  /** Of them the code that V8 compiled, and what belongs to it. */
  code: number;
  /** Resident bytes of the processes that the service keeps for long jobs and models. */
  helpersResident: number;
  /** Those of the load's own connections left aside. */
  descriptors: number;
  lagP99Ms: number;
  /** Answered requests, those of them that were answered as asked, and those that never got an answer. */
  answered: number;
  good: number;
  lost: number;
  /** Answers by status and code of the error. */
  errors: Record<string, number>;
  /** Times the load had no room left to send what was due. */
  notSent: number;
  feedP50Ms: number;
  feedP99Ms: number;
  cpuMsPerRequest: number;
  backends: number;
  seconds: number;
  /** Users met since the beginning. */
  users: number;
  /** Processes of the whole machine that wanted to run, over the last minute. */
  load: number;
}

export interface Judgement {
  warmUpHours: number;
  residentSlope: Slope | null;
  liveSlope: Slope | null;
  /** They grew when the last third of the time never needed as few as the first third at most. */
  descriptors: { least: number; most: number; grew: boolean };
  /** Why the run does not pass; empty when it does. */
  faults: string[];
}

const MB = 1024 * 1024;
const FLOOR_HOURS = 5 / 60;
/** MB an hour. */
export const LIVE_LIMIT = 1;
/** A slope is known to be below a limit when it is so many of its errors below it. */
const ERRORS = 2;
/** What is added to the name of a refusal that does not say when to come back. */
export const UNANNOUNCED = ' without Retry-After';
const isFault = (error: string): boolean => error.startsWith('5') && (!error.startsWith('503') || error.endsWith(UNANNOUNCED));

/** @param warmUpHours what comes before is not judged: caches fill until they are as large as they may become */
export function judgeSoak(rows: readonly Row[], warmUpHours: number): Judgement {
  const judged = rows.filter(({ hours }) => hours > warmUpHours);
  const lows = (of: (row: Row) => number): Point[] =>
    floors(
      judged.map((row) => ({ hours: row.hours, value: of(row) / MB })),
      FLOOR_HOURS,
    );
  const open = judged.map(({ descriptors }) => descriptors);
  const third = Math.floor(open.length / 3);
  const [first, last] = [open.slice(0, third), open.slice(-third)];
  const found = {
    warmUpHours,
    residentSlope: slopeOf(lows(({ resident }) => resident)),
    liveSlope: slopeOf(lows(({ live }) => live)),
    descriptors: { least: Math.min(...open), most: Math.max(...open), grew: third > 1 && Math.min(...last) > Math.max(...first) },
  };
  return { ...found, faults: faultsOf(found, rows) };
}

function faultsOf({ liveSlope, descriptors }: Omit<Judgement, 'faults'>, rows: readonly Row[]): string[] {
  const faults: string[] = [];
  if (liveSlope) faults.push(...growthOf(liveSlope));
  if (descriptors.grew) faults.push(`open descriptors grew from ${descriptors.least} to ${descriptors.most}`);
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  if (lost > 0) faults.push(`${lost} requests got no answer`);
  for (const [error, n] of totals(rows)) if (isFault(error)) faults.push(`${n} answers were ${error}`);
  return faults;
}

function growthOf({ perHour, error }: Slope): string[] {
  const slope = `${perHour.toFixed(2)} ± ${error.toFixed(2)} MB an hour`;
  if (perHour >= LIVE_LIMIT) return [`live memory grew by ${slope}; the limit is ${LIVE_LIMIT}`];
  return perHour + ERRORS * error < LIVE_LIMIT
    ? []
    : [`whether live memory grew by less than ${LIVE_LIMIT} MB an hour is not shown: ${slope}`];
}

/** Errors of the whole run, the most frequent first. */
export function totals(rows: readonly Row[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { errors } of rows) for (const [error, n] of Object.entries(errors)) sums.set(error, (sums.get(error) ?? 0) + n);
  return [...sums].sort((a, b) => b[1] - a[1]);
}
