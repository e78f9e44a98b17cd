import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../core/errors.js';
import { type Log } from '../../ports/log.js';
import { type Spool } from '../../ports/spool.js';
import { frame, unframe } from './frames.js';
import { adoptSegments, holdFolder, letGo, ownFolder, removeEmpty } from './spool-folders.js';

export interface SpoolOptions {
  /** Folder that several processes may share; made when missing. */
  root: string;
  maxBytes: number;
  log: Log;
  segmentBytes?: number;
}

const SEGMENT_BYTES = 8 * 1024 * 1024;
const BATCH = 200;
const DIGITS = 12;

const full = (): AppError =>
  new AppError('UNAVAILABLE', 'the database is away and no more can be kept for it; try again after five seconds', [], 5);

interface Waiting {
  bytes: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** A spool in segment files: several records are written, and brought to disk, at once. */
export async function openSpool({ root, maxBytes, log, segmentBytes = SEGMENT_BYTES }: SpoolOptions): Promise<Spool> {
  await mkdir(join(root, 'quarantine'), { recursive: true, mode: 0o700 });
  const folder = await ownFolder(root);
  holdFolder(folder);
  return new DiskSpool({ root, maxBytes, log, segmentBytes, folder, quarantined: (await readdir(join(root, 'quarantine'))).length });
}

class DiskSpool implements Spool {
  private readonly sizeBySealed = new Map<string, number>();
  private current: { path: string; file: FileHandle; bytes: number } | null = null;
  private bytes = 0;
  private quarantined: number;
  private next = 1;
  private waiting: Waiting[] = [];
  /** Writing, sealing and draining wait for each other's files here. */
  private files: Promise<unknown> = Promise.resolve();
  private draining: Promise<number> | null = null;

  constructor(private readonly options: Required<SpoolOptions> & { folder: string; quarantined: number }) {
    this.quarantined = options.quarantined;
  }

  append(record: unknown): Promise<void> {
    const bytes = frame(record);
    if (this.bytes + bytes.length > this.options.maxBytes) return Promise.reject(full());
    this.bytes += bytes.length;
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ bytes, resolve, reject }) === 1) void this.inTurn(() => this.write());
    });
  }

  drain(take: (records: unknown[]) => Promise<unknown[]>): Promise<number> {
    return (this.draining ??= this.drainAll(take).finally(() => (this.draining = null)));
  }

  state(): ReturnType<Spool['state']> {
    const { bytes, quarantined } = this;
    return { bytes, quarantined, isFull: bytes >= 0.95 * this.options.maxBytes };
  }

  async close(): Promise<void> {
    await this.draining?.catch(() => undefined);
    await this.inTurn(() => this.seal());
    letGo(this.options.folder);
    await removeEmpty(this.options.folder);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.files.then(work, work);
    this.files = turn.catch(() => undefined);
    return turn;
  }

  private async write(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    const bytes = Buffer.concat(batch.map((one) => one.bytes));
    try {
      const segment = (this.current ??= await this.newSegment());
      await segment.file.writev([bytes]);
      await segment.file.datasync();
      segment.bytes += bytes.length;
      for (const { resolve } of batch) resolve();
      if (segment.bytes >= this.options.segmentBytes) await this.seal();
    } catch (error) {
      // Nobody knows what the disk took of it, so that nothing may be written behind it.
      this.options.log.error({ err: error }, 'the spool cannot write');
      this.bytes -= bytes.length;
      await this.seal().catch(() => undefined);
      for (const { reject } of batch) reject(full());
    }
  }

  private async newSegment(): Promise<{ path: string; file: FileHandle; bytes: number }> {
    const { folder } = this.options;
    const path = join(folder, `1-${String(this.next++).padStart(DIGITS, '0')}.spool`);
    const file = await open(path, 'wx', 0o600);
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    return { path, file, bytes: 0 };
  }

  private async seal(): Promise<void> {
    const segment = this.current;
    this.current = null;
    if (!segment) return;
    await segment.file.close();
    this.sizeBySealed.set(segment.path, segment.bytes);
  }

  private async drainAll(take: (records: unknown[]) => Promise<unknown[]>): Promise<number> {
    const { root, folder } = this.options;
    for (const path of await adoptSegments(root, folder)) {
      const { size } = await stat(path);
      this.sizeBySealed.set(path, size);
      this.bytes += size;
    }
    await this.inTurn(() => this.seal());
    let count = 0;
    for (const path of [...this.sizeBySealed.keys()].sort()) count += await this.drainSegment(path, take);
    return count;
  }

  private async drainSegment(path: string, take: (records: unknown[]) => Promise<unknown[]>): Promise<number> {
    const { records, isWhole } = unframe(await readFile(path));
    const refused: unknown[] = [];
    for (let from = 0; from < records.length; from += BATCH) refused.push(...(await take(records.slice(from, from + BATCH))));
    const aside = join(this.options.root, 'quarantine', `${Date.now()}-${basename(path)}`);
    if (refused.length > 0) await writeFile(`${aside}.refused`, Buffer.concat(refused.map(frame)), { mode: 0o600 });
    if (isWhole) await rm(path);
    else await rename(path, aside);
    if (!isWhole || refused.length > 0) {
      this.quarantined++;
      this.options.log.error(
        { aside, refused: refused.length, isWhole },
        'part of the spool cannot be read, or be taken; it is kept aside',
      );
    }
    this.bytes -= this.sizeBySealed.get(path)!;
    this.sizeBySealed.delete(path);
    return records.length;
  }
}
