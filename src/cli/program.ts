import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { catalogueMarkdown } from '../core/tags/catalogue-markdown.js';
import { createClient } from './client.js';
import { verifyCocoons, type VerifyOptions } from './cocoon.js';
import { addExport } from './export/command.js';
import { backfillFeatures, type BackfillOptions, fitRules } from './features.js';
import { printFeed } from './feed.js';
import { CommandError } from './fault.js';
import { verifyLog, type VerifyLogOptions } from './log.js';
import { type ImportSurroundings, runImport } from './import/command.js';
import { printItems } from './items.js';
import { buildSample } from './sample/build.js';
import { pushModel } from './models/push.js';
import { type RebuildOptions, rebuildPages } from './rebuild.js';
import { atLeastOne } from './numbers.js';
import { addSimulate } from './simulate/command.js';
import { printToken, TOKEN_SCOPES, type TokenOptions } from './token.js';
import { printUsers } from './users.js';

interface ServiceOptions {
  url: string;
  token?: string;
}

const ASK_PATIENCE_MS = 10_000;
const collect = (value: string, before: string[]): string[] => [...before, value];

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of seconds, 0 or more.');
}

/**
 * Run one command line. Gives the exit code: 0 when it did what was asked, 1 when it could not.
 *
 * @param argv as `process.argv`
 */
export async function run(argv: readonly string[], surroundings: ImportSurroundings): Promise<number> {
  const { output } = surroundings;
  let exitCode = 0;
  const program = createProgram(surroundings, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof CommandError)) throw error;
    output.note(`imago: ${error.message}`);
    for (const detail of error.details) output.note(`  ${detail}`);
    return 1;
  }
}

function createProgram(surroundings: ImportSurroundings, exit: (code: number) => void): Command {
  const { output } = surroundings;
  const program = new Command('imago')
    .description('Talks to a running Imago service over HTTP; export, sample and simulate work on files.')
    .addOption(new Option('--url <address>', 'where the service is').env('IMAGO_URL').default('http://127.0.0.1:3000'))
    .addOption(new Option('--token <token>', 'sent as bearer token').env('IMAGO_TOKEN'))
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text.trimEnd()), writeErr: (text) => output.note(text.trimEnd()) });
  const clientOf = (options: ServiceOptions) => createClient({ ...options, patienceMs: ASK_PATIENCE_MS });

  addToken(program, surroundings);
  addImport(program, surroundings, exit);
  program
    .command('items')
    .description('lists items of the catalogue')
    .option('--category <name>', 'only of this category, broad or narrow; repeatable', collect, [])
    .option('--first <count>', 'how many', atLeastOne, 20)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<ServiceOptions & { category: string[]; first: number }>();
      await printItems(clientOf(options), options, output);
    });
  program
    .command('users')
    .description('shows what is known of users: their tags')
    .argument('<id...>')
    .action(async (ids: string[], _, command: Command) => printUsers(clientOf(command.optsWithGlobals()), ids, output));
  program
    .command('feed')
    .description("shows a user's feed; without --preview it counts as shown")
    .argument('<user>')
    .option('--first <count>', 'how many', atLeastOne, 20)
    .option('--surface <name>', 'place in the storefront', 'home')
    .option('--category <name>', 'only of this category; repeatable', collect, [])
    .option('--preview', 'log nothing, change nothing', false)
    .action(async (user: string, _, command: Command) => {
      const options = command.optsWithGlobals<ServiceOptions & { first: number; surface: string; category: string[]; preview: boolean }>();
      await printFeed(clientOf(options), user, options, output);
    });
  addExport(program, output);
  program
    .command('models')
    .description('model versions')
    .command('push')
    .description('sends a model version and shows what the gate finds; ends with 1 when it is refused')
    .argument('<path...>', 'a folder with one .onnx file and its manifest, or the two files')
    .action(async (paths: string[], _, command: Command) => exit(await pushModel(clientOf(command.optsWithGlobals()), paths, output)));
  addFeatures(program, surroundings);
  addTags(program, surroundings);
  addCocoon(program, surroundings, exit);
  addLog(program, surroundings, exit);
  addSample(program, surroundings);
  addSimulate(program, output);
  return program;
}

function addTags(program: Command, { output }: ImportSurroundings): void {
  program
    .command('tags')
    .description('writes the catalogue of tags as a document')
    .action(() => output.out(catalogueMarkdown().trimEnd()));
}

