import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Log } from '../../../ports/log.js';

const run = promisify(execFile);
const POLL_MS = 15;

/** Output of `ps` for one process, empty when there is no such process. Only used where there is no /proc. */
async function ps(pid: number, column: string): Promise<string> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
    return stdout.trim();
  } catch {
    return '';
  }
}

/** The fields of /proc/<pid>/stat after the command name, which may itself hold spaces and brackets. */
async function procStat(pid: number): Promise<string[] | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * Whether the process runs. A zombie does not: it holds no files and no locks, and in a container without an init nobody reaps it.
 *
 * @param pid  a process id of this pid namespace
 */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  return (await procStat(pid))?.[0] !== 'Z';
}

/** When the process began, in a unit of the platform; with the pid it names one process for ever. Empty when it has ended. */
export async function startMark(pid: number): Promise<string> {
  if (process.platform === 'linux') return (await procStat(pid))?.[19] ?? '';
  return ps(pid, 'lstart');
}

/** The command with its arguments, empty when it cannot be read. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform !== 'linux') return ps(pid, 'command');
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/**
 * Whether the process is a postmaster of the cluster. The command line names the folder; the working folder is it, even when
 * a folder above has been renamed since, but only the owner of the process may read that.
 */
export async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (`${await commandLine(pid)} `.includes(`-D ${cluster} `)) return true;
  return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === cluster;
}

/** Wait until the process has ended; false when it still runs after `withinMs` milliseconds. */
export async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (await isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Send a signal to a process that may have ended in the meantime. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Stop a postmaster: fast shutdown first, then immediate, then by force. Each step waits for the one before. */
export async function stopPostmaster(pid: number, log: Log): Promise<void> {
  signal(pid, 'SIGINT');
  if (await hasEnded(pid, 20_000)) return;
  log.warn({ pid }, 'PostgreSQL does not answer to a fast shutdown, stopping it at once');
  signal(pid, 'SIGQUIT');
  if (await hasEnded(pid, 6_000)) return;
  signal(pid, 'SIGKILL');
  if (!(await hasEnded(pid, 6_000))) throw new Error(`PostgreSQL ${pid} cannot be stopped`);
}
