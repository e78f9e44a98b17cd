import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { chaosMarkdown } from './chaos-report.js';
import { PARTS, type PartName } from './deployment.js';
import { overloadMarkdown, runOverload } from './overload.js';
import { neverKilled, runChaos } from './scenario.js';

interface Options {
  seed: number;
  kills: number;
  pairs: number;
  rate: number;
  away: number;
  frozen: number;
  slow: number;
  full: number;
  haste: number;
  atMost: number;
  only?: PartName[];
  overload: number;
  markdown?: string;
}

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number, 0 or more');
};
const PAIRS: readonly (readonly PartName[])[] = [
  ['redis', 'worker'],
  ['postgres', 'api'],
];

async function chaos({
  seed,
  kills,
  pairs,
  rate,
  away,
  frozen,
  slow,
  full,
  haste,
  atMost,
  only,
  overload,
  markdown,
}: Options): Promise<void> {
  const alone = PARTS.filter((part) => !only || only.includes(part)).map((part) => ({ parts: [part], times: kills }));
  const plan = {
    seed,
    perSecond: rate,
    kills: [...alone, ...PAIRS.map((parts) => ({ parts, times: pairs }))].filter(({ times }) => times > 0),
    awayMs: away * 1000,
    frozenMs: frozen * 1000,
    slowMs: slow * 1000,
    fullMs: full * 1000,
    haste: haste / 100,
    killingMs: atMost > 0 ? atMost * 1000 : Infinity,
    built: true,
  };
  const run = await runChaos(plan, (line) => void process.stderr.write(`${line}\n`));
  const text = chaosMarkdown(run, new Date()) + (overload > 0 ? overloadMarkdown(await runOverload(overload)) : '');
  process.stdout.write(text);
  if (markdown) await writeFile(markdown, text);
  const { lost, doubled, invented, broken } = run.verdict;
  for (const parts of neverKilled(run)) process.stderr.write(`${parts} was never there to be killed\n`);
  if (lost + doubled + invented + broken.length + neverKilled(run).length > 0) process.exitCode = 1;
}

await new Command('chaos')
  .description(
    'Kill, take away, stop and slow every part of a deployment under load, and hold what a client was promised against what was kept.',
  )
  .option('--seed <n>', 'of the moments and the load', wholeNumber, 1)
  .option('--kills <n>', 'of each part alone', wholeNumber, 20)
  .option('--pairs <n>', 'of Redis with the worker, and of PostgreSQL with an API process', wholeNumber, 10)
  .option('--rate <n>', 'requests a second that the client aims at', wholeNumber, 500)
  .option('--away <seconds>', 'that Redis, then PostgreSQL, cannot be reached', wholeNumber, 300)
  .option('--frozen <seconds>', 'that each is stopped in its tracks', wholeNumber, 30)
  .option('--slow <seconds>', 'that each answers two seconds later', wholeNumber, 30)
  .option('--full <seconds>', 'that the spools are full before, and after, a process is killed', wholeNumber, 10)
  .option('--haste <percent>', 'how long kills are apart, of 2.5 s at the most', wholeNumber, 100)
  .option('--at-most <seconds>', 'after which no more kills of one kind are begun; 0: never', wholeNumber, 0)
  .option('--overload <seconds>', 'that one process is asked for five times what it can do', wholeNumber, 60)
  .option('--only <part...>', `parts to kill alone, of ${PARTS.join(', ')}`)
  .option('--markdown <file>', 'write the table to a file')
  .action(chaos)
  .parseAsync();
