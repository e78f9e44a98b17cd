import { POPULATION } from './load.js';
import { type SoakRun } from './run.js';
import { type Slope } from './slope.js';
import { type Judgement, type Row, totals } from './verdict.js';

const MB = 1024 * 1024;
const ROWS = 12;

const mb = (bytes: number): string => (bytes / MB).toFixed(0);
const slope = (found: Slope | null): string =>
  found ? `${found.perHour.toFixed(2)} ± ${found.error.toFixed(2)} MB/h` : 'too short to tell';
const sum = (rows: readonly Row[], of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
const mean = (rows: readonly Row[], of: (row: Row) => number): number => sum(rows, of) / rows.length;
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** One line of the table for a span of the run: lows of memory, means of rates, the median of what was seen per row, the worst of the lag. */
function line(rows: readonly Row[], from: number): string {
  const lowest = (of: (row: Row) => number): number => Math.min(...rows.map(of));
  const refused = sum(rows, ({ answered, good }) => answered - good);
  return `| ${[
    `${(60 * from).toFixed(0)}-${(60 * rows.at(-1)!.hours).toFixed(0)}`,
    mb(lowest(({ resident }) => resident)),
    mb(lowest(({ heap }) => heap)),
    (lowest(({ live }) => live) / MB).toFixed(1),
    (lowest(({ code }) => code) / MB).toFixed(1),
    mb(lowest(({ external }) => external)),
    rows.at(-1)!.descriptors,
    rows.at(-1)!.backends,
    (sum(rows, ({ answered }) => answered) / sum(rows, ({ seconds }) => seconds)).toFixed(0),
    refused,
    `${median(rows.map(({ feedP50Ms }) => feedP50Ms)).toFixed(0)} / ${median(rows.map(({ feedP99Ms }) => feedP99Ms)).toFixed(0)}`,
    mean(rows, ({ cpuMsPerRequest }) => cpuMsPerRequest).toFixed(2),
    Math.max(...rows.map(({ lagP99Ms }) => lagP99Ms)).toFixed(0),
  ].join(' | ')} |`;
}

function table(rows: readonly Row[]): string {
  const each = Math.max(1, Math.ceil(rows.length / ROWS));
  const lines: string[] = [];
  for (let i = 0; i < rows.length; i += each) lines.push(line(rows.slice(i, i + each), i === 0 ? 0 : rows[i - 1].hours));
  return lines.join('\n');
}

/** The table of one run. */
export function soakMarkdown({ plan, startedAt, built, machine, peak, held, rows }: SoakRun, judgement: Judgement): string {
  const { warmUpHours, residentSlope, liveSlope, descriptors, faults } = judgement;
  const hours = rows.at(-1)?.hours ?? 0;
  const answered = sum(rows, (row) => row.answered);
  const share = (100 * sum(rows, ({ good }) => good)) / Math.max(1, answered);
  const { least, most } = descriptors;
  const verdict = hours < warmUpHours ? 'Nothing is judged yet.' : faults.length > 0 ? `Does not pass: ${faults.join('; ')}.` : 'Passes.';
  return `Begun ${startedAt.slice(0, 16)}Z, ${(60 * hours).toFixed(0)} of ${plan.minutes} minutes, seed ${plan.seed}, ${machine}, load ${mean(rows, ({ load }) => load).toFixed(1)} at the mean (everything on the machine),
${built ? 'the build' : 'the sources'}, embedded PostgreSQL, live states bounded to ${plan.stateMb} MB. Peak ${peak.toFixed(0)} requests/s, ${held} a second held; ${answered} answered, ${share.toFixed(2)} % as asked${errorsOf(rows)}.
${rows.at(-1)?.users ?? 0} users met: ${POPULATION.regulars} regulars, ${POPULATION.buyers} of them buying, and newcomers the whole time, ${plan.crowd} of them before anything was measured.

| RSS after ${(60 * warmUpHours).toFixed(0)} min | live | descriptors | verdict |
| --- | --- | --- | --- |
| ${slope(residentSlope)} | ${slope(liveSlope)} | ${Number.isFinite(least) ? `${least} to ${most}` : '-'} | ${verdict} |

| minutes | RSS MB | heap MB | live MB | code MB | external MB | descriptors | backends | answered/s | refused | feed ms p50 / p99 | CPU ms a request | loop lag p99 ms |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${table(rows)}
`;
}

function errorsOf(rows: readonly Row[]): string {
  const found = totals(rows).map(([error, n]) => `${n} ${error}`);
  const [lost, notSent] = [sum(rows, (row) => row.lost), sum(rows, (row) => row.notSent)];
  if (lost > 0) found.push(`${lost} without an answer`);
  if (notSent > 0) found.push(`${notSent} not sent, for want of a connection`);
  return found.length > 0 ? `; ${found.join(', ')}` : '';
}
