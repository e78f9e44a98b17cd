import { Command, Option } from 'commander';
import { countOf, daysOf, type EvaluateOptions, instantOf, namesOf } from './evaluate/options.js';
import { runEvaluation } from './evaluate/run.js';
import { AppError } from '../core/errors.js';
import { PROTOCOLS } from '../core/evaluation/evaluation.js';

const program = new Command('evaluate')
  .description(
    'Measure ranking methods offline on a folder with events.csv(.gz), items.csv(.gz) and, where there is a graph, follows.csv(.gz).',
  )
  .argument('<folder>', 'the data set')
  .addOption(new Option('--protocol <name>', 'how fit and test are divided').choices(PROTOCOLS).makeOptionMandatory())
  .option('--core <k>', 'leave out users and items with fewer than k partners, again and again', countOf)
  .option('--tune', 'examine the tuning slice in place of the final one')
  .option('--split-at <iso>', 'where the test begins (time)', instantOf)
  .option('--tune-at <iso>', 'where the tuning period before it begins (time)', instantOf)
  .option('--half-life-days <days>', 'half-life of popularity (next-event)', daysOf)
  .option('--neighbour-days <days>', 'how far back rules and feed learn neighbours (all there is)', daysOf)
  .option('--methods <names>', 'comma-separated; the first is the one the others are compared with', namesOf)
  .option('--limit <n>', 'examine at most n users or queries, picked by hash', countOf)
  .option('--json <file>', 'write the figures')
  .option('--markdown <file>', 'write the table that is printed')
  .option('--svg <file>', 'write a plot of recall against variety')
  .action(async (folder: string, options: EvaluateOptions) => {
    const { markdown } = await runEvaluation(folder, options, ['npm run evaluate --', ...process.argv.slice(2)].join(' '));
    process.stdout.write(markdown);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`evaluate: ${error.message}\n`);
  process.exitCode = 1;
}
