import { type Command } from 'commander';
import { AppError } from '../../core/errors.js';
import { CommandError, type Output } from '../fault.js';
import { atLeastOne } from '../numbers.js';
import { runSimulation, type SimulateOptions } from './run.js';

/** Add the command that lets people live in a simulated shop. */
export function addSimulate(program: Command, output: Output): void {
  program
    .command('simulate')
    .description('lets people of a data set live in a simulated shop under several policies, and compares what becomes of their feeds')
    .argument('<folder>', 'events.csv(.gz) and items.csv(.gz)')
    .option('--seeds <count>', 'runs of every policy', atLeastOne, 20)
    .option(
      '--corner-seeds <count>',
      'runs at every corner of weak and strong drift, latent interests and satiation; none when left out',
      atLeastOne,
    )
    .option('--people <count>', 'who are served in a run', atLeastOne, 60)
    .option('--items <count>', 'on offer, those with most users first', atLeastOne, 1200)
    .option('--days <count>', 'how long they live there', atLeastOne, 60)
    .option('--kinds <count>', 'kinds of items where the data name none', atLeastOne, 24)
    .option('--markdown <file>', 'write the tables that are printed')
    .option('--svg <file>', 'write a plot of how feeds went')
    .option('--json <file>', 'write the figures of every run')
    .action(async (folder: string, _, command: Command) => {
      try {
        output.out((await runSimulation(folder, command.opts<SimulateOptions>(), output)).trimEnd());
      } catch (error) {
        if (error instanceof AppError) throw new CommandError(error.message);
        throw error;
      }
    });
}
