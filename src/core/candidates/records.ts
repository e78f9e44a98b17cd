import { growUint32 } from './columns.js';

const BLOCK_BITS = 20;
const BLOCK_BYTES = 2 ** BLOCK_BITS;
const MAX_BLOCKS = 2 ** (32 - BLOCK_BITS);
/** Nothing is kept before it, so that no place is 0. */
const FIRST = 4;
const NOTHING = Buffer.alloc(0);

/**
 * Some bytes for each number, outside of the heap: one record after the other in blocks of 1 MiB. A record of another length than the one before it is
 * appended, and a block whose records are more than half out of date is written anew, so that memory is at most twice what is in use, and a change costs
 * what its record costs. At most 4 GiB in all.
 */
export class Records {
  private readonly blocks: Buffer[] = [];
  /** Of every block the bytes in use. */
  private readonly used: number[] = [];
  /** Blocks that hold nothing. */
  private readonly free: number[] = [];
  /** By number where its record begins, 0 where there is none. */
  private places = new Uint32Array(1024);
  private size = 0;
  private last = -1;
  private end = BLOCK_BYTES;

  /** Bytes taken from the system. */
  get bytes(): number {
    return this.places.byteLength + this.blocks.reduce((sum, block) => sum + block.length, 0);
  }

  has(no: number): boolean {
    return no < this.size && this.places[no] !== 0;
  }
  /** The block in which the record of a number lies. To be read at once: a later `put` may move it. */
  blockOf(no: number): Buffer {
    return this.blocks[this.places[no] >>> BLOCK_BITS];
  }
  /** Where the record of a number begins in its block. */
  startOf(no: number): number {
    const place = this.places[no];
    return afterLength(this.blocks[place >>> BLOCK_BITS], place & (BLOCK_BYTES - 1));
  }

  /**
   * Keep the bytes before `length` as the record of a number.
   *
   * @throws RangeError beyond 4 GiB
   */
  put(no: number, bytes: Buffer, length: number): void {
    if (no >= this.places.length) this.places = growUint32(this.places, Math.max(no + 1, this.places.length * 2));
    this.size = Math.max(this.size, no + 1);
    const before = this.places[no];
    if (before !== 0 && this.lengthAt(before) === length) {
      bytes.copy(this.blockOf(no), this.startOf(no), 0, length);
      return;
    }
    this.places[no] = this.append(bytes, 0, length);
    if (before !== 0) this.release(before);
  }

  private append(bytes: Buffer, from: number, length: number): number {
    const size = sizeOfLength(length) + length;
    if (this.end + size > BLOCK_BYTES) this.open(Math.max(BLOCK_BYTES, FIRST + size));
    const block = this.blocks[this.last];
    const place = this.last * BLOCK_BYTES + this.end;
    this.end = writeLength(block, this.end, length);
    bytes.copy(block, this.end, from, from + length);
    this.end += length;
    this.used[this.last] += size;
    return place;
  }

  private open(bytes: number): void {
    this.last = this.free.pop() ?? this.blocks.length;
    if (this.last === MAX_BLOCKS) throw new RangeError('the texts of the catalogue take more than 4 GiB');
    this.blocks[this.last] = Buffer.allocUnsafeSlow(bytes);
    this.used[this.last] = 0;
    this.end = FIRST;
  }

  private release(place: number): void {
    const block = place >>> BLOCK_BITS;
    const length = this.lengthAt(place);
    this.used[block] -= sizeOfLength(length) + length;
    if (block !== this.last && this.used[block] * 2 < this.blocks[block].length) this.empty(block);
  }

  /** Write what is in use of a block elsewhere. */
  private empty(block: number): void {
    const bytes = this.blocks[block];
    for (let no = 0; no < this.size; no++) {
      const place = this.places[no];
      if (place >>> BLOCK_BITS !== block || place === 0) continue;
      this.places[no] = this.append(bytes, afterLength(bytes, place & (BLOCK_BYTES - 1)), this.lengthAt(place));
    }
    this.blocks[block] = NOTHING;
    this.free.push(block);
  }

  private lengthAt(place: number): number {
    const block = this.blocks[place >>> BLOCK_BITS];
    let length = 0;
    let shift = 0;
    for (let at = place & (BLOCK_BYTES - 1); ; at++, shift += 7) {
      length |= (block[at] & 127) << shift;
      if (block[at] < 128) return length;
    }
  }
}

/** Lengths are written seven bits a byte, the lowest first. */
function writeLength(block: Buffer, at: number, length: number): number {
  let rest = length;
  for (; rest >= 128; rest >>>= 7) block[at++] = (rest & 127) | 128;
  block[at++] = rest;
  return at;
}
function afterLength(block: Buffer, at: number): number {
  while (block[at] >= 128) at++;
  return at + 1;
}
function sizeOfLength(length: number): number {
  let size = 1;
  for (let rest = length; rest >= 128; rest >>>= 7) size++;
  return size;
}
