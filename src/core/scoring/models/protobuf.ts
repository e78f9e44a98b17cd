/** The bytes are not the message that they should be. */
export class WireFault extends Error {}

const HIGH = 4_294_967_296;

/**
 * Reads the fields of one protobuf message, in place and within bounds: whatever the bytes are, every call returns or throws a WireFault, and the place only
 * moves forward. Stricter than the encoding allows: no groups, no tags beyond 32 bits.
 */
export class WireReader {
  /** Number of the field. */
  field = 0;
  /** 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes */
  wire = 0;
  /** The value of a varint, low and high half, unsigned. */
  low = 0;
  high = 0;
  /** Where the bytes of any other field begin and end. */
  from = 0;
  to = 0;

  constructor(
    readonly bytes: Uint8Array,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  /** Go to the next field; false at the end of the message. */
  next(): boolean {
    if (this.at === this.end) return false;
    this.varint();
    if (this.high !== 0 || this.low < 8) throw new WireFault(`there is no field at byte ${this.at}`);
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.wire === 0) this.varint();
    else if (this.wire === 2) this.lengthAndBytes();
    else if (this.wire === 1) this.fixed(8);
    else if (this.wire === 5) this.fixed(4);
    else throw new WireFault(`field ${this.field} at byte ${this.at} is in no encoding that is taken`);
    return true;
  }

  /** The value of a varint as a signed number; exact within 2^53. */
  signed(): number {
    return (this.high | 0) * HIGH + this.low;
  }
  /** The message in the bytes of this field. */
  message(): WireReader {
    return new WireReader(this.bytes, this.from, this.to);
  }
  /** How many varints the bytes of this field are. */
  packedCount(): number {
    let count = 0;
    for (let i = this.from; i < this.to; i++) if (this.bytes[i] < 0x80) count++;
    if (this.to > this.from && this.bytes[this.to - 1] >= 0x80) throw new WireFault(`a number ends within itself at byte ${this.to}`);
    return count;
  }
  /** The varints in the bytes of this field, signed; at most `most` of them. */
  packed(most: number): number[] {
    const inner = new WireReader(this.bytes, this.from, this.to);
    const values: number[] = [];
    while (inner.at < inner.end && values.length < most) {
      inner.varint();
      values.push(inner.signed());
    }
    return values;
  }

  private varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at === this.end) throw new WireFault(`a number is cut off at byte ${this.at}`);
      const byte = this.bytes[this.at++];
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new WireFault(`a number at byte ${this.at} is longer than 64 bits`);
  }

  private lengthAndBytes(): void {
    this.varint();
    if (this.high !== 0 || this.low > this.end - this.at) throw new WireFault(`field ${this.field} at byte ${this.at} is cut off`);
    this.fixed(this.low);
  }

  private fixed(length: number): void {
    if (length > this.end - this.at) throw new WireFault(`field ${this.field} at byte ${this.at} is cut off`);
    this.from = this.at;
    this.at += length;
    this.to = this.at;
  }
}
