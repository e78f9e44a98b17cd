// Brings the checkout to where it can run. Plain JavaScript without packages: it runs before there are any.
//   install  npm ci, unless what is installed is what the lock file names
//   build    install, then nest build, unless dist is newer than everything it is made from
//   run      build, then a file of dist/src with the arguments that follow, in this process, which so gets the signals
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const at = (...parts) => join(root, ...parts);
const INSTALLED = at('node_modules', '.package-lock.json');
const STAMP = at('dist', '.built');
const SOURCES = ['src', 'migrations', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

const changedMs = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

/** Run a command in the checkout; its fault ends this process too. */
function run(saying, file, args) {
  console.error(`${saying} …`);
  const { status, signal, error } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`${saying} failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
  process.exit(status || 1);
}

/** A checkout or a copy gives the lock file a new date without changing it, hence the look inside. */
function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  if (changedMs(INSTALLED) >= changedMs(at('package-lock.json'))) return true;
  const [wanted, present] = [at('package-lock.json'), INSTALLED].map((file) => JSON.parse(readFileSync(file, 'utf8')).packages);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || present[path]?.version === version || (optional && !present[path]),
  );
}

function install() {
  if (isInstalled()) return;
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev'];
  if (npm?.endsWith('.js')) run('Installing packages (npm ci)', process.execPath, [npm, ...args]);
  else run('Installing packages (npm ci)', 'npm', args);
}

/** When the newest of the sources changed; a folder changes when a file in it is added, renamed or removed. */
function sourcesChangedMs() {
  let newest = -Infinity;
  for (const source of SOURCES) {
    newest = Math.max(newest, changedMs(at(source)));
    if (!statSync(at(source), { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const entry of readdirSync(at(source), { recursive: true })) newest = Math.max(newest, changedMs(at(source, entry)));
  }
  return newest;
}

function build() {
  install();
  if (changedMs(STAMP) > sourcesChangedMs()) return;
  const began = new Date();
  run('Building (nest build)', process.execPath, [at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build']);
  // A file saved while the build ran may have been missed, so the stamp says when it began.
  writeFileSync(STAMP, '');
  utimesSync(STAMP, began, began);
}

async function runBuilt([entry, ...args]) {
  build();
  process.setSourceMapsEnabled(true);
  const file = at('dist', 'src', entry);
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

const verbs = { install, build, run: runBuilt };
const [verb, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(verbs, verb)) {
  console.error('usage: node src/cli/prepare.mjs install | build | run FILE [ARGUMENT ...]');
  process.exit(2);
}
await verbs[verb](rest);
