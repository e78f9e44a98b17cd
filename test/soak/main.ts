import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { runSoak, type SoakRun } from './run.js';
import { soakMarkdown } from './soak-report.js';
import { judgeSoak, type Row } from './verdict.js';

interface Options {
  minutes: number;
  share: number;
  rate?: number;
  seed: number;
  peak: number;
  warmUp?: number;
  states: number;
  crowd: number;
  out?: string;
  report?: string;
}

const wholeNumber = (text: string): number => {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it has to be a whole number, 1 or more');
};
const percent = (text: string): number => {
  const number = wholeNumber(text);
  if (number <= 100) return number / 100;
  throw new InvalidArgumentError('it has to be at most 100');
};
const WARM_UP_SHARE = 0.25;

/** The table of a run anew, from what it wrote while it ran. */
async function reportOf(file: string): Promise<{ run: SoakRun; warmUpHours: number }> {
  const [head, ...rows] = (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore
  const { warmUpHours, ...run } = head as Omit<SoakRun, 'rows'> & { warmUpHours: number };
  return { run: { ...run, rows: rows as Row[] }, warmUpHours };
}

function tell(run: SoakRun, warmUpHours: number): string {
  const judgement = judgeSoak(run.rows, warmUpHours);
  const text = soakMarkdown(run, judgement);
  process.stdout.write(text);
  if (judgement.faults.length > 0) process.exitCode = 1;
  return text;
}

async function soak({ minutes, share, rate, seed, peak, warmUp, states, crowd, out, report }: Options): Promise<void> {
  if (report) {
    const { run, warmUpHours: judgedFrom } = await reportOf(report);
    return void tell(run, judgedFrom);
  }
  const warmUpHours = (warmUp ?? minutes * WARM_UP_SHARE) / 60;
  const text = (run: SoakRun): string => soakMarkdown(run, judgeSoak(run.rows, warmUpHours));
  const plan = {
    minutes, share, rate: rate ?? null, seed, peakSeconds: peak, rowSeconds: 30, readSeconds: 5, stateMb: states, crowd, mayBeBuilt: true,
  }; // prettier-ignore
  const run = await runSoak(plan, async (soFar) => {
    const row = soFar.rows.at(-1)!;
    process.stderr.write(
      `${(60 * row.hours).toFixed(1)} min: ${(row.resident / 2 ** 20).toFixed(0)} MB resident, ${(row.live / 2 ** 20).toFixed(1)} live, ` +
        `${row.descriptors} descriptors, ${(row.answered / row.seconds).toFixed(0)}/s, p99 ${row.feedP99Ms.toFixed(0)} ms\n`,
    );
    if (!out) return;
    const { rows, ...head } = soFar;
    if (rows.length === 1) await writeFile(`${out}.jsonl`, `${JSON.stringify({ ...head, warmUpHours })}\n`);
    await Promise.all([appendFile(`${out}.jsonl`, `${JSON.stringify(row)}\n`), writeFile(out, text(soFar))]);
  });
  const told = tell(run, warmUpHours);
  if (out) await writeFile(out, told);
}

await new Command('soak')
  .description('Hold a share of the peak for hours, and see whether the process keeps its size, its descriptors and its speed.')
  .option('--minutes <n>', 'that the load is held', wholeNumber, 120)
  .option('--share <percent>', 'of the peak that is held', percent, 0.7)
  .option('--rate <n>', 'requests a second to hold, whatever the peak', wholeNumber)
  .option('--seed <n>', 'of the load', wholeNumber, 1)
  .option('--peak <seconds>', 'that the peak is measured', wholeNumber, 60)
  .option('--warm-up <minutes>', 'that are not judged; a quarter of the run where not given', wholeNumber)
  .option('--states <mb>', 'bound of live states, reached before the run is judged', wholeNumber, 64)
  .option(
    '--crowd <users>',
    'who buy something before anything is measured: more than any bound of what is kept of users',
    wholeNumber,
    300_000,
  )
  .option('--out <file>', 'write the table to a file after every 30 s, and each row to the same name with .jsonl')
  .option('--report <file>', 'only print the table of a run from its .jsonl')
  .action(soak)
  .parseAsync();
