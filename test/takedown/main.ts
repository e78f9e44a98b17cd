import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startPostgres } from '../chaos/deployment.js';
import { takedownMarkdown } from './takedown-report.js';
import { isBroken, runTakedown } from './trials.js';

interface Options {
  seed: number;
  trials: number;
  faults: number;
  rate: number;
  watch: number;
  markdown?: string;
}

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number, 0 or more');
};

async function takedown({ seed, trials, faults, rate, watch, markdown }: Options): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'imago-takedown-'));
  await chmod(root, 0o755);
  const postgres = await startPostgres(join(root, 'postgres'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const plan = {
      seed,
      perSecond: rate,
      watchMs: watch * 1000,
      trials: [
        { fault: 'nothing' as const, times: trials },
        ...(['notices cut', 'notices mute', 'redis away'] as const).map((fault) => ({ fault, times: faults })),
      ].filter(({ times }) => times > 0),
    };
    const run = await runTakedown(plan, postgres.url, say);
    const text = takedownMarkdown(run, new Date());
    process.stdout.write(text);
    for (const [what, times] of run.failed) say(`${times} times ${what}`);
    if (markdown) await writeFile(markdown, text);
    const broken = run.trials.filter(isBroken);
    for (const trial of broken) say(JSON.stringify(trial));
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await postgres.stop();
    await rm(root, { recursive: true, force: true });
  }
}

await new Command('takedown')
  .description(
    'Take things down under load, at random moments and through any process, and see that nothing of them is shown two seconds after the answer, and that they come back when that is lifted.',
  )
  .option('--seed <n>', 'of the moments and the load', wholeNumber, 1)
  .option('--trials <n>', 'with nothing else going wrong', wholeNumber, 70)
  .option('--faults <n>', 'each with the notices of one process cut, mute, and with Redis away', wholeNumber, 10)
  .option('--rate <n>', 'requests a second that the client aims at', wholeNumber, 120)
  .option('--watch <seconds>', 'that each is watched from when nothing may be seen any more', wholeNumber, 3)
  .option('--markdown <file>', 'write the table to a file')
  .action(takedown)
  .parseAsync();
