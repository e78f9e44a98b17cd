import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { measureExposureRows } from './bench/exposure-rows.js';
import { measureSize } from './bench/measure.js';
import { type BenchResult, benchMarkdown, brokenLimits, machine } from './bench/report.js';

/** The size that limits and README speak of comes first. */
const SIZES = [
  { items: 100_000, users: 10_000, events: 300_000 },
  { items: 10_000, users: 10_000, events: 300_000 },
  { items: 1_000_000, users: 10_000, events: 300_000 },
];
const QUICK = [{ items: 10_000, users: 1_000, events: 30_000 }];

interface Options {
  quick?: boolean;
  json?: string;
  markdown?: string;
}

async function bench({ quick, json, markdown }: Options): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const effort = quick ? { seconds: 2, rounds: 1 } : { seconds: 6, rounds: 5 };
  const sizes = [];
  for (const size of quick ? QUICK : SIZES) {
    say(`measuring ${size.items} items, ${size.users} users …`);
    sizes.push(await measureSize({ ...size, ...effort }));
  }
  say('measuring the exposure log …');
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-bench-log-'));
  const exposures = await measureExposureRows(dataDir, { features: 30, pages: quick ? 100 : 1_000, rounds: effort.rounds });
  await rm(dataDir, { recursive: true, force: true });

  const result: BenchResult = { at: new Date().toISOString(), machine: machine(), node: process.version, sizes, exposures };
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
  .option('--json <file>', 'write the figures as JSON')
  .option('--markdown <file>', 'write the tables to a file')
  .action(bench)
  .parseAsync();
