import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError, type Output } from '../fault.js';
import { EXPORT_PROTOCOLS, type ExportOptions, runExport } from './run.js';
import { AppError } from '../../core/errors.js';

const number = (allowed: string, isAllowed: (value: number) => boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !isAllowed(value)) throw new InvalidArgumentError(`It must be ${allowed}.`);
  return value;
};
const share = number('a share from 0 to below 1', (value) => value >= 0 && value < 1);
const count = number('a whole number, 0 or more', (value) => Number.isSafeInteger(value) && value >= 0);
const length = number('a whole number from 1 to 50', (value) => Number.isSafeInteger(value) && value >= 1 && value <= 50);

/** The command that turns a folder of data into training material. */
export function addExport(program: Command, output: Output): void {
  program
    .command('export')
    .description(
      'lives through a folder of data and writes what the service would have chosen from, with all features, for training a model',
    )
    .argument('<folder>', 'events.csv(.gz), items.csv(.gz) and, where there is a graph, follows.csv(.gz)')
    .requiredOption('--out <folder>', 'where the material goes')
    .addOption(new Option('--protocol <name>', 'what is asked').choices([...EXPORT_PROTOCOLS]).default('next-event'))
    .option('--tune', 'stop before the tuning slice of evaluate', false)
    .addOption(new Option('--from <share>', 'of the events, after which queries are written').default(0.3).argParser(share))
    .addOption(new Option('--negatives <count>', 'drawn from the pool of a query').default(34).argParser(count))
    .addOption(new Option('--whole <count>', 'of the last queries that keep their whole pool').default(2500).argParser(count))
    .addOption(new Option('--sequence-length <count>', "of the user's last acts").default(20).argParser(length))
    .addOption(new Option('--seed <number>', 'of every draw').default(20).argParser(count))
    .action(async (folder: string, options: ExportOptions) => {
      try {
        await runExport(folder, options, output);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        throw new CommandError(error.message);
      }
    });
}
