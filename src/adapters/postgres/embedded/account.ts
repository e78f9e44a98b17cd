import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { lchown, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const UNSHARE = ['--user', '--map-user=1000', '--map-group=1000', '--'];
const ROOT = 0;

/** Who runs PostgreSQL. It refuses to run as root, so root hands it to somebody else. */
export interface Account {
  name: 'this user' | 'user namespace' | 'nobody';
  /** Owner that its files must have, as seen from this process. */
  uid: number;
  gid: number;
}

/** Nothing of ours reaches the server: no secrets, and no PG variables that change what it does. */
const env = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

/** File, arguments and ids for `spawn` that run a command as the account. */
export function commandAs(account: Account, file: string, args: string[]): [string, string[], { uid?: number; gid?: number }] {
  if (account.name === 'user namespace') return ['unshare', [...UNSHARE, file, ...args], {}];
  if (account.name === 'nobody') return [file, args, { uid: account.uid, gid: account.gid }];
  return [file, args, {}];
}

/**
 * Run a command to its end and return what it printed.
 *
 * @throws Error  in one line, the last that the command said
 */
export async function runAs(account: Account, file: string, args: string[]): Promise<string> {
  const [name, all, ids] = commandAs(account, file, args);
  try {
    return (await run(name, all, { ...ids, cwd: '/', env, maxBuffer: 1 << 24 })).stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    const lines = (stderr?.trim() || message.trim()).split('\n');
    throw new Error(`${basename(file)}: ${lines.at(-1)}`, { cause });
  }
}

/** Start a server in its own session, so that Ctrl-C in a terminal reaches Node alone and the order of stopping is ours. */
export function spawnAs(account: Account, file: string, args: string[]): ChildProcess {
  const [name, all, ids] = commandAs(account, file, args);
  return spawn(name, all, { ...ids, cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Whether the account can enter the folder and all that lead to it. */
export async function canReach(account: Account, folder: string): Promise<boolean> {
  return runAs(account, '/bin/sh', ['-c', 'test -x "$0"', folder]).then(
    () => true,
    () => false,
  );
}

/** The account that every Unix has and that owns nothing. */
export async function nobody(): Promise<Account> {
  const idOf = async (flag: string) => Number((await run('id', [flag, 'nobody']).catch(() => ({ stdout: '65534' }))).stdout) | 0;
  return { name: 'nobody', uid: await idOf('-u'), gid: await idOf('-g') };
}

/** Accounts that may run the server here, the best first. */
export async function accounts(): Promise<Account[]> {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== ROOT) return [{ name: 'this user', uid, gid }];
  const namespace: Account = { name: 'user namespace', uid, gid };
  const allowed = await canReach(namespace, '/');
  return allowed ? [namespace, await nobody()] : [await nobody()];
}

/** Give a folder with all it holds to the account, unless it has it. */
export async function giveTo({ uid, gid }: Account, folder: string): Promise<void> {
  if ((await stat(folder)).uid === uid) return;
  for (const entry of await readdir(folder, { recursive: true })) await lchown(join(folder, entry), uid, gid);
  // The folder itself comes last: it is the mark that all below is done.
  await lchown(folder, uid, gid);
}
