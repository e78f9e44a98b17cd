import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { FEATURE_NAMES } from '../core/features/catalogue.js';
import { measureEdge } from './bench/edge.js';
import { measureExposureExport } from './bench/exposure-export.js';
import { measureExposureRows } from './bench/exposure-rows.js';
import { measureKernels } from './bench/kernels.js';
import { measureSize } from './bench/measure.js';
import { brokenByOverload, measureOverload, overloadMarkdown } from './bench/overload.js';
import { measureParts } from './bench/parts.js';
import { measureProcesses } from './bench/processes.js';
import { measureRebuild } from './bench/rebuild.js';
import { type BenchResult, benchMarkdown, brokenLimits, machine } from './bench/report.js';

/** The size that limits and README speak of comes first. */
const SIZES = [
  { items: 100_000, users: 10_000, events: 300_000 },
  { items: 10_000, users: 10_000, events: 300_000 },
  { items: 1_000_000, users: 10_000, events: 300_000 },
];
/** For a million events. */
const REBUILD_LIMIT_CPU_S = 90;
/** Of the CPU of a plain server for the same answer. */
const EDGE_LIMIT = 1.15;
/** Of the sum of its parts. */
const WHOLE_LIMIT = 1.3;
/** Of the CPU of a feed with one process. */
const PROCESSES_LIMIT = 1.1;
const OVERLOAD_SECONDS = 60;
const QUICK = [{ items: 10_000, users: 1_000, events: 30_000 }];

interface Options {
  quick?: boolean;
  json?: string;
  markdown?: string;
  export?: string;
  rebuild?: string;
  kernels?: boolean;
  overload?: string;
  edge?: boolean;
  parts?: boolean;
  processes?: string;
}

/** One export of so many exposures, by itself. */
async function benchExport(rows: number): Promise<void> {
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const { rowsPerSecond, cpuSeconds, residentBefore, residentPeak, ...found } = await measureExposureExport({
    rows,
    features: FEATURE_NAMES.length,
  });
  process.stdout.write(
    `${found.rows} exposures, ${mb(found.bytes)}: ${Math.round(rowsPerSecond)} rows/s, ${((cpuSeconds * 1e6) / found.rows).toFixed(1)} µs CPU a row; ` +
      `resident ${mb(residentBefore)} before, ${mb(residentPeak)} at most\n`,
  );
}

/** One rebuild of all states from so many events, by itself. */
async function benchRebuild(events: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-bench-rebuild-'));
  const found = await measureRebuild(dataDir, { events, users: Math.ceil(events / 50) });
  await rm(dataDir, { recursive: true, force: true });
  const { seconds, cpuSeconds, foldUs, bytes, appendedPerSecond } = found;
  process.stdout.write(
    `${events} events appended at ${Math.round(appendedPerSecond)}/s; states of ${found.users} users rebuilt in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s CPU: ` +
      `${foldUs.toFixed(2)} µs CPU a fold; packed ${bytes.median} bytes at the median, ${bytes.p99} at the 99th of 100, ${bytes.most} at most\n`,
  );
  if (cpuSeconds > REBUILD_LIMIT_CPU_S * (events / 1e6)) process.exitCode = 1;
}

/** The kernels of variety, by themselves. */
function benchKernels(): void {
  for (const { kernel, strength, medianMs, limitMs } of measureKernels()) {
    const isOver = medianMs > limitMs;
    process.stdout.write(
      `${kernel} at ${strength}: ${medianMs.toFixed(2)} ms CPU a page, limit ${limitMs}${isOver ? ', which is exceeded' : ''}\n`,
    );
    if (isOver) process.exitCode = 1;
  }
}

/** The edge by itself, beside a plain server. */
async function benchEdge(): Promise<void> {
  const { edgeCpuMs, plainCpuMs, ratio } = await measureEdge({ seconds: 3, rounds: 9 });
  sayRatio(`edge: ${edgeCpuMs.toFixed(4)} ms CPU for a page of 20, plain Mercurius ${plainCpuMs.toFixed(4)}`, 'that', ratio, EDGE_LIMIT);
}

