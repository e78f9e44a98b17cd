const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (polynomial 0x04C11DB7, as in zip) of the bytes from `from` on; 0 to 2^32 - 1. */
export function crc32(bytes: Uint8Array, from = 0): number {
  let crc = 0xffffffff;
  for (let i = from; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const SEVEN_BITS = 128;
/** Numbers below this are done with bit operations, which see 32 bits. */
const SMALL = 2 ** 31;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How a number is written: 1 not at all, quarters from -32 to 31.75 in one byte, else in the fewest bytes that keep it exactly. */
export const NUMBER_FORM = { one: 0, quarters: 1, single: 2, double: 3 } as const;

/** The form of a number, 0..3. */
export function numberForm(value: number): number {
  if (value === 1) return NUMBER_FORM.one;
  if (Number.isInteger(value * 4) && Math.abs(value) < 32 && !Object.is(value, -0)) return NUMBER_FORM.quarters;
  return Object.is(Math.fround(value), value) ? NUMBER_FORM.single : NUMBER_FORM.double;
}

/** Appends numbers and texts to bytes that grow. */
export class ByteWriter {
  private readonly placeOfTime = new Map<number, number>();
  private bytes = new Uint8Array(2048);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  private room(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
  byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }
  uint32(value: number): void {
    this.room(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }
  /** @param value a whole number, 0 to 2^53 - 1; seven bits a byte, the lowest first */
  varint(value: number): void {
    this.room(8);
    let rest = value;
    while (rest >= SMALL) {
      this.bytes[this.length++] = (rest % SEVEN_BITS) | SEVEN_BITS;
      rest = Math.floor(rest / SEVEN_BITS);
    }
    while (rest >= SEVEN_BITS) {
      this.bytes[this.length++] = (rest & 127) | SEVEN_BITS;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }
  /** @param value a whole number, small ones of either sign taking few bytes; up to 2^52 - 1 in size */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }
  /** @param form what `numberForm` says; it is not written */
  number(value: number, form: number): void {
    this.room(8);
    if (form === NUMBER_FORM.quarters) this.view.setInt8(this.length, value * 4);
    else if (form === NUMBER_FORM.single) this.view.setFloat32(this.length, value, true);
    else if (form === NUMBER_FORM.double) this.view.setFloat64(this.length, value, true);
    this.length += SIZES[form];
  }
  text(value: string): void {
    const encoded = encoder.encode(value);
    this.varint(encoded.length);
    this.room(encoded.length);
    this.bytes.set(encoded, this.length);
    this.length += encoded.length;
  }
  /** @param at epoch ms; written as its place in a table, since one act gives its time to many sums */
  time(at: number): void {
    let place = this.placeOfTime.get(at);
    if (place === undefined) this.placeOfTime.set(at, (place = this.placeOfTime.size));
    this.varint(place);
  }
  /** The table of the times that another writer wrote, and behind it all that it wrote. */
  append(other: ByteWriter): void {
    this.varint(other.placeOfTime.size);
    let before = 0;
    for (const at of other.placeOfTime.keys()) {
      this.signed(at - before);
      before = at;
    }
    this.room(other.length);
    this.bytes.set(other.bytes.subarray(0, other.length), this.length);
    this.length += other.length;
  }
  /** All that was written, in an array of its own. */
  done(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

const SIZES = [0, 1, 4, 8];

/** Reads what a `ByteWriter` wrote, in the same order. Every method throws RangeError where the bytes end too early. */
export class ByteReader {
  private readonly view: DataView;
  private times: number[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }
  private take(size: number): number {
    if (size > this.left) throw new RangeError(`${size} bytes wanted where ${this.left} are left`);
    this.at += size;
    return this.at - size;
  }
  byte(): number {
    return this.bytes[this.take(1)];
  }
  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  varint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < SEVEN_BITS) break;
      unit *= SEVEN_BITS;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('a whole number does not fit');
    return value;
  }
  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  number(form: number): number {
    const at = this.take(SIZES[form]);
    if (form === NUMBER_FORM.quarters) return this.view.getInt8(at) / 4;
    if (form === NUMBER_FORM.single) return this.view.getFloat32(at, true);
    return form === NUMBER_FORM.double ? this.view.getFloat64(at, true) : 1;
  }
  /** Read the table that `time` looks into. */
  timeTable(): void {
    let at = 0;
    for (let n = this.varint(); n > 0; n--) this.times.push((at += this.signed()));
  }
  time(): number {
    const place = this.varint();
    if (place >= this.times.length) throw new RangeError(`time ${place} wanted of ${this.times.length}`);
    return this.times[place];
  }
  text(): string {
    const length = this.varint();
    const at = this.take(length);
    return decoder.decode(this.bytes.subarray(at, at + length));
  }
}
