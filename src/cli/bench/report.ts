import { cpus, loadavg } from 'node:os';
import { type ExposureRows } from './exposure-rows.js';
import { type SizeResult } from './measure.js';
import { brokenByOverload, overloadMarkdown, type OverloadResult } from './overload.js';

export interface BenchResult {
  at: string;
  machine: string;
  node: string;
  sizes: SizeResult[];
  exposures: ExposureRows;
  /** Null where it was not measured. */
  overload: OverloadResult | null;
}

/** Limits that the bench holds; the run fails when one is passed. */
export const LIMITS = { cpuMsPerFeed: 2.5, eventsPerSecond: 10_000 };

/** What the bench ran on, and how busy that was over the last five minutes, the bench itself included. */
export const machine = (): string => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'} at a load of ${loadavg()[1].toFixed(1)}`;

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** A feed in plain answers of the same run: a machine that others use too, or that is slower, raises both. */
const timesBaseline = ({ cpuMsPerFeed, baselineCpuMs }: SizeResult): string => `${(cpuMsPerFeed / baselineCpuMs).toFixed(0)} ×`;
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The figures as Markdown, for people. */
export function benchMarkdown({ at, machine: on, node, sizes, exposures, overload }: BenchResult): string {
  const feeds = sizes.map((size) => [
    whole(size.items),
    whole(size.users),
    size.cpuMsPerFeed.toFixed(2),
    size.baselineCpuMs.toFixed(3),
    timesBaseline(size),
    `${size.atHalfLoad.p50Ms.toFixed(1)} / ${size.atHalfLoad.p99Ms.toFixed(1)}`,
    whole(size.feedsPerSecond),
    whole(size.eventsPerSecond),
    whole(size.itemsPerSecond),
  ]);
  const memory = sizes.map(({ items, memory: m }) => [
    whole(items),
    mb(m.empty),
    mb(m.items - m.empty),
    mb(m.events - m.items),
    mb(m.feeds - m.events),
  ]);
  const stages = sizes[0].stages.map(({ stage, p50Ms, share }) => [stage, p50Ms.toFixed(3), `${(share * 100).toFixed(0)}%`]);
  return `Measured ${at} with \`npm run bench\` on ${on}, Node ${node}. CPU is what the service's process accounts for itself, the median of several runs; jobs that
read whole logs have a process of their own, which shares the machine with the load generator and PostgreSQL, so wall-clock figures are low bounds.

${table(['items', 'users', 'CPU ms a feed of 20', 'plain Mercurius, equal constant, CPU ms', 'times that', 'p50 / p99 ms at half load', 'feeds/s', 'events/s', 'items/s'], feeds)}

Memory (resident, what each step added):

${table(['items', 'empty service', 'items', 'events and states', 'feeds'], memory)}

Stages of a feed at ${whole(sizes[0].items)} items (sum of the medians of their components):

${table(['stage', 'p50 ms', 'share'], stages)}

Exposure log: ${whole(exposures.rowsPerSecond)} rows/s in pages of 50, ${(exposures.ratio * 100).toFixed(0)}% of a plain COPY of equal bytes (${whole(exposures.copyRowsPerSecond)} rows/s); ${exposures.cpuMsPerPage.toFixed(3)} ms CPU a page.
${overload ? `\n${overloadMarkdown(overload)}` : ''}`;
}

/** What passes its limit, in words; empty when all hold. */
export function brokenLimits({ sizes, overload }: BenchResult): string[] {
  const main = sizes[0];
  const broken = overload ? brokenByOverload(overload) : [];
  if (main.cpuMsPerFeed > LIMITS.cpuMsPerFeed)
    broken.push(
      `a feed takes ${main.cpuMsPerFeed.toFixed(2)} ms CPU, ${timesBaseline(main)} a plain answer of this run; the limit is ${LIMITS.cpuMsPerFeed}`,
    );
  if (main.eventsPerSecond < LIMITS.eventsPerSecond)
    broken.push(`${whole(main.eventsPerSecond)} events/s were taken; the limit is ${whole(LIMITS.eventsPerSecond)}`);
  return broken;
}
