import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readlink, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startMark } from './processes.js';

const HEARTBEAT_MS = 2_000;
const FOREIGN_WATCH_MS = 6_000;
const UNWRITTEN_MS = 1_000;
const GUARD_STALE_MS = 10_000;

/** Who holds a data folder. `space` is machine and pid namespace, since a pid of another container means nothing here. */
interface Holder {
  pid: number;
  started: string;
  space: string;
  host: string;
  token: string;
}

export interface DataLock {
  release(): Promise<void>;
}

async function pidSpace(): Promise<string> {
  return `${hostname()} ${await readlink('/proc/self/ns/pid').catch(() => '')}`;
}

/** What the lock says; undefined when there is none or its name is not written yet. A lock that may not be read is a fault. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function touchedMs(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** A holder in another container or machine shows life only by touching the file. */
async function isTouched(file: string, watchMs: number): Promise<boolean> {
  const before = await touchedMs(file);
  await delay(watchMs);
  const after = await touchedMs(file);
  return after !== undefined && after !== before;
}

async function isHolding(file: string, holder: Holder, space: string, watchMs: number): Promise<boolean> {
  if (holder.space !== space) return isTouched(file, watchMs);
  return (await isAlive(holder.pid)) && (await startMark(holder.pid)) === holder.started;
}

/**
 * Remove the lock of a holder that is gone. Only one process at a time may do so, and it looks again first: otherwise two that
 * saw the same dead holder would each remove what the other has just made.
 */
async function removeStale(file: string, token: string | undefined): Promise<void> {
  const guard = `${file}.takeover`;
  try {
    await mkdir(guard);
  } catch {
    const made = await touchedMs(guard);
    if (made !== undefined && Date.now() - made > GUARD_STALE_MS) await rmdir(guard).catch(() => undefined);
    return delay(50);
  }
  try {
    const same = (await readHolder(file))?.token === token;
    // Without a name nothing but its age tells a lock whose writer was killed from one that is being written.
    const age = Date.now() - ((await touchedMs(file)) ?? Infinity);
    if (same && (token !== undefined || age > UNWRITTEN_MS)) await rm(file, { force: true });
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}

/** Write the lock unless there is one. */
async function create(file: string, mine: Holder): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(mine), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The holder that stands in the way, after giving one that is still writing its name the time to do so. */
async function settledHolder(file: string): Promise<Holder | undefined> {
  const deadline = performance.now() + UNWRITTEN_MS;
  for (;;) {
    const holder = await readHolder(file);
    if (holder || performance.now() > deadline || (await touchedMs(file)) === undefined) return holder;
    await delay(50);
  }
}

/**
 * Take the data folder for this process. A lock left by a process that was killed is taken over.
 *
 * @param folder  an existing folder that this process may write
 * @param watchMs  how long to watch a holder in another container for a sign of life, longer than the 2 s between two of them
 * @throws Error  naming the pid and the folder when another process holds it
 */
export async function lockFolder(folder: string, watchMs = FOREIGN_WATCH_MS): Promise<DataLock> {
  const file = join(folder, 'lock');
  const space = await pidSpace();
  const mine: Holder = { pid: process.pid, started: await startMark(process.pid), space, host: hostname(), token: randomUUID() };
  while (!(await create(file, mine))) {
    const holder = await settledHolder(file);
    if (holder && (await isHolding(file, holder, space, watchMs))) {
      const where = holder.space === space ? '' : ` on ${holder.host}`;
      throw new Error(`data folder ${folder} is in use by process ${holder.pid}${where}; stop it or set another DATA_DIR`);
    }
    await removeStale(file, holder?.token);
  }
  const heartbeat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), HEARTBEAT_MS);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      if ((await readHolder(file))?.token === mine.token) await rm(file, { force: true });
    },
  };
}