/** A feed beside the sum of its parts. */
async function benchParts(): Promise<void> {
  const { wholeCpuMs, parts, ratio } = await measureParts({ ...SIZES[0], seconds: 5, rounds: 3 });
  for (const { part, cpuMs } of parts) process.stdout.write(`${cpuMs.toFixed(3)} ms CPU  ${part}\n`);
  sayRatio(`${wholeCpuMs.toFixed(3)} ms CPU a feed of 20 over HTTP`, 'the sum', ratio, WHOLE_LIMIT);
}

/** A feed with two processes beside one with one. */
async function benchProcesses(redisUrl: string): Promise<void> {
  const { oneCpuMs, twoCpuMs, ratio } = await measureProcesses(redisUrl, { ...SIZES[1], seconds: 5, rounds: 3 });
  sayRatio(
    `${twoCpuMs.toFixed(3)} ms CPU a feed of 20 with two processes, ${oneCpuMs.toFixed(3)} with one`,
    'that',
    ratio,
    PROCESSES_LIMIT,
  );
}

function sayRatio(what: string, beside: string, ratio: number, limit: number): void {
  const isOver = ratio > limit;
  process.stdout.write(`${what}: ${ratio.toFixed(3)} times ${beside}, limit ${limit}${isOver ? ', which is exceeded' : ''}\n`);
  if (isOver) process.exitCode = 1;
}

/** What is still answered when five times as much is asked for, by itself. */
async function benchOverload(seconds: number): Promise<void> {
  const found = await measureOverload({ items: 10_000, seconds });
  process.stdout.write(`${machine()}, Node ${process.version}\n\n${overloadMarkdown(found)}`);
  const broken = brokenByOverload(found);
  for (const line of broken) process.stderr.write(`${line}\n`);
  if (broken.length > 0) process.exitCode = 1;
}

async function bench({ quick, json, markdown, ...only }: Options): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (only.export !== undefined) return benchExport(Number(only.export));
  if (only.rebuild !== undefined) return benchRebuild(Number(only.rebuild));
  if (only.kernels) return benchKernels();
  if (only.overload !== undefined) return benchOverload(Number(only.overload));
  if (only.edge) return benchEdge();
  if (only.parts) return benchParts();
  if (only.processes !== undefined) return benchProcesses(only.processes);
  const effort = quick ? { seconds: 2, rounds: 1 } : { seconds: 6, rounds: 5 };
  const sizes = [];
  for (const size of quick ? QUICK : SIZES) {
    say(`measuring ${size.items} items, ${size.users} users …`);
    sizes.push(await measureSize({ ...size, ...effort }));
  }
  say('measuring the exposure log …');
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-bench-log-'));
  const exposures = await measureExposureRows(dataDir, {
    features: FEATURE_NAMES.length,
    pages: quick ? 100 : 1_000,
    rounds: effort.rounds,
  });
  await rm(dataDir, { recursive: true, force: true });

  say('measuring what is answered under overload …');
  const overloaded = quick ? null : await measureOverload({ items: 10_000, seconds: OVERLOAD_SECONDS });

  const result: BenchResult = {
    at: new Date().toISOString(),
    machine: machine(),
    node: process.version,
    sizes,
    exposures,
    overload: overloaded,
  };
  process.stdout.write(benchMarkdown(result));
  if (json) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  if (markdown) await writeFile(markdown, benchMarkdown(result));
  const broken = quick ? [] : brokenLimits(result);
  for (const line of broken) say(line);
  if (broken.length > 0) process.exitCode = 1;
}

await new Command('bench')
  .description('Speed and cost of the built service on a seeded shop, with a plain Mercurius server and a plain COPY in the same run.')
  .option('--quick', 'one small shop and short runs: whether it works, not how fast')
  .option('--export <rows>', 'only stream an export of so many exposures, and watch the memory of the service')
  .option('--rebuild <events>', 'only rebuild all live states from a ledger of so many events')
  .option('--kernels', 'only the ways of weighing variety: 50 of 500 candidates with vectors of 64 dimensions')
  .option('--edge', 'only the edge over one constant page, in turns with a plain Mercurius server')
  .option('--parts', 'only a feed beside the sum of its parts, each in a loop of its own')
  .option('--processes <redis>', 'only a feed with two processes beside one with one, over the Redis at this address')
  .option('--overload <seconds>', 'only ask for five times the peak for so long, and see what is answered and when it is over')
  .option('--json <file>', 'write the figures as JSON')
  .option('--markdown <file>', 'write the tables to a file')
  .action(bench)
  .parseAsync();
