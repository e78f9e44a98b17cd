import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const OWNER = 'owner.json';
/** Before the names of segments that others wrote, which come before one's own. */
const ADOPTED = '0-';
/** Of another machine nobody can tell whether a process lives; one that has written nothing for so long is taken for dead. */
const STALE_MS = 10 * 60_000;

export const isSegment = (name: string): boolean => name.endsWith('.spool');

/** A folder of this process alone below `root`. */
export async function ownFolder(root: string): Promise<string> {
  const folder = join(root, `live-${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, OWNER), JSON.stringify({ host: hostname(), pid: process.pid }));
  return folder;
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

async function isOrphan(folder: string, mine: ReadonlySet<string>): Promise<boolean> {
  if (mine.has(folder)) return false;
  const text = await readFile(join(folder, OWNER), 'utf8').catch(() => '');
  const { mtimeMs } = await stat(folder);
  if (text === '') return Date.now() - mtimeMs > STALE_MS;
  const { host, pid } = JSON.parse(text) as { host: string; pid: number };
  // Where another folder has our number, its owner had it before us.
  if (host === hostname()) return pid === process.pid || !isRunning(pid);
  return Date.now() - mtimeMs > STALE_MS;
}

/** Folders of this process; a number is the same for several spools of one. */
const mine = new Set<string>();
export const holdFolder = (folder: string): void => void mine.add(folder);
export const letGo = (folder: string): void => void mine.delete(folder);

/** What was taken over keeps its name when it is taken over again: names that grew each time would become too long in the end. */
const adoptedName = (owner: string, segment: string): string => (segment.startsWith(ADOPTED) ? segment : `${ADOPTED}${owner}-${segment}`);

/**
 * Take over what processes that died have left below `root`: the segments that waited there. A rename decides between two takers; what cannot be taken stays for
 * the next time.
 */
export async function adoptSegments(root: string, folder: string): Promise<string[]> {
  const adopted: string[] = [];
  for (const name of (await readdir(root)).filter((one) => one.startsWith('live-')).sort()) {
    const theirs = join(root, name);
    if (!(await isOrphan(theirs, mine).catch(() => false))) continue;
    for (const segment of (await readdir(theirs).catch(() => [])).filter(isSegment).sort()) {
      const to = join(folder, adoptedName(name, segment));
      if (await rename(join(theirs, segment), to).then(() => true, () => false)) adopted.push(to); // prettier-ignore
    }
    await removeEmpty(theirs);
  }
  return adopted;
}

/** Remove a folder in which nothing waits any more. */
export async function removeEmpty(folder: string): Promise<void> {
  const left = await readdir(folder).catch(() => []);
  if (!left.some(isSegment)) await rm(folder, { recursive: true, force: true });
}
