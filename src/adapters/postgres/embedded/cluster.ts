import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Log } from '../../../ports/log.js';
import { giveTo, runAs } from './account.js';
import { type Place } from './place.js';
import { isAlive, isPostmasterOf, stopPostmaster } from './processes.js';

export const SUPERUSER = 'imago';
const PASSWORD_FILE = 'imago-password';

async function content(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Remove what an interrupted creation has left. */
async function removeHalfMade(cluster: string): Promise<void> {
  const parent = dirname(cluster);
  const halfMade = (await readdir(parent)).filter((name) => name.startsWith(`${basename(cluster)}.init-`));
  // Its maker may still be writing for a moment after the process that asked for it was killed.
  for (const name of halfMade) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/**
 * Make the cluster aside and move it into place when it is complete, so that one that exists is never half-made.
 * The password is inside, so that neither is ever without the other.
 */
async function createCluster({ account, binaries, cluster }: Place): Promise<void> {
  const aside = `${cluster}.init-${randomUUID()}`;
  const fresh = join(aside, 'cluster');
  const passwordFile = join(aside, PASSWORD_FILE);
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  for (const path of [passwordFile, fresh, aside]) await chown(path, account.uid, account.gid);
  const options = [`--pgdata=${fresh}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
  const rules = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  await runAs(account, join(binaries.root, 'bin', 'initdb'), [...options, ...rules]);
  await rename(passwordFile, join(fresh, PASSWORD_FILE));
  await flushFolder(fresh);
  await rename(fresh, cluster);
  await flushFolder(dirname(cluster));
  await rm(aside, { recursive: true, force: true });
}

/** Refuse a folder that is another user's, another version's or not a cluster at all. True when there is a cluster. */
async function isUsable({ cluster, version, account }: Place): Promise<boolean> {
  const owner = (await stat(cluster).catch(() => undefined))?.uid;
  if (owner === undefined) return false;
  const me = process.getuid?.();
  if (me !== 0 && owner !== account.uid) throw new Error(`${cluster} belongs to user id ${owner} and this process runs as ${me}`);
  const made = await content(join(cluster, 'PG_VERSION'));
  const major = version.split('.')[0];
  if (made === major) return true;
  if (made !== undefined) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${made} and this is ${major}; set another DATA_DIR, or DATABASE_URL to a PostgreSQL ${made}`,
    );
  }
  if ((await readdir(cluster)).length > 0) throw new Error(`${cluster} holds files but no PostgreSQL data; set another DATA_DIR`);
  return false;
}

/**
 * Make the cluster, or check that the one there can be used.
 *
 * @returns its password
 * @throws Error  in one line, when another major version made it or the folder holds something else
 */
export async function prepareCluster(place: Place): Promise<string> {
  const { cluster, account } = place;
  await removeHalfMade(cluster);
  if (!(await isUsable(place))) await createCluster(place);
  await giveTo(account, cluster);
  const password = await content(join(cluster, PASSWORD_FILE));
  if (!password) throw new Error(`${join(cluster, PASSWORD_FILE)} is missing, so nobody can log in to the data in ${cluster}`);
  return password;
}

/**
 * Stop a server that outlived the process that started it. When its pid has gone to a stranger, remove its pid file: the server
 * would take the stranger for a running server and refuse to start. Everything else about an old pid file it sorts out itself.
 */
export async function stopOrphan({ cluster }: Place, log: Log): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number((await content(file))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !(await isAlive(pid))) return;
  if (!(await isPostmasterOf(pid, cluster))) return rm(file, { force: true });
  log.warn({ pid }, 'stopping a PostgreSQL left behind by a process that was killed');
  await stopPostmaster(pid, log);
}
