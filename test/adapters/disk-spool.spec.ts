import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../../src/adapters/disk/crc32c.js';
import { frame, unframe } from '../../src/adapters/disk/frames.js';
import { openSpool } from '../../src/adapters/disk/spool.js';
import { type Spool } from '../../src/ports/spool.js';
import { keptLog } from '../support/kept-log.js';

describe('crc32c', () => {
  it('gives the check value of the polynomial, and those of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  });
});

describe('a spool on disk', () => {
  let root: string;
  const opened: Spool[] = [];
  const open = async (maxBytes = 1e6, segmentBytes = 4_096): Promise<Spool> => {
    const spool = await openSpool({ root, maxBytes, segmentBytes, log: keptLog() });
    opened.push(spool);
    return spool;
  };
  const drained = async (spool: Spool): Promise<unknown[]> => {
    const taken: unknown[] = [];
    await spool.drain((records) => {
      taken.push(...records);
      return Promise.resolve([]);
    });
    return taken;
  };
  const segments = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const folder of (await readdir(root)).filter((name) => name.startsWith('live-')))
      for (const name of await readdir(join(root, folder))) if (name.endsWith('.spool')) found.push(join(root, folder, name));
    return found.sort();
  };
  beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'imago-spool-'))));
  afterEach(async () => {
    for (const spool of opened.splice(0)) await spool.close();
    await rm(root, { recursive: true, force: true });
  });

  it('hands over in order what was kept, typed arrays and all, over several segments, once', async () => {
    const spool = await open();
    const records = Array.from({ length: 500 }, (_, i) => ({ i, features: Float32Array.of(i, 0.5) }));
    await Promise.all(records.map((record) => spool.append(record)));
    expect(spool.state().bytes).toBeGreaterThan(500 * 8);
    expect(await drained(spool)).toEqual(records);
    expect(await drained(spool)).toEqual([]);
    expect(spool.state()).toEqual({ bytes: 0, isFull: false, quarantined: 0 });
    expect(await segments()).toEqual([]);
  });

  it('hands over again what was not taken', async () => {
    const spool = await open();
    await spool.append('a');
    await expect(spool.drain(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await spool.append('b');
    expect(await drained(spool)).toEqual(['a', 'b']);
  });

  it('refuses with a time to try again when it is full, and takes again when it was drained', async () => {
    const spool = await open(1_000);
    await spool.append('x'.repeat(900));
    await expect(spool.append('y'.repeat(200))).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 5 });
    expect(await drained(spool)).toHaveLength(1);
    await spool.append('y'.repeat(200));
  });

  /** What is left of a spool when its process dies. */
  const kill = async (spool: Spool): Promise<void> => {
    const [segment] = await segments();
    await writeFile(join(segment, '..', 'owner.json'), JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1 }));
    await spool.close();
  };

  it('takes over what goes from one process that dies to the next, however many they are', async () => {
    const first = await open();
    await first.append('kept');
    await kill(first);
    for (let i = 0; i < 12; i++) {
      const next = await open();
      await expect(next.drain(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
      await kill(next);
    }
    expect(await drained(await open())).toEqual(['kept']);
  });

  it('leaves what it cannot take over where it is', async () => {
    const dead = await open();
    await dead.append('kept');
    const [segment] = await segments();
    await kill(dead);
    const tooLong = join(segment, '..', `1-${'9'.repeat(240)}.spool`);
    await rename(segment, tooLong);
    expect(await drained(await open())).toEqual([]);
    expect(await segments()).toEqual([tooLong]);
  });

  it('takes over what a process that died has left', async () => {
    const dead = await open();
    await dead.append('kept');
    const [left] = await segments();
    // The number of a process that cannot be.
    await writeFile(join(left, '..', 'owner.json'), JSON.stringify({ host: (await import('node:os')).hostname(), pid: 2 ** 22 + 1 }));
    await dead.close();
    expect(await drained(await open())).toEqual(['kept']);
  });

  it('leaves alone what waits for a process that lives', async () => {
    const other = await open();
    await other.append('theirs');
    expect(await drained(await open())).toEqual([]);
    expect(await drained(other)).toEqual(['theirs']);
  });

  it('never hands over a record with a flipped bit, hands over those around it, and keeps the segment aside', async () => {
    const spool = await open();
    for (const record of ['one', 'two', 'three']) await spool.append(record);
    const [segment] = await segments();
    const bytes = await readFile(segment);
    bytes[frame('one').length + 10] ^= 4;
    await writeFile(segment, bytes);
    expect(await drained(spool)).toEqual(['one', 'three']);
    expect(spool.state()).toMatchObject({ bytes: 0, quarantined: 1 });
    expect(await readdir(join(root, 'quarantine'))).toHaveLength(1);
  });

  it('stops at a torn tail, wherever it is torn', () => {
    const [a, b] = [frame({ a: 1 }), frame({ b: 2 })];
    for (let cut = 1; cut <= b.length; cut++) {
      const torn = Buffer.concat([a, b]).subarray(0, a.length + b.length - cut);
      expect(unframe(torn)).toEqual({ records: [{ a: 1 }], isWhole: cut === b.length });
    }
  });

  it('puts aside what can never be taken', async () => {
    const spool = await open();
    await Promise.all(['good', 'bad'].map((record) => spool.append(record)));
    expect(await spool.drain((records) => Promise.resolve(records.filter((record) => record === 'bad')))).toBe(2);
    const [name] = await readdir(join(root, 'quarantine'));
    expect(unframe(await readFile(join(root, 'quarantine', name)))).toEqual({ records: ['bad'], isWhole: true });
  });
});
