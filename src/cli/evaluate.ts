import { Command, Option } from 'commander';
import { runAuthenticity } from './evaluate/authenticity.js';
import { runCocoon } from './evaluate/cocoon.js';
import { runFrontier } from './evaluate/frontier.js';
import { countOf, daysOf, type EvaluateOptions, instantOf, namesOf, percentOf } from './evaluate/options.js';
import { runOffPolicy } from './evaluate/off-policy.js';
import { PEOPLE_PROTOCOLS, type PeopleProtocol, runPeople } from './evaluate/people.js';
import { runFunnel } from './evaluate/funnel.js';
import { runRepurchase } from './evaluate/repurchase.js';
import { runRetrieval } from './evaluate/retrieval.js';
import { runEvaluation } from './evaluate/run.js';
import { AppError } from '../core/errors.js';
import { type Protocol, PROTOCOLS } from '../core/evaluation/evaluation.js';

/** Not of ranking methods, but of the hold on what was bought. */
const REPURCHASE = 'repurchase';
/** From what is shown to what is bought again. */
const FUNNEL = 'funnel';
/** Not of the order of a page, but of what it is chosen from. */
const RETRIEVAL = 'retrieval';
/** Of who is taken for a machine. */
const AUTHENTICITY = 'authenticity';
/** Of how narrow feeds become. */
const COCOON = 'cocoon';
/** Of what variety costs. */
const FRONTIER = 'frontier';

/** Of what a replay says of another policy. */
const OFF_POLICY = 'off-policy';

/** What is known of people. */
const isOfPeople = (protocol: string): protocol is PeopleProtocol => (PEOPLE_PROTOCOLS as readonly string[]).includes(protocol);

type CommandLine = Omit<EvaluateOptions, 'protocol'> & {
  protocol:
    | Protocol
    | typeof REPURCHASE
    | typeof FUNNEL
    | typeof RETRIEVAL
    | typeof AUTHENTICITY
    | typeof COCOON
    | typeof FRONTIER
    | typeof OFF_POLICY
    | PeopleProtocol;
  leaveLastOut?: boolean;
};

const program = new Command('evaluate')
  .description(
    'Measure ranking methods offline on a folder with events.csv(.gz), items.csv(.gz) and, where there is a graph, follows.csv(.gz).',
  )
  .argument('[folder]', 'the data set; off-policy makes its own')
  .addOption(
    new Option('--protocol <name>', 'how fit and test are divided')
      .choices([...PROTOCOLS, REPURCHASE, FUNNEL, RETRIEVAL, AUTHENTICITY, COCOON, FRONTIER, OFF_POLICY, ...PEOPLE_PROTOCOLS])
      .makeOptionMandatory(),
  )
  .option('--core <k>', 'leave out users and items with fewer than k partners, again and again', countOf)
  .option('--tune', 'examine the tuning slice in place of the final one')
  .option('--split-at <iso>', 'where the test begins (time, repurchase)', instantOf)
  .option('--tune-at <iso>', 'where the tuning period before it begins (time, repurchase)', instantOf)
  .option('--half-life-days <days>', 'half-life of popularity (next-event)', daysOf)
  .option('--neighbour-days <days>', 'how far back rules and feed learn neighbours (all there is)', daysOf)
  .option('--methods <names>', 'comma-separated; the first is the one the others are compared with', namesOf)
  .option('--model <folder>', 'with model.onnx and manifest.json; adds the method model')
  .option(
    '--limit <n>',
    'examine at most n users or queries, picked by hash (authenticity: n bots in a botnet, 30 when left out; circles: n random graphs, 20; off-policy: n logs, 500)',
    countOf,
  )
  .option('--traffic <percent>', 'authenticity: as many bots in a botnet as make this share of the events, in place of --limit', percentOf)
  .option('--leave-last-out', "hold back every user's last item in place of a split by time (frontier)")
  .option('--json <file>', 'write the figures')
  .option('--markdown <file>', 'write the table that is printed')
  .option('--svg <file>', 'write a plot of recall against variety')
  .action(async (folder: string | undefined, { protocol, ...options }: CommandLine) => {
    const command = ['npm run evaluate --', ...process.argv.slice(2)].join(' ');
    const run = (): Promise<{ markdown: string }> => {
      if (protocol === OFF_POLICY) return runOffPolicy(options, command);
      if (folder === undefined) throw new AppError('INVALID_INPUT', `--protocol ${protocol} needs the folder of a data set`);
      if (protocol === REPURCHASE) return runRepurchase(folder, options, command);
      if (protocol === FUNNEL) return runFunnel(folder, options, command);
      if (protocol === RETRIEVAL) return runRetrieval(folder, options, command);
      if (protocol === AUTHENTICITY) return runAuthenticity(folder, options, command);
      if (protocol === FRONTIER) return runFrontier(folder, options, command);
      if (protocol === COCOON) return runCocoon(folder, options, command);
      if (isOfPeople(protocol)) return runPeople(folder, { ...options, protocol }, command);
      return runEvaluation(folder, { ...options, protocol }, command);
    };
    process.stdout.write((await run()).markdown);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(`evaluate: ${error.message}\n`);
  process.exitCode = 1;
}
