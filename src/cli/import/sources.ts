import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError } from '../fault.js';

export const SOURCE_KINDS = ['users', 'items', 'events', 'follows'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** One file of the folder. `name` is without `.gz`, so that packing a file changes nothing that is derived from it. */
export interface Source {
  kind: SourceKind;
  format: 'csv' | 'ndjson';
  name: string;
  path: string;
  gzipped: boolean;
}

/**
 * The files that an import reads, in the order it sends them.
 *
 * @throws CommandError when the folder cannot be read, holds nothing to import, or holds the same thing twice
 */
export async function findSources(folder: string): Promise<Source[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new CommandError(`${folder} cannot be read: ${(error as Error).message}`);
  });
  const sources = names.flatMap((file): Source[] => {
    const match = /^(users|items|events|follows)\.(csv|ndjson)(\.gz)?$/.exec(file);
    if (!match) return [];
    const [, kind, format, gz] = match;
    return [
      {
        kind: kind as SourceKind,
        format: format as Source['format'],
        name: `${kind}.${format}`,
        path: join(folder, file),
        gzipped: gz !== undefined,
      },
    ];
  });
  const twice = SOURCE_KINDS.filter((kind) => sources.filter((source) => source.kind === kind).length > 1);
  if (twice.length > 0) throw new CommandError(`${folder} holds ${twice.join(', ')} more than once; keep one file of each`);
  if (sources.length === 0)
    throw new CommandError(
      `${folder} holds nothing to import: it needs items, users, events or follows as .csv or .ndjson, with or without .gz`,
    );
  return sources.sort((a, b) => SOURCE_KINDS.indexOf(a.kind) - SOURCE_KINDS.indexOf(b.kind));
}

/** The bytes of a file, unpacked; `onDigest` is told the SHA-256 of the file as it lies on disk once all of it was read. */
export function openSource(source: Source, onDigest: (sha256: string) => void = () => undefined): Readable {
  const raw = createReadStream(source.path).on('error', () => undefined); // the last stream of the pipeline carries the error to the reader
  const digesting = digest(onDigest);
  if (!source.gzipped) return pipeline(raw, digesting, () => undefined);
  return pipeline(raw, digesting, createGunzip(), () => undefined);
}

function digest(onDigest: (sha256: string) => void): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      onDigest(hash.digest('hex'));
      done();
    },
  });
}
