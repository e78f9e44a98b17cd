import { hash } from 'node:crypto';

const ABSENT = 0xffffffff;

/**
 * Values written one after the other so that no two different sequences give the same bytes: numbers have a fixed width (big-endian), texts and byte
 * strings are preceded by their length in bytes, what is absent has a length that nothing can have. Grows as needed and is made to be used again.
 */
export class CanonicalBytes {
  private bytes = Buffer.allocUnsafe(4096);
  /** Over the same memory; a Buffer takes longer for a number. */
  private view = viewOf(this.bytes);
  private end = 0;

  /** Start again with nothing written. */
  clear(): this {
    this.end = 0;
    return this;
  }

  /** @param value integer, 0..255 */
  byte(value: number): this {
    this.reserve(1);
    this.bytes[this.end++] = value;
    return this;
  }

  flag(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  /** Any number, as the eight bytes of a float64: integers to 2^53 are exact. */
  number(value: number): this {
    this.reserve(8);
    this.view.setFloat64(this.end, value);
    this.end += 8;
    return this;
  }

  optionalNumber(value: number | null | undefined): this {
    if (value === null || value === undefined) return this.byte(0);
    return this.byte(1).number(value);
  }

  /** UTF-8 with its length before it; null and undefined are the same and differ from ''. */
  text(value: string | null | undefined): this {
    this.reserve(4);
    if (value === null || value === undefined) {
      this.view.setUint32(this.end, ABSENT);
      this.end += 4;
      return this;
    }
    this.reserve(4 + value.length * 3);
    const length = this.bytes.write(value, this.end + 4, 'utf8');
    this.view.setUint32(this.end, length);
    this.end += 4 + length;
    return this;
  }

  texts(values: readonly string[]): this {
    this.length(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  block(value: Uint8Array): this {
    this.length(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.end);
    this.end += value.length;
    return this;
  }

  /** @param value hex text of a fixed length, as a sha256 has, so that no length is needed */
  digest(value: string): this {
    this.reserve(value.length / 2);
    this.end += this.bytes.write(value, this.end, 'hex');
    return this;
  }

  optionalDigest(value: string | null): this {
    return value === null ? this.byte(0) : this.byte(1).digest(value);
  }

  /** How many entries follow. */
  length(value: number): this {
    this.reserve(4);
    this.view.setUint32(this.end, value);
    this.end += 4;
    return this;
  }

  /** Hex sha256 of all that was written. */
  sha256(): string {
    return hash('sha256', this.bytes.subarray(0, this.end), 'hex');
  }

  /** A copy of what was written. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.end));
  }

  private reserve(size: number): void {
    const needed = this.end + size;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
    this.view = viewOf(grown);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView => new DataView(buffer, byteOffset, byteLength);