function addCocoon(program: Command, { output }: ImportSurroundings, exit: (code: number) => void): void {
  program
    .command('cocoon')
    .description('how narrow the feeds of users became')
    .command('verify')
    .description('works indices out again from the logs and compares them with those in use; ends with 1 where any differs')
    .option('--day <day>', 'users who were served on this UTC day, as 2026-01-31 (default: today)')
    .option('--limit <count>', 'so many users at most (default: 1000)')
    .action(async (_, command: Command) => exit(await verifyCocoons(command.optsWithGlobals<VerifyOptions>(), output)));
}

function addLog(program: Command, { output }: ImportSurroundings, exit: (code: number) => void): void {
  const log = program.command('log').description('the logs of what was shown and what was done');
  log
    .command('rebuild')
    .description('makes pages again from their logged pools and compares them with the log; ends with 1 where any differs')
    .option('--from <iso>', 'served at this time or later')
    .option('--to <iso>', 'served before this time')
    .option('--surface <name>', 'only of this place in the storefront')
    .action(async (_, command: Command) => exit(await rebuildPages(command.optsWithGlobals<RebuildOptions>(), output)));
  log
    .command('verify')
    .description(
      'recomputes the chains of both logs, holds them against their published ends, and names the first bad entry; ends with 1 where there is one',
    )
    .option('--from <iso>', 'days from this time on')
    .option('--to <iso>', 'days before this time')
    .option('--heads <file>', 'ends that were kept from GET /evidence/heads')
    .action(async (_, command: Command) => exit(await verifyLog(command.optsWithGlobals<VerifyLogOptions>(), output)));
}

function addFeatures(program: Command, { output }: ImportSurroundings): void {
  program
    .command('features')
    .description('the features of candidates')
    .command('backfill')
    .description('writes the features of past exposures anew, so that one added today has a past')
    .option('--from <iso>', 'served at this time or later')
    .option('--to <iso>', 'served before this time')
    .option('--names <names>', 'only these features, with commas between')
    .requiredOption('--out <file>', 'where the lines go')
    .action(async (_, command: Command) => backfillFeatures(command.optsWithGlobals<BackfillOptions>(), output));
  program
    .command('rules')
    .description('the rules that rank where no model does')
    .command('fit')
    .description('makes a draft of rules that fit what users took of what they were shown')
    .option('--surface <name>', 'place in the storefront', 'home')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<ServiceOptions & { surface: string }>();
      await fitRules(createClient({ ...options, patienceMs: ASK_PATIENCE_MS }), options.surface, output);
    });
}

function addToken(program: Command, { output, now }: ImportSurroundings): void {
  program
    .command('token')
    .description('make a token for a service that verifies tokens by AUTH_JWT_SECRET, which is read from the environment')
    .requiredOption('--scope <scope...>', `one or more of ${TOKEN_SCOPES.join(', ')}`)
    .option('--user <id>', 'the one user whom it may name')
    .option('--name <name>', 'who is named as the author of changes', 'cli')
    .option('--minutes <n>', 'how long it holds', atLeastOne, 15)
    .action((options: TokenOptions) => printToken(options, output, now()));
}

function addImport(program: Command, surroundings: ImportSurroundings, exit: (code: number) => void): void {
  program
    .command('import')
    .description('sends a folder of data: items, users, events and follows as .csv or .ndjson, with or without .gz')
    .argument('<folder>')
    .option('--map <name=TYPE>', 'what a type of event in the data is called here; repeatable', collect, [])
    .option('--shift-to-now', 'moves all times by the same amount, so that the newest event is now', false)
    .option('--currency <code>', 'of amounts that do not say', 'USD')
    .option('--dry-run', 'checks everything, lists every fault with its line, sends nothing', false)
    .option('--checkpoint <file>', 'where progress is noted (default: .imago-import-….json in the working folder)')
    .option('--restart', 'forgets the checkpoint of an earlier run', false)
    .addOption(new Option('--patience <seconds>', 'how long a service that does not answer is waited for').default(60).argParser(seconds))
    .addOption(new Option('--chunk-lines <count>', 'lines of one request').default(20_000).argParser(atLeastOne))
    .action(async (folder: string, _, command: Command) => {
      const { patience, ...options } = command.optsWithGlobals<
        Omit<Parameters<typeof runImport>[1], 'patienceSeconds'> & { patience: number }
      >();
      exit(await runImport(folder, { ...options, patienceSeconds: patience }, surroundings));
    });
}

function addSample(program: Command, { output }: ImportSurroundings): void {
  program
    .command('sample')
    .description('the bundled sample shop')
    .command('build')
    .description('makes the sample again from the public Complete Journey data, in the layout that import reads')
    .argument('<folder>', 'items.csv.gz, users.csv.gz and events.csv.gz of Complete Journey')
    .option('--out <folder>', 'where the files go', 'src/app/sample/data')
    .action(async (folder: string, { out }: { out: string }) => buildSample(folder, out, output));
}
