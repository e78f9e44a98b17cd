import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startPostgres } from '../chaos/deployment.js';
import { runRolling, unanswered } from './restarts.js';
import { rollingMarkdown } from './rolling-report.js';

interface Options {
  seed: number;
  restarts: number;
  after: number;
  rate: number;
  markdown?: string;
}

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number, 0 or more');
};

async function rolling({ seed, restarts, after, rate, markdown }: Options): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'imago-rolling-'));
  await chmod(root, 0o755);
  const postgres = await startPostgres(join(root, 'postgres'));
  try {
    const run = await runRolling({ seed, perSecond: rate, before: restarts, after }, postgres.url);
    const text = rollingMarkdown(run, new Date());
    process.stdout.write(text);
    if (markdown) await writeFile(markdown, text);
    const { lost, doubled, invented, broken } = run.verdict;
    for (const [status, n] of unanswered(run)) process.stderr.write(`${n} times ${status}\n`);
    for (const fault of run.readers.faults) process.stderr.write(`${fault}\n`);
    if (lost + doubled + invented + broken.length + unanswered(run).size + run.readers.faults.length > 0) process.exitCode = 1;
  } finally {
    await postgres.stop();
    await rm(root, { recursive: true, force: true });
  }
}

await new Command('rolling')
  .description(
    'Restart two processes in turn under load behind a balancer, change the tables below them, restart them again, and count what failed or was lost.',
  )
  .option('--seed <n>', 'of the load', wholeNumber, 1)
  .option('--restarts <n>', 'of each process before the tables change', wholeNumber, 5)
  .option('--after <n>', 'of each process after that; 0 leaves the tables as they are', wholeNumber, 1)
  .option('--rate <n>', 'requests a second that the client aims at', wholeNumber, 40)
  .option('--markdown <file>', 'write the table to a file')
  .action(rolling)
  .parseAsync();
