import { deserialize, serialize } from 'node:v8';
import { crc32c } from './crc32c.js';

/** Length and checksum, four bytes each, before every record. */
const HEAD_BYTES = 8;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** A record as bytes. */
export function frame(record: unknown): Buffer {
  const payload = serialize(record);
  const framed = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  framed.writeUInt32LE(payload.length, 0);
  framed.writeUInt32LE(crc32c(payload), 4);
  payload.copy(framed, HEAD_BYTES);
  return framed;
}

/** The records whose checksums fit, in order; `isWhole` says whether those were all. Behind a length that cannot be nothing is found. */
export function unframe(bytes: Buffer): { records: unknown[]; isWhole: boolean } {
  const records: unknown[] = [];
  let isWhole = true;
  let at = 0;
  while (at < bytes.length) {
    const length = at + HEAD_BYTES <= bytes.length ? bytes.readUInt32LE(at) : Infinity;
    const end = at + HEAD_BYTES + length;
    if (length > MAX_RECORD_BYTES || end > bytes.length) return { records, isWhole: false };
    const payload = bytes.subarray(at + HEAD_BYTES, end);
    if (crc32c(payload) === bytes.readUInt32LE(at + 4)) records.push(deserialize(payload));
    else isWhole = false;
    at = end;
  }
  return { records, isWhole };
}
