import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ImportKind } from './app.js';

/** The newest event of the sample lies this long before the moment it is loaded. */
const NEWEST_BEFORE_NOW_MS = 3 * 60_000;
/** The files give these as seconds relative to the end of the data. */
const TIME_FIELDS = ['occurredAt', 'createdAt', 'joinedAt', 'availableUntil'];

/**
 * Lines of the bundled sample shop in the form of the public import: items, then users, then events is the order that makes sense. All times are
 * moved by one constant, so that the data end a few minutes before `now`.
 *
 * @param now epoch ms
 */
export async function* sampleLines(kind: ImportKind, now: number): AsyncGenerator<string> {
  const end = now - NEWEST_BEFORE_NOW_MS;
  const file = createReadStream(new URL(`./sample/data/${kind}.ndjson.gz`, import.meta.url));
  const unpacked = pipeline(file, createGunzip(), () => undefined); // the reader below sees the error
  let broken: Error | null = null;
  const lines = createInterface({ input: unpacked.on('error', (error) => ((broken = error), lines.close())) });
  for await (const line of lines) yield dated(line, end);
  if (broken !== null) throw new Error(`the bundled sample cannot be read: ${kind}`, { cause: broken });
}

function dated(line: string, end: number): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  for (const name of TIME_FIELDS) {
    const seconds = fields[name];
    if (typeof seconds === 'number') fields[name] = new Date(end + seconds * 1000).toISOString();
  }
  return JSON.stringify(fields);
}
