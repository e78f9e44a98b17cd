import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readlink, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Log } from '../../../ports/log.js';
import { accounts, canReach, runAs, type Account } from './account.js';
import { copyBinaries, findBinaries, linkLibraries, unavailable, type Binaries } from './binaries.js';

/** Where and as whom the server runs. */
export interface Place {
  account: Account;
  binaries: Binaries;
  /** Version of the server, as in 18.4. */
  version: string;
  /** Folder of the cluster. */
  cluster: string;
}

const STAGES = ['/var/lib', '/var/tmp', tmpdir()];

async function serverVersion(account: Account, { root }: Binaries): Promise<string> {
  const printed = await runAs(account, join(root, 'bin', 'postgres'), ['--version']);
  return /(\d+(?:\.\d+)?)/.exec(printed)?.[1] ?? '';
}

/** Make a folder that others can pass through; false when the parent is closed to us or somebody else got there first. */
async function makeOwnFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await lstat(dirname(folder))).uid !== process.getuid?.()) return false;
    for (const path of [dirname(folder), folder]) await chmod(path, 0o755);
    return true;
  } catch {
    return false;
  }
}

/** A folder outside the data folder that the account reaches, for when the data folder lies behind a closed one. */
async function stageFolder(account: Account, dataDir: string): Promise<string> {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  for (const parent of STAGES) {
    const folder = join(parent, 'imago-embedded-postgres', name);
    if ((await makeOwnFolder(folder)) && (await canReach(account, folder))) return folder;
  }
  throw new Error(`${account.name} can reach none of ${STAGES.join(', ')}`);
}

/** The home of binaries and cluster for the account: the data folder where it can be reached, else a stage. */
async function homeFor(account: Account, dataDir: string, log: Log): Promise<string> {
  if (await canReach(account, dataDir)) return dataDir;
  const stage = await stageFolder(account, dataDir);
  log.warn(
    { account: account.name, dataDir, stage },
    'the account of the embedded PostgreSQL cannot reach the data folder; its data and binaries are in `stage`',
  );
  return stage;
}

/** Binaries that the account can run: those of npm in place, else a copy in `home`. */
async function runnable(account: Account, found: Binaries, home: string): Promise<{ binaries: Binaries; version: string }> {
  const linked = await linkLibraries(found);
  if (linked) {
    const version = await serverVersion(account, found).catch(() => undefined);
    if (version) return { binaries: found, version };
  }
  const binaries = await copyBinaries(found, home);
  return { binaries, version: await serverVersion(account, binaries) };
}

/** The cluster stays where it was first made; `<dataDir>/postgres` is it, or a link to it. */
async function clusterIn(home: string, dataDir: string): Promise<string> {
  const own = join(dataDir, 'postgres');
  const existing = await lstat(own).catch(() => undefined);
  if (existing?.isSymbolicLink()) return readlink(own);
  if (home === dataDir) return own;
  if (existing) throw new Error(`the data in ${own} was made where user namespaces are allowed and cannot be reached without them`);
  await symlink(join(home, 'postgres'), own);
  return join(home, 'postgres');
}

/**
 * Decide as whom the server runs and where its binaries and data are. Root needs another account, and that account must be able
 * to enter every folder on the way: a checkout in the home folder of root is closed to it.
 *
 * @param candidates  the accounts to try, in order; those that this process may use when left out
 * @throws Error  in one line, when no account can run the binaries
 */
export async function choosePlace(dataDir: string, log: Log, candidates?: Account[]): Promise<Place> {
  const found = await findBinaries();
  let reason = '';
  for (const account of candidates ?? (await accounts())) {
    try {
      const home = await homeFor(account, dataDir, log);
      const { binaries, version } = await runnable(account, found, home);
      return { account, binaries, version, cluster: await clusterIn(home, dataDir) };
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  throw unavailable(reason);
}
