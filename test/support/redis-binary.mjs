import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

const run = promisify(execFile);
const MIRROR = 'https://deb.debian.org/debian';
const RELEASE = 'bookworm';
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
/** The server is in the package of the tools; the others are libraries that a small system lacks. */
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1', 'libssl3'];
const WANTED = 'install redis-server (version 7 or later), or set REDIS_URL to a server that tests may empty';

const exists = (path) => access(path).then(() => true, () => false); // prettier-ignore

async function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'redis-server');
    if (folder !== '' && (await exists(path))) return path;
  }
  return null;
}

/** Paragraphs of an index of packages, for the packages that are wanted. */
function paragraphsOf(index) {
  const found = new Map();
  for (const paragraph of index.split('\n\n')) {
    const name = /^Package: (.*)$/m.exec(paragraph)?.[1];
    if (PACKAGES.includes(name)) found.set(name, paragraph);
  }
  return found;
}

async function fetched(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Download Debian's packages, each checked against the sum in the index. */
async function download(folder) {
  const architecture = ARCHITECTURES[process.arch];
  if (process.platform !== 'linux' || !architecture) throw new Error(`Debian has no packages for ${process.platform} on ${process.arch}`);
  const index = gunzipSync(await fetched(`${MIRROR}/dists/${RELEASE}/main/binary-${architecture}/Packages.gz`)).toString('utf8');
  for (const [name, paragraph] of paragraphsOf(index)) {
    const [, path] = /^Filename: (.*)$/m.exec(paragraph);
    const [, sha256] = /^SHA256: (.*)$/m.exec(paragraph);
    const bytes = await fetched(`${MIRROR}/${path}`);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error(`${path} is not what the index says`);
    await writeFile(join(folder, `${name}.deb`), bytes);
  }
}

/** Unpack packages; a folder appears whole or not at all, so that two runs can do it at once. */
async function fill(cache) {
  await mkdir(join(cache, '..'), { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'imago-redis-'));
  try {
    await download(folder);
    for (const name of (await readdir(folder)).filter((file) => file.endsWith('.deb')))
      await run('dpkg-deb', ['-x', join(folder, name), join(folder, 'root')]);
    await run('cp', ['-a', join(folder, 'root'), `${cache}.${process.pid}`]);
    await rename(`${cache}.${process.pid}`, cache).catch(() => rm(`${cache}.${process.pid}`, { recursive: true, force: true }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Folders of shared libraries below a root. */
async function librariesIn(root) {
  const found = [];
  for (const lib of ['usr/lib', 'lib'])
    for (const name of await readdir(join(root, lib)).catch(() => [])) if (name.endsWith('-linux-gnu')) found.push(join(root, lib, name));
  return found;
}

/**
 * A redis-server to run: the one on the PATH, else Debian's, unpacked into a cache folder.
 *
 * @returns {Promise<{ path: string, env: Record<string, string> }>} and the environment that it needs
 * @throws Error that says what to install
 */
export async function redisBinary() {
  const installed = await onPath();
  if (installed) return { path: installed, env: {} };
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'imago', `redis-${RELEASE}-${process.arch}`);
  const path = join(cache, 'usr/bin/redis-server');
  if (!(await exists(path))) {
    await fill(cache).catch((error) => {
      throw new Error(`there is no redis-server: ${WANTED}. Debian's could not be had: ${error.message}`);
    });
  }
  return { path, env: { LD_LIBRARY_PATH: (await librariesIn(cache)).join(delimiter) } };
}
